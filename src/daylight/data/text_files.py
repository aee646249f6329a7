"""Text files of any encoding."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from daylight.core.errors import DataError
from daylight.data.encodings import detect, marked_or_utf_8

TEXT_SUFFIXES = frozenset({".txt", ".text"})


def is_text(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in TEXT_SUFFIXES


def read_texts(paths: Sequence[Path]) -> tuple[list[str], dict[str, int]]:
    """Reads files as UTF-8, or as what their bytes look like where they are not.

    Files that are not UTF-8 are looked at together: one alone may be too short to tell.

    Returns:
        The texts, and how many files are in each encoding.

    Raises:
        DataError: A file cannot be opened, or is no text in any encoding.
    """
    raw = [_bytes(path) for path in paths]
    named = [marked_or_utf_8(each) for each in raw]
    odd = [place for place, name in enumerate(named) if not name]
    if odd:
        name = detect(b"\n".join(raw[place] for place in odd), paths[odd[0]])
        for place in odd:
            named[place] = name
    texts = [_decode(*each) for each in zip(raw, named, paths, strict=True)]
    names = ("utf-8" if name == "utf-8-sig" else name for name in named)
    return texts, dict(Counter(names).most_common())


def text_facts(texts: Iterable[str | None], encodings: dict[str, int]) -> dict[str, Any]:
    """Median length in ``characters``, and files by encoding: families choose sizes by them."""
    lengths = [len(text or "") for text in texts]
    return {"characters": int(median(lengths)), "encodings": encodings}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror}.", hint="Change its permissions."
        ) from None


def _decode(raw: bytes, encoding: str, path: Path) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeError:
        if encoding == detect(raw, path):
            raise
        return raw.decode(detect(raw, path))
