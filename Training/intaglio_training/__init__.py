"""Training of learned image compression networks for Intaglio.

Reading order: `zoo` (which networks), `mean_scale_hyperprior` (one network, whole), `normalization`,
`factorized_prior` and `gaussian_conditional` (its parts), `losses`, `training`, `weights_file`.
"""
