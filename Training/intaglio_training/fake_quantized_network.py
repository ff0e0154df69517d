"""A network that computes in floats what its quantized form computes in integers: the network of `fine_tuning`.

    parameters of the network ─ nearest entries ─> in their place          (weights of convolutions, gammas of normalizations)
    output of each layer      ─ codes and back  ─> to the next             (as the formats of the quantized network file say)

Left out, because they are finer than the codes by far: roundings to 1/64 of a symbol step, of biases and betas, of a normalization's operands, of scales to levels.
"""

import torch
from torch import Tensor, nn
from torch.func import functional_call

from .coded_picture import CodedPictures
from .errors import InputError
from .normalization import Normalization, stored_from_effective
from .quantized_activations import ActivationQuantizer
from .quantized_file import CodebookSet, CodedWeights, QuantizedFile
from .quantized_weights import RowQuantizer, fitted_scales

# Tensors of the quantized graph that a module takes in, not puts out.
INPUT_TENSORS = {"y8": "h_a", "y_hat": "g_s"}

# How much faster than weights they move: logarithms of clips, logarithms of steps and depths of channels.
CLIP_RATE_FACTOR = 10.0
ACTIVATION_RATE_FACTOR = 50.0


def weight_rows(module: nn.Module, weight: Tensor) -> Tensor:
    """Convolution weights as [K][C x taps], the group of one scale in a row."""
    return (weight.transpose(0, 1) if isinstance(module, nn.ConvTranspose2d) else weight).flatten(start_dim=1)


def weight_of_rows(module: nn.Module, rows: Tensor) -> Tensor:
    """The inverse of `weight_rows`."""
    if isinstance(module, nn.ConvTranspose2d):
        return rows.view(module.out_channels, module.in_channels, *module.kernel_size).transpose(0, 1)
    return rows.view(module.weight.shape)


class FakeQuantizedNetwork(nn.Module):
    """A mean-scale hyperprior with quantizers at the places, and with the tables, of a network that `intaglio quantize` made from it."""

    def __init__(self, network: nn.Module, quantized: QuantizedFile, learns_activations: bool = True):
        """Without `learns_activations` every tensor keeps the codebooks, the step and the selects of the file: those of the law `table` have no range to learn."""
        super().__init__()
        self.network = network
        self.learns_activations = learns_activations
        self.activation_bits = quantized.activation_bits
        # Names of modules may have no dots.
        self.activations = nn.ModuleDict()
        self.rows = nn.ModuleDict()
        latent = quantized.graph["latents"][0]
        for tensor, given in quantized.sets.items():
            if tensor == latent:
                self._limit(tensor, given)
            elif tensor not in (quantized.graph["inputs"][0]["name"], quantized.graph["outputs"][0]):
                self._add_activations(tensor, given)
        for layer, coded in quantized.weights.items():
            self.rows[layer.replace(".", "_")] = self._take(self._module(layer), coded, quantized.input_step(layer))
        self.layers = list(quantized.weights)
        self.activations.requires_grad_(learns_activations)
        self.tensors = [tensor for tensor in quantized.sets if tensor.replace(".", "_") in self.activations]

    @property
    def side_multiple(self) -> int:
        return self.network.side_multiple

    @property
    def gain(self) -> nn.Module:
        return self.network.gain

    def _module(self, name: str) -> nn.Module:
        try:
            return self.network.get_submodule(name)
        except AttributeError as error:
            raise InputError(f"the quantized network has a layer '{name}', the float network has none; quantize this network") from error

    def _producer(self, tensor: str) -> nn.Module:
        """The module whose output a tensor of the graph is: an activation function belongs to the layer before it."""
        transform, index = tensor.split(".")
        following = list(self._module(transform).children())[int(index) + 1 :][:1]
        return following[0] if following and isinstance(following[0], nn.LeakyReLU) else self._module(tensor)

    def _add_activations(self, tensor: str, given: CodebookSet) -> None:
        quantizer = self.activations[tensor.replace(".", "_")] = ActivationQuantizer(given)
        if tensor in INPUT_TENSORS:
            self._module(INPUT_TENSORS[tensor]).register_forward_pre_hook(lambda module, inputs: (quantizer(inputs[0]),))
        else:
            self._producer(tensor).register_forward_hook(lambda module, inputs, output: quantizer(output))

    def _limit(self, tensor: str, given: CodebookSet) -> None:
        """The hyper-latent is rounded by the network itself; its codes only bound it."""
        offsets = torch.from_numpy(given.offsets).float()[:, None, None]
        low, high = offsets + float(given.entries[0][0]), offsets + float(given.entries[0][-1])
        self._producer(tensor).register_forward_hook(lambda module, inputs, output: output.clamp(low.to(output), high.to(output)))

    @torch.no_grad()
    def _take(self, module: nn.Module, coded: CodedWeights, step: float) -> RowQuantizer:
        """Puts what the codes and integers of a convolution mean in the place of its floats, so that training begins where `intaglio quantize` ended: with weights
        that make up for each other's rounding and with corrected biases. Normalizations keep their floats: their gammas are rounded one by one; and so do weights with a dead zone, where
        zeros would forget how near to its edge they lie."""
        if isinstance(module, Normalization):
            rows = module.effective_gamma().double() * 2.0 ** torch.from_numpy(coded.shifts)
            return RowQuantizer.of_scales(fitted_scales(rows, coded.codes, coded.entries), rows, coded.entries)
        taps = module.kernel_size[0] * module.kernel_size[1]
        # The file's order within a row is [R][S][C].
        by_tap = weight_rows(module, module.weight).unflatten(1, (-1, taps)).transpose(1, 2).flatten(1)
        scales = fitted_scales(by_tap, coded.codes, coded.entries)
        if coded.dead_zone is not None:
            return RowQuantizer.of_scales(scales, by_tap, coded.entries, coded.dead_zone)
        rows = scales[:, None] * torch.from_numpy(coded.entries.astype(float)[coded.codes.reshape(by_tap.shape)])
        module.weight.copy_(weight_of_rows(module, rows.unflatten(1, (taps, -1)).transpose(1, 2).flatten(1)))
        module.bias.copy_(torch.from_numpy(coded.biases.copy()) * scales * step)
        return RowQuantizer.of_scales(scales, rows, coded.entries)

    def operand_shifts(self, layer: str) -> Tensor:
        """S [j] of a normalization: squares of channel j are divided by 2^S to fit V bits; from the codebook that j selects in the tensor before and its offset."""
        transform, index = layer.split(".")
        quantizer = self.activations[f"{transform}_{int(index) - 1}"]
        firsts, lasts = (ends[quantizer.selects] + quantizer.offsets for ends in (quantizer.books.firsts, quantizer.books.lasts))
        largest = torch.maximum(firsts.abs(), lasts.abs()).long()
        lengths = torch.frexp((largest * largest).double()).exponent
        return (lengths - (self.activation_bits - 1)).clamp(min=0)

    def quantized_parameters(self) -> dict[str, Tensor]:
        """What stands in the place of the network's own parameters."""
        replaced = {}
        for layer in self.layers:
            module, quantizer = self._module(layer), self.rows[layer.replace(".", "_")]
            if isinstance(module, Normalization):
                factors = 2.0 ** self.operand_shifts(layer).float()
                gamma = quantizer(module.effective_gamma() * factors) / factors
                replaced[f"{layer}.stored_gamma"] = stored_from_effective(gamma)
            else:
                replaced[f"{layer}.weight"] = weight_of_rows(module, quantizer(weight_rows(module, module.weight)))
        return replaced

    def forward(self, pictures: Tensor, rates: Tensor) -> CodedPictures:
        return functional_call(self.network, self.quantized_parameters(), (pictures, rates))

    def parameter_groups(self) -> list[dict]:
        groups = [
            {"params": list(self.network.parameters())},
            {"params": list(self.rows.parameters()), "rate_factor": CLIP_RATE_FACTOR},
        ]
        if self.learns_activations:
            groups.append({"params": list(self.activations.parameters()), "rate_factor": ACTIVATION_RATE_FACTOR})
        return groups

    def ranges(self) -> dict[str, Tensor]:
        """`ranges.LAYER.clips` [K] and, where they were learned, `ranges.TENSOR.activations` [C], as the float network file has them."""
        clips = {f"ranges.{layer}.clips": self.rows[layer.replace(".", "_")].clips().detach() for layer in self.layers}
        if not self.learns_activations:
            return clips
        return clips | {f"ranges.{tensor}.activations": self.activations[tensor.replace(".", "_")].ranges() for tensor in self.tensors}
