"""Words and runs of characters in texts of any language, as numbers, many texts at once."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from daylight.core.types import Array

SPACE, PART, WHOLE = range(3)
"""What a character is to a word: between words, a part of one, or one by itself."""

_NUM_CODES = 0x110000
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that put no spaces between words: each character counts as one."""

_APOSTROPHES = (0x27, 0x2019)
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_OF_CHARACTERS = 0xD6E8FEB86659FD93


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, end to end.

    Attributes:
        starts: Place of the first character in its text, int64 ``(words,)``.
        ends: One after the last.
        rows: Which text it is in; ascending.
    """

    starts: "Array"
    ends: "Array"
    rows: "Array"


@dataclass(frozen=True, slots=True)
class Grams:
    """Runs of words, and of characters in words, by text.

    Attributes:
        hashes: What stands there, whatever its case, as uint32 ``(grams,)``; two that differ have
            equal numbers once in four billion.
        rows: Which text it is in; ascending.
        first: The first word that it touches, as an index of all words.
        last: The last.
        words: All words.
    """

    hashes: "Array"
    rows: "Array"
    first: "Array"
    last: "Array"
    words: Words


class Reader:
    """Reads texts; keeps what it has learnt of their characters."""

    def __init__(self) -> None:
        self._known = np.zeros(_NUM_CODES, bool)
        self._folded = np.zeros(_NUM_CODES, np.uint32)
        self._kinds = np.zeros(_NUM_CODES, np.uint8)

    def grams(self, texts: Sequence[str], *, words: int, characters: tuple[int, int]) -> Grams:
        """All runs of up to so many words, and of so many characters within a word.

        Args:
            texts: Any; an empty one has none.
            words: The longest run of words; 0 for none.
            characters: The shortest and the longest run of characters, where the space before and
                after a word counts as one; ``(0, 0)`` for none. Single characters that are words
                by themselves, as in Chinese, have only runs of words.
        """
        found, codes = self._words(texts)
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])[:-1]
        begins, ends = found.starts + starts[found.rows], found.ends + starts[found.rows]
        values = _mixed(codes.astype(np.uint64))
        parts = [*_runs_of_words(found, _spans(values, begins, ends), words)]
        if characters[1]:
            parts += _runs_of_characters(values, (begins, ends), characters)
        hashes, first, last = (
            np.concatenate([part[place] for part in parts]) if parts else np.empty(0, np.int64)
            for place in range(3)
        )
        rows = found.rows[first] if len(found.rows) else first
        order = np.argsort(rows, kind="stable")
        short = (hashes.astype(np.uint64) >> np.uint64(32)).astype(np.uint32)
        return Grams(short[order], rows[order], first[order], last[order], found)

    def words(self, texts: Sequence[str]) -> Words:
        """Where the words of each text are."""
        return self._words(texts)[0]

    def _words(self, texts: Sequence[str]) -> "tuple[Words, Array]":
        joined = "".join(f"{text}\0" for text in texts)
        raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._learn(raw)
        codes, kinds = self._folded[raw], self._kinds[raw]
        lengths = np.array([len(text) + 1 for text in texts], np.int64)
        part = kinds == PART
        between = np.isin(raw, _APOSTROPHES)
        between[1:-1] &= part[:-2] & part[2:]
        part |= between & (len(raw) > 2)
        before = np.concatenate([[False], part[:-1]])
        after = np.concatenate([part[1:], [False]])
        whole = (kinds == WHOLE) & ~part
        starts = np.flatnonzero(whole | (part & ~before))
        ends = np.flatnonzero(whole | (part & ~after)) + 1
        of_text = np.cumsum(lengths) - lengths
        rows = np.searchsorted(of_text, starts, side="right") - 1
        return Words(starts - of_text[rows], ends - of_text[rows], rows), codes

    def _learn(self, codes: "Array") -> None:
        for code in np.unique(codes[~self._known[codes]]).tolist():
            self._folded[code], self._kinds[code] = _fold(code), _kind(code)
            self._known[code] = True


def _fold(code: int) -> int:
    """The same character in lower case and ordinary width, if that is one character."""
    folded = unicodedata.normalize("NFKC", chr(code)).casefold()
    return ord(folded) if len(folded) == 1 else code


def _kind(code: int) -> int:
    category = unicodedata.category(chr(code))[0]
    if category in "CZ":
        return SPACE
    if category in "LMN" and not any(low <= code <= high for low, high in _UNSPACED):
        return PART
    return WHOLE


def _mixed(values: "Array") -> "Array":
    """Scatters numbers over all of uint64. Source: Steele et al., SplitMix, OOPSLA (2014)."""
    values = values + np.uint64(_BASE)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Array = values ^ (values >> np.uint64(31))
    return mixed


def _spans(values: "Array", begins: "Array", ends: "Array") -> "Array":
    """A number for each span that depends on what stands in it, not on where it is.

    Prefix sums of a polynomial, as in Karp & Rabin, IBM J. Res. Dev. 31 (1987), modulo 2^64.
    """
    powers = _powers(_BASE, len(values))
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers, out=sums[1:])
    return _mixed((sums[ends] - sums[begins]) * _powers(_INVERSE, len(values))[begins])


def _powers(base: int, count: int) -> "Array":
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    return np.multiply.accumulate(factors)


def _runs_of_words(
    words: Words, hashes: "Array", longest: int
) -> "Iterator[tuple[Array, Array, Array]]":
    """Hashes, first and last words of runs of 1, 2, … words."""
    first = np.arange(len(hashes))
    running = hashes
    for length in range(1, longest + 1):
        if length > 1:
            inside = first + length - 1 < len(hashes)
            first, running = first[inside], running[inside]
            same = words.rows[first] == words.rows[first + length - 1]
            first, running = first[same], running[same]
            running = _mixed(running * np.uint64(3) + hashes[first + length - 1])
        yield running, first, first + length - 1


def _runs_of_characters(
    values: "Array", spans: "tuple[Array, Array]", lengths: tuple[int, int]
) -> "Iterator[tuple[Array, Array, Array]]":
    """The same of runs of characters in a word and the spaces around it."""
    begins, ends = spans
    sizes = ends - begins
    long = np.flatnonzero(sizes > 1)
    padded = sizes[long] + 2
    stops = np.cumsum(padded)
    of_word = np.repeat(np.arange(len(long)), padded)
    within = np.arange(len(of_word)) - (stops - padded)[of_word]
    inner = (within > 0) & (within <= sizes[long][of_word])
    spaced = np.full(len(of_word), _OF_CHARACTERS, np.uint64)
    spaced[inner] = values[(begins[long][of_word] + within - 1)[inner]]
    for length in range(lengths[0], lengths[1] + 1):
        starts = np.flatnonzero(within + length <= padded[of_word])
        hashes = _spans(spaced, starts, starts + length) ^ np.uint64(_OF_CHARACTERS)
        word = long[of_word[starts]]
        yield hashes, word, word
