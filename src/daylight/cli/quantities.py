"""What people write for sizes and times: ``2GB``, ``10m``, ``5ms``."""

import argparse
import re

MIN_MEMORY_BYTES = 700_000_000
"""What the libraries take before there is any data, and a little more."""

_NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def size_bytes(text: str) -> int:
    """A size in bytes.

    >>> size_bytes("2GB"), size_bytes("1.5 gb"), size_bytes("800kB")
    (2000000000, 1500000000, 800000)
    """
    found = re.fullmatch(rf"{_NUMBER}\s*([kmgt]?)b?", text.strip().lower())
    size = round(float(found[1]) * 1000 ** " kmgt".index(found[2] or " ")) if found else 0
    if size <= 0:
        raise argparse.ArgumentTypeError(f"{text!r}: write a size such as 10MB or 2GB")
    return size


def memory_bytes(text: str) -> int:
    """A size that is enough to train in.

    >>> memory_bytes("2GB")
    2000000000
    """
    try:
        size = size_bytes(text)
    except argparse.ArgumentTypeError:
        size = 0
    if size < MIN_MEMORY_BYTES:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write a size such as 2GB; training takes at least "
            f"{MIN_MEMORY_BYTES / 1e9:g}GB"
        )
    return size


def duration_s(text: str) -> float:
    """A time in seconds; several parts add up.

    >>> duration_s("90s"), duration_s("10m"), duration_s("1h30m"), duration_s("1.5 h")
    (90.0, 600.0, 5400.0, 5400.0)
    """
    part = rf"{_NUMBER}\s*(ms|s|m|h)\s*"
    written = text.strip().lower()
    seconds = 0.0
    if re.fullmatch(rf"(?:{part})+", written):
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in re.findall(part, written))
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r}: write a time such as 90s, 10m or 1h")
    return seconds


def latency_ms(text: str) -> float:
    """A time in milliseconds.

    >>> latency_ms("5ms"), latency_ms("0.1s")
    (5.0, 100.0)
    """
    return 1000 * duration_s(text)


def names(text: str) -> tuple[str, ...]:
    """Words with commas between them.

    >>> names("mit, apache-2.0")
    ('mit', 'apache-2.0')
    """
    found = tuple(filter(None, (word.strip() for word in text.split(","))))
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: write names with commas between them")
    return found
