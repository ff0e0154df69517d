"""Freed memory stays with the process: a step takes and frees hundreds of tensors of tens of megabytes, and the system clears every page that it gives anew."""

import ctypes

# Of <malloc.h>.
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
LARGEST_HEAP_BLOCK = 32 << 20
LARGEST_INT = (1 << 31) - 1


def keep_freed_memory() -> bool:
    """False where the C library is not GNU's, or refuses; then nothing is worse than before."""
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    choices = {MMAP_THRESHOLD: LARGEST_HEAP_BLOCK, TRIM_THRESHOLD: LARGEST_INT, TOP_PAD: 256 << 20}
    return all(set_option(option, value) == 1 for option, value in choices.items())
