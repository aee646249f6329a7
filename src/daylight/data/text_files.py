"""Text files of any encoding."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from daylight.core.errors import DataError

TEXT_SUFFIXES = frozenset({".txt", ".text"})
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


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


def marked_or_utf_8(raw: bytes) -> str:
    """The encoding that its first bytes name, or UTF-8 if it is; else nothing."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "utf-8"


def detect(raw: bytes, path: Path) -> str:
    """Guesses an encoding from bytes that are not UTF-8.

    Raises:
        DataError: They are no text.
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for such files

    best = from_bytes(raw).best()
    if best is None or b"\0" in raw:
        raise DataError(f"{path} is no text.", hint="Save it as UTF-8, or take it out of the data.")
    return str(best.encoding).replace("_", "-")


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
