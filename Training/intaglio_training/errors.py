"""The one exception that means: the input is wrong, and this sentence says how."""


class InputError(Exception):
    """What was wrong, what was expected, and what to do; printed without a traceback, exit code 2."""
