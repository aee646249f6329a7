"""Which encoding bytes are in: UTF-8, or what they look like where they are not."""

import codecs
import re
from functools import lru_cache
from pathlib import Path

from daylight.core.errors import DataError

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
LIKELY = (
    *("cp1252", "cp1251", "cp1250", "gb18030", "big5", "cp949", "euc_jp", "cp932", "koi8_r"),
    *("cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("utf_16_le", "utf_16_be"),
)
"""What people's programs write where it is not UTF-8; the commonest first, which wins a draw.

Source: WHATWG, Encoding Standard and HTML, section 13.2.3.2, the locales' default encodings.
"""

DRAW = 0.02
"""Of charset-normalizer's measures, both shares; less than this tells nothing."""

JAPANESE = ("cp932", "euc_jp")
_KANA = re.compile("[\u3041-\u3096]")
_OTHER = re.compile("[^\x00-\x7f]")
KANA_SHARE = 0.15
"""Every other encoding read as Japanese gives hardly any hiragana, and Japanese gives many."""

BLOCK = 1 << 20
SAMPLE = 1 << 16
"""Bytes, in lines that are not ASCII, by which an encoding is told."""


def marked_or_utf_8(raw: bytes) -> str:
    """The encoding that its first bytes name, or UTF-8 if it is; else nothing."""
    if name := _mark(raw):
        return name
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "utf-8"


def detect(raw: bytes, path: Path) -> str:
    r"""Guesses an encoding from bytes that are not UTF-8.

    Raises:
        DataError: They are no text.

    >>> detect("Un élève où ça gêne.".encode("cp1252"), Path("a.txt"))
    'cp1252'
    >>> detect("とても面白い映画でした。".encode("cp932"), Path("a.txt"))
    'cp932'
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for such files

    for name in JAPANESE:
        text = raw.decode(name, "replace")
        others = len(_OTHER.findall(text))
        if others and "\ufffd" not in text and len(_KANA.findall(text)) >= KANA_SHARE * others:
            return name
    found = [*from_bytes(raw, cp_isolation=list(LIKELY))] or [*from_bytes(raw)]
    if not found or b"\0" in raw:
        raise DataError(f"{path} is no text.", hint="Save it as UTF-8, or take it out of the data.")
    best = found[0]
    drawn = {
        name
        for each in found
        if each.chaos <= best.chaos + DRAW and each.coherence >= best.coherence - DRAW
        for name in each.could_be_from_charset
    }
    name = next((name for name in LIKELY if name in drawn), str(best.encoding))
    return name.replace("_", "-")


def encoding_of_lines(path: Path, *, at_most: int = 0) -> str:
    """The encoding of a file of lines; ``"utf-8"`` where nothing else is seen.

    Args:
        path: The file.
        at_most: Bytes that are looked at if all of them are UTF-8; by default all.

    Raises:
        DataError: Most lines that are not ASCII are UTF-8, and others are not; names the first.
    """
    stat = path.stat()
    return _encoding_of_lines(path, at_most, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _encoding_of_lines(path: Path, at_most: int, size: int, changed: int) -> str:  # noqa: ARG001
    with path.open("rb") as file:
        if name := _mark(file.read(4)):
            return "utf-8" if name == "utf-8-sig" else name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while (block := file.read(BLOCK)) and not (at_most and file.tell() > at_most):
                decoder.decode(block)
            decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            file.seek(0)
        else:
            return "utf-8"
        odd, first, num_utf_8, num_others = bytearray(), 0, 0, 0
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            if marked_or_utf_8(line):
                num_utf_8 += 1
            else:
                num_others += 1
                first = first or number
            if len(odd) < SAMPLE:
                odd += line
    if num_utf_8 > num_others:
        raise DataError(
            f"{path}, line {first}: not UTF-8, as the others are.",
            hint="Mend that line: its characters are lost, or in another encoding.",
        )
    return detect(bytes(odd), path)


def _mark(raw: bytes) -> str:
    return next((name for mark, name in MARKS if raw.startswith(mark)), "")


def shown(path: Path, encoding: str) -> str:
    """What a person is told of a file that is not UTF-8; empty of one that is."""
    return "" if encoding == "utf-8" else f"{path.name} read as {encoding}"
