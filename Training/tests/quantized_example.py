"""A quantized network file without the simulator: codebooks and codes that a test can read at a glance."""

import numpy

from intaglio_training.quantized_file import CodebookSet


def power_two_entries(largest: int) -> numpy.ndarray:
    """The law `power 2/1` of docs/arithmetic.md for signed codes: e[128 + i] = max(e[127 + i] + 1, RHU(M (i/127)^2)), mirrored."""
    rising = [0]
    for index in range(1, 128):
        rising.append(max(rising[-1] + 1, (2 * largest * index * index + 127 * 127) // (2 * 127 * 127)))
    return numpy.array([-rising[-1] - 1, *[-value for value in reversed(rising[1:])], *rising])


def codebook_set(step: float, largest: list[int], selects: list[int], offsets: list[int]) -> CodebookSet:
    entries = [power_two_entries(value) for value in largest]
    # Default thresholds: ceil of the middle, so that ties go up.
    thresholds = [(values[1:] + values[:-1] + 1) // 2 for values in entries]
    return CodebookSet(step, entries, thresholds, numpy.array(selects), numpy.array(offsets))
