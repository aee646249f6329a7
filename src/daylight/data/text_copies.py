"""Which texts are nearly the same, by the runs of words and characters that they share.

Source: Broder, On the resemblance and containment of documents, SEQUENCES (1997); in bands as in
Leskovec, Rajaraman & Ullman, Mining of Massive Datasets (2014), section 3.4. Written for columns:
as objects and calls per text, a library's MinHash takes minutes where this takes seconds.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.errors import OutOfTimeError
from daylight.data.copies import Copies, connected, exact_copies
from daylight.runtime.words import Reader

if TYPE_CHECKING:
    from daylight.core.context import Context
    from daylight.core.types import Array

MIN_SHARED = 0.8
"""Of all runs of both texts (Jaccard's index), for two to be near copies."""

NUM_BANDS, BAND_ROWS = 20, 4
"""Two texts that share 0.8 are compared with a probability of 0.9999, at 0.5 with 0.72."""

MAX_CHARACTERS = 10_000
"""Of a longer text only its beginning is compared."""

WORDS, CHARACTERS = 2, (4, 4)
BLOCK = 2048
LIKENESS = "nearly the same words"


def text_copies(texts: Sequence[str], context: "Context") -> Copies:
    """Finds copies among texts; empty ones are none."""
    exact = exact_copies(texts)
    again = {row for group in exact for row in group[1:]}
    rows = [row for row, text in enumerate(texts) if text and row not in again]
    try:
        near = _near([texts[row][:MAX_CHARACTERS] for row in rows], context)
    except OutOfTimeError:
        return Copies(exact, searched=False, late=True, likeness=LIKENESS)
    groups = tuple(tuple(rows[place] for place in group) for group in near)
    return Copies(exact, groups, likeness=LIKENESS)


def _near(texts: Sequence[str], context: "Context") -> list[tuple[int, ...]]:
    runs: list[Array] = []
    signatures = [np.empty((0, NUM_BANDS), np.uint64)]
    random = context.random("check", "copies of texts")
    factors = random.integers(1, 2**63, NUM_BANDS * BAND_ROWS, np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    for start in range(0, len(texts), BLOCK):
        context.check_time()
        context.log("check", what="copies", done=start, total=len(texts))
        found = list(_runs(texts[start : start + BLOCK]))
        runs.extend(found)
        signatures.append(_signatures(found, factors))
    bands = np.concatenate(signatures)
    pairs = {
        pair
        for band in range(NUM_BANDS)
        for pair in _collisions(bands[:, band])
        if len(runs[pair[0]]) and len(runs[pair[1]])
    }
    close = [pair for pair in sorted(pairs) if _shared(runs[pair[0]], runs[pair[1]]) >= MIN_SHARED]
    return connected(np.array(close, np.int64).reshape(-1, 2), len(texts))


def _runs(texts: Sequence[str]) -> Iterator["Array"]:
    """The distinct runs of each text, ascending."""
    grams = Reader().grams(texts, words=WORDS, characters=CHARACTERS)
    keys = np.unique((grams.rows.astype(np.uint64) << np.uint64(32)) | grams.hashes)
    rows = (keys >> np.uint64(32)).astype(np.int64)
    ends = np.searchsorted(rows, np.arange(len(texts)), side="right")
    yield from np.split((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), ends[:-1])


def _signatures(runs: Sequence["Array"], factors: "Array") -> "Array":
    """A number per band: equal for texts with equal least hashes; uint64 ``(texts, bands)``."""
    flat = np.concatenate(runs).astype(np.uint64)
    lengths = np.array([len(each) for each in runs])
    filled = np.flatnonzero(lengths)
    starts = (np.cumsum(lengths) - lengths)[filled]
    signatures = np.zeros((len(runs), NUM_BANDS), np.uint64)
    if not len(filled):
        return signatures
    for place, factor in enumerate(factors):
        scattered = (flat + np.uint64(1)) * factor
        scattered ^= scattered >> np.uint64(29)
        scattered *= factors[place - 1]
        least = np.minimum.reduceat(scattered, starts)
        band = place // BAND_ROWS
        signatures[filled, band] = signatures[filled, band] * np.uint64(0x9E3779B97F4A7C15) + least
    return signatures


def _collisions(numbers: "Array") -> Iterator[tuple[int, int]]:
    """Each row of an equal number with the first of them."""
    order = np.argsort(numbers, kind="stable")
    _, starts, counts = np.unique(numbers[order], return_index=True, return_counts=True)
    for start, number in zip(starts[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True):
        first, *others = order[start : start + number].tolist()
        yield from ((first, other) for other in others)


def _shared(one: "Array", other: "Array") -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)
