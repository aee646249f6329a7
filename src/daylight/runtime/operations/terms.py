"""Text to the words by which it can be found, and how often each occurs."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal
from zlib import crc32

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana and Han."""


class Parameters(Config):
    """What counts as the same word.

    Attributes:
        stem: ``"plural"`` takes the endings of English plurals away: the "S" stemmer of Harman,
            Journal of the American Society for Information Science 42 (1991).
    """

    stem: Literal["none", "plural"] = "plural"


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged int64, a number for each word that occurs, ascending, and ragged float32 counts.

    The number is a checksum, which two words share once in four billion.
    """
    known: dict[str, tuple[int, ...]] = {}

    def of_word(word: str) -> tuple[int, ...]:
        if word not in known:
            parts = _parts(word, stem=parameters.stem == "plural")
            known[word] = tuple(crc32(part.encode()) for part in parts)
        return known[word]

    def run(column: Column) -> Sequence[Column]:
        terms: list[int] = []
        counts: list[int] = []
        offsets = [0]
        for text in column.values.tolist():
            found = Counter(
                number for word in _WORD.findall(text.lower()) for number in of_word(word)
            )
            for number in sorted(found):
                terms.append(number)
                counts.append(found[number])
            offsets.append(len(terms))
        bounds = np.array(offsets, np.int64)
        return Column(np.array(terms, np.int64), bounds), Column(
            np.array(counts, np.float32), bounds
        )

    return run


def _parts(word: str, *, stem: bool) -> Iterator[str]:
    """A word as it is looked up; of scripts without spaces, each two characters that follow."""
    plain = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    rest = 0
    for found in _UNSPACED.finditer(plain):
        if rest < found.start():
            yield plain[rest : found.start()]
        run = found.group()
        yield from ("".join(pair) for pair in pairwise(run)) if len(run) > 1 else (run,)
        rest = found.end()
    if rest < len(plain):
        yield _singular(plain[rest:]) if stem else plain[rest:]


def _singular(word: str) -> str:
    """Without the ending of an English plural or possessive.

    >>> [_singular(word) for word in ("libraries", "files", "files'", "class", "status", "bytes")]
    ['library', 'file', 'file', 'class', 'status', 'byte']
    """
    word = word.replace("\u2019", "'").removesuffix("'").removesuffix("'s")
    if len(word) <= 3:
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return f"{word[:-3]}y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    if word.endswith("s") and word[-2] not in "us":
        return word[:-1]
    return word


OPERATION = Operation(Parameters, open_)
