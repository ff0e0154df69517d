import ctypes
import platform
import subprocess
import sys

import pytest

from intaglio_training.memory import keep_freed_memory

# Page faults of turns that take and free tensors of 4 to 16 MiB, after the first three.
TURNS = """
import resource, torch
def turn():
    for count, sizes in ((24, 4), (12, 3)):
        held = [torch.ones((1 + index % sizes) << 20) for index in range(count)]
        del held
for _ in range(3):
    turn()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    turn()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
KEEPING = "from intaglio_training.memory import keep_freed_memory\nkeep_freed_memory()\n"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_freed_pages_are_not_asked_of_the_system_again():
    faults = [int(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout) for program in (TURNS, KEEPING + TURNS)]
    assert faults[1] < faults[0] / 2


def test_another_c_library_is_no_error(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert keep_freed_memory() is False
