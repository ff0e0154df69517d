import ctypes
from types import SimpleNamespace

from intaglio_training.memory import keep_freed_memory


def test_the_c_library_is_told_to_keep_blocks_up_to_its_limit(monkeypatch):
    told = {}
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=lambda option, value: told.setdefault(option, value) == value))
    assert keep_freed_memory()
    # The names' numbers are those of glibc's <malloc.h>: M_TRIM_THRESHOLD -1, M_TOP_PAD -2, M_MMAP_THRESHOLD -3, at most 32 MiB.
    assert told.keys() == {-1, -2, -3} and told[-3] == 32 * 1024 * 1024 and told[-1] > 2_000_000_000


def test_a_refusal_is_said(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=lambda option, value: 0))
    assert keep_freed_memory() is False


def test_another_c_library_is_no_error(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert keep_freed_memory() is False
