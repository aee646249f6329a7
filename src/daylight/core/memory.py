"""How libraries say that the system gave no more memory."""

_REFUSALS = ("allocate memory", "bad allocation", "bad_alloc", "Failed to allocate")
"""Of PyTorch and ONNX Runtime, which raise a RuntimeError."""


def is_refusal(error: BaseException) -> bool:
    """Whether an error means that there was not enough memory.

    >>> is_refusal(MemoryError()), is_refusal(RuntimeError("std::bad_alloc"))
    (True, True)
    """
    if isinstance(error, RuntimeError):
        return any(each in str(error) for each in _REFUSALS)
    return isinstance(error, MemoryError)
