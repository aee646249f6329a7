"""How much memory there is, and how libraries say that the system gave no more."""

import os

_REFUSALS = ("allocate memory", "bad allocation", "bad_alloc", "Failed to allocate")
"""Of PyTorch and ONNX Runtime, which raise a RuntimeError."""


def free_bytes() -> int | None:
    """Memory that the system could give now; ``None`` where none tells."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def is_refusal(error: BaseException) -> bool:
    """Whether an error means that there was not enough memory.

    >>> is_refusal(MemoryError()), is_refusal(RuntimeError("std::bad_alloc"))
    (True, True)
    """
    if isinstance(error, RuntimeError):
        return any(each in str(error) for each in _REFUSALS)
    return isinstance(error, MemoryError)
