"""Keeps a process within the memory that a person allows it."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from daylight.core.errors import ResourceError, UserError
from daylight.core.memory import is_refusal

M_MMAP_THRESHOLD = -3
LARGE_BYTES = 8_000_000


@contextmanager
def memory(limit_bytes: int | None) -> Iterator[None]:
    """Has the system refuse more than ``limit_bytes``, and says so in words.

    What counts is the memory that the process holds for itself; files that it maps, as prepared
    data is, stay on disk and do not. Without a limit it is the machine's that is named.

    Raises:
        ResourceError: More was needed.
        UserError: This system cannot limit a process (Windows).

    Source: setrlimit(2), RLIMIT_DATA, which counts private mappings since Linux 4.7.
    """
    try:
        with _kept(limit_bytes) if limit_bytes else nullcontext():
            yield
    except (MemoryError, RuntimeError) as error:
        if not is_refusal(error):
            raise
        allowed = f"the {limit_bytes / 1e9:.3g} GB allowed" if limit_bytes else "this machine has"
        raise ResourceError(
            f"It takes more memory than {allowed}.",
            hint="Allow more with --memory, or take a smaller --model or a smaller batch: "
            "--set training.batch_size=16",
        ) from error


@contextmanager
def _kept(limit_bytes: int) -> Iterator[None]:
    # Arrow's own allocator asks for a gigabyte ahead. OpenBLAS, which comes with SciPy, asks for
    # memory while it is loaded, and if it is refused it asks for ever.
    import pyarrow as pa  # noqa: PLC0415 - not in the base install
    import scipy.linalg  # noqa: F401, PLC0415 - likewise

    _give_back_large_blocks()
    pool = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    before = _set(limit_bytes)
    try:
        yield
    finally:
        _put_back(before)
        pa.set_memory_pool(pool)


def _give_back_large_blocks() -> None:
    """Has memory that held tensors go back to the system as soon as it is free.

    By itself glibc keeps larger and larger blocks, and what training has held would still count
    when it is over. Source: mallopt(3), M_MMAP_THRESHOLD.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):  # only glibc has it
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def _set(limit_bytes: int) -> tuple[int, int]:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        raise UserError(
            "This system cannot limit the memory of a process.", hint="Leave out --memory."
        ) from None
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = before[1] if before[1] != resource.RLIM_INFINITY else limit_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (min(limit_bytes, most), before[1]))
    return before


def _put_back(before: tuple[int, int]) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    resource.setrlimit(resource.RLIMIT_DATA, before)
