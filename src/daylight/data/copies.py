"""Which examples are copies of each other: byte for byte, or to the eye."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.errors import OutOfTimeError
from daylight.data.picture_scan import ONE_COLOR

if TYPE_CHECKING:
    from daylight.core.context import Context
    from daylight.core.types import Array
    from daylight.data.picture_scan import Pictures

MAX_COMPARED = 250_000
"""Pictures beyond which near copies are not searched: the time grows with the square."""

FREQUENCIES = 12
"""Kept of each direction; higher ones are the noise of compression."""

COARSE = 6
MIN_COARSE = 0.97
"""Cosine at the lowest ``COARSE`` frequencies from which a pair is looked at more closely."""

MIN_ALIKE = 0.985
"""Cosine from which two pictures are near copies.

Measured by ``benchmarks/doctor.py``: a copy that was compressed, scaled by 10 %, brightened by
20 % or shifted by a pixel is nearer than this in 99 % of cases; among the 6,000 embedded pictures,
of which many are of like clothes, one pair is, and it is one picture.
"""

SHIFTED_BELOW = 64
"""Pixels a side; in larger pictures a shift by one pixel is not seen in a thumbnail."""

PRIOR_ROWS = 20
BLOCK = 512
WIDE_BLOCK = 1024  # a block of products fits into the cache


@dataclass(frozen=True, slots=True)
class Copies:
    """Groups of rows, each in order, of two or more.

    Attributes:
        exact: With equal bytes.
        near: Nearly equal, and not all with equal bytes.
        searched: Whether near copies were looked for, to the end.
        late: Whether they were not for want of time.
        likeness: In what near copies are equal.
    """

    exact: tuple[tuple[int, ...], ...]
    near: tuple[tuple[int, ...], ...] = ()
    searched: bool = True
    late: bool = False
    likeness: str = "equal to the eye"

    def groups(self, num_rows: int) -> list[tuple[int, ...]]:
        """Rows that hang together through copies of either kind."""
        pairs = [pair for group in (*self.exact, *self.near) for pair in pairwise(group)]
        return connected(np.array(pairs, np.int64).reshape(-1, 2), num_rows)


def exact_copies(digests: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Rows with equal digests; an empty digest is equal to none."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests):
        if digest:
            rows[digest].append(row)
    return tuple(tuple(group) for group in rows.values() if len(group) > 1)


def picture_copies(pictures: "Pictures", context: "Context") -> Copies:
    """Finds copies among pictures.

    Each thumbnail becomes its lowest frequencies (DCT), as in a perceptual hash, but not cut down
    to bits: whitened by how much each frequency varies in this data, so that what all pictures
    share counts little and what tells them apart counts. Copies are nearly parallel then, even
    among small pictures of like things, where hashes of 64 bits collide.

    Source: the perceptual hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash
    Functions" (2010), section 3.2.1; whitening in place of its median.
    """
    exact = exact_copies(pictures.digests)
    again = [row for group in exact for row in group[1:]]
    rows = np.setdiff1d(pictures.readable, again)
    rows = rows[pictures.spreads[rows] > ONE_COLOR]  # those are all alike, and no copies
    if len(rows) > MAX_COMPARED:
        return Copies(exact, searched=False)
    if len(rows) < 2:
        return Copies(exact)
    median = np.median(pictures.sizes[rows], axis=0)
    shifts = [(0, 0)] + ([(0, 1), (1, 0), (1, 1), (1, -1)] if median.min() < SHIFTED_BELOW else [])
    forest = np.empty((0, 2), np.int64)
    try:
        for found in _alike(_gray(pictures.thumbnails, rows), shifts, context):
            # A tree of each group is enough: a thousand equal pictures are half a million pairs.
            forest = _forest(np.concatenate([forest, found]), len(rows))
    except OutOfTimeError:
        return Copies(exact, searched=False, late=True)
    near = connected(forest, len(rows))
    return Copies(exact, tuple(tuple(int(rows[each]) for each in group) for group in near))


def connected(pairs: "Array", num_rows: int) -> list[tuple[int, ...]]:
    """Groups of two or more rows that pairs join, each in order, by their first row."""
    labels = _components(pairs, num_rows)
    groups: dict[int, list[int]] = defaultdict(list)
    for row in np.unique(pairs).tolist():
        groups[int(labels[row])].append(row)
    return sorted(tuple(group) for group in groups.values())


def _components(pairs: "Array", num_rows: int) -> "Array":
    from scipy.sparse import coo_array  # noqa: PLC0415 - only where there are copies
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    ones = np.ones(len(pairs), np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(num_rows, num_rows))
    labels: Array = connected_components(graph, directed=False)[1]
    return labels


def _forest(pairs: "Array", num_rows: int) -> "Array":
    """The fewest pairs that join the same rows: each row with the first of its group."""
    rows = np.unique(pairs)
    labels = _components(pairs, num_rows)[rows]
    _, first, group = np.unique(labels, return_index=True, return_inverse=True)
    heads = rows[first][group]
    joined: Array = np.stack([heads, rows], axis=1)[heads != rows]
    return joined


def _gray(thumbnails: "Array", rows: "Array") -> "Array":
    """float32 ``(rows, height, width)``."""
    gray = np.empty((len(rows), *thumbnails.shape[1:3]), np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        gray[part] = thumbnails[rows[part]].mean(axis=3, dtype=np.float32)
    return gray


def _alike(
    gray: "Array", shifts: Sequence[tuple[int, int]], context: "Context"
) -> Iterator["Array"]:
    """Yields pairs of rows that are near copies, shifted by as much or not at all."""
    plain = _frequencies(gray)
    mean, deviation = _spread(plain)
    order = _coarse_first(gray.shape[1:])
    base = _whitened(plain, mean, deviation)[:, order]
    num_coarse = min(COARSE**2 - 1, base.shape[1])
    coarse = _unit(base[:, :num_coarse])
    num, done = len(base), 0
    total = len(shifts) * num
    for shift in shifts:
        moved = _frequencies(np.roll(gray, shift, axis=(1, 2))) if any(shift) else plain
        other = _whitened(moved, mean, deviation)[:, order]
        other_coarse = _unit(other[:, :num_coarse])
        for start in range(0, num, BLOCK):
            context.check_time()
            context.log("check", what="copies", done=done, total=total)
            # Without a shift the comparison is symmetric, and half of it is enough.
            for since in range(0 if any(shift) else start, num, WIDE_BLOCK):
                screen = other_coarse[since : since + WIDE_BLOCK]
                alike = coarse[start : start + BLOCK] @ screen.T > MIN_COARSE
                if not alike.any():
                    continue
                left, right = divmod(np.flatnonzero(alike), len(screen))  # twice as fast as in 2-D
                left, right = left + start, right + since
                close = np.einsum("ij,ij->i", base[left], other[right]) > MIN_ALIKE
                close &= left != right
                if close.any():
                    yield np.stack([left[close], right[close]], axis=1)
            done += min(BLOCK, num - start)
    context.log("check", what="copies", done=total, total=total)


def _frequencies(gray: "Array") -> "Array":
    """The lowest frequencies but the mean, at unit length: contrast and brightness don't count."""
    from scipy.fft import dctn  # noqa: PLC0415 - only where there are pictures

    kept = [min(FREQUENCIES, side) for side in gray.shape[1:]]
    low = np.concatenate(
        [
            dctn(gray[start : start + BLOCK], axes=(1, 2), norm="ortho")[:, : kept[0], : kept[1]]
            for start in range(0, len(gray), BLOCK)
        ]
    )
    return _unit(low.reshape(len(gray), -1)[:, 1:])


def _spread(frequencies: "Array") -> "tuple[Array, Array]":
    """Mean and deviation of each frequency; few rows are helped out by equal shares of power."""
    num, width = frequencies.shape
    share = num / (num + PRIOR_ROWS)
    mean = share * frequencies.mean(axis=0)
    variance = share * ((frequencies - mean) ** 2).mean(axis=0) + (1 - share) / width
    return mean, np.sqrt(variance + 1e-9)


def _whitened(frequencies: "Array", mean: "Array", deviation: "Array") -> "Array":
    return _unit((frequencies - mean) / deviation)


def _coarse_first(shape: tuple[int, ...]) -> "Array":
    """Orders frequencies so that the first ``n² - 1`` are those below ``n``."""
    rows, columns = np.indices([min(FREQUENCIES, side) for side in shape])
    return np.argsort(np.maximum(rows, columns).ravel()[1:], kind="stable")


def _unit(rows: "Array") -> "Array":
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Array = rows / np.maximum(lengths, 1e-12)
    return unit
