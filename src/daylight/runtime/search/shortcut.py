"""Nearest vectors without looking at each: FAISS, held to a recall that is measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from daylight.core.config import Config
from daylight.core.errors import IntegrityError, MissingExtraError
from daylight.core.files import write_atomic

if TYPE_CHECKING:
    from daylight.core.types import Array

Kind = Literal["hnsw", "ivf-pq"]

SUFFIX = ".faiss"
MIN_VECTORS = 100_000
"""Fewer are compared one by one in a few milliseconds."""

MAX_GRAPH = 1_000_000
"""More are kept as codes of some bytes each: a graph would hold them whole, and links besides."""

WANTED, ACCEPTED = 0.95, 0.8
"""Recall that is aimed at, and without which there is no shortcut."""

NUM_NEAREST = 10
LINKS = 32
BYTES_EACH = 32
EFFORTS: dict[Kind, tuple[int, ...]] = {
    "hnsw": (32, 64, 128, 256, 512),
    "ivf-pq": (8, 16, 32, 64, 128, 256),
}
NUM_LEARNED = 100_000
"""Vectors from which cells and codes are learned."""


class Shortcut(Config):
    """How vectors are looked up.

    Attributes:
        number: Of its file.
        parts: Segments whose passages it holds, in this order.
        effort: Candidates that HNSW keeps, or cells that IVF looks into.
        recall: Of the ten that are nearest, the share that it finds; measured.
    """

    kind: Kind
    number: int
    parts: tuple[str, ...]
    effort: int
    recall: float


def kind_for(num_vectors: int) -> Kind | None:
    """What suits so many; ``None`` where each is looked at.

    >>> [kind_for(number) for number in (5_000, 500_000, 5_000_000)]
    [None, 'hnsw', 'ivf-pq']
    """
    if num_vectors < MIN_VECTORS:
        return None
    return "hnsw" if num_vectors <= MAX_GRAPH else "ivf-pq"


def build(kind: Kind, vectors: "Array", asked: "Array") -> "tuple[Any, int, float]":
    """A FAISS index, the least effort at which it finds enough, and what it finds then.

    Source: HNSW Malkov & Yashunin, arXiv:1603.09320; IVF-PQ Jégou, Douze & Schmid, IEEE
    Transactions on Pattern Analysis and Machine Intelligence 33 (2011).

    Args:
        kind: Which.
        vectors: float32 ``(vectors, features)``, of length 1.
        asked: What may be looked for, likewise.

    Raises:
        MissingExtraError: FAISS is not installed.
    """
    faiss = _faiss()
    num, features = vectors.shape
    vectors = np.ascontiguousarray(vectors, np.float32)
    if kind == "hnsw":
        index = faiss.IndexHNSWFlat(features, LINKS, faiss.METRIC_INNER_PRODUCT)
    else:
        cells = max(1, int(4 * num**0.5))
        codes = max(each for each in range(1, BYTES_EACH + 1) if features % each == 0)
        index = faiss.index_factory(features, f"IVF{cells},PQ{codes}x8", faiss.METRIC_INNER_PRODUCT)
        step = max(1, num // NUM_LEARNED)
        index.train(vectors[::step])
    index.add(vectors)
    exact = np.argpartition(-(asked @ vectors.T), min(NUM_NEAREST, num) - 1)[:, :NUM_NEAREST]
    effort, recall = 0, 0.0
    for effort in EFFORTS[kind]:
        found = search(index, kind, effort, asked, NUM_NEAREST)
        same = [len({*a} & {*b}) for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
        recall = sum(same) / max(1, exact.size)
        if recall >= WANTED:
            break
    return index, effort, recall


def search(index: Any, kind: Kind, effort: int, asked: "Array", k: int) -> "Array":
    """Places of the nearest, int64 ``(questions, k)``; -1 is none."""
    faiss = _faiss()
    asked = np.ascontiguousarray(asked, np.float32)
    if kind == "hnsw":
        parameters = faiss.SearchParametersHNSW(efSearch=max(effort, k))
    else:
        parameters = faiss.SearchParametersIVF(nprobe=effort)
    _, places = index.search(asked, k, params=parameters)
    found: Array = places
    return found


def save(index: Any, path: Path) -> None:
    """Writes the index whole, or not at all."""
    write_atomic(path, _faiss().serialize_index(index).tobytes())


def load(path: Path) -> Any:
    """Reads what ``save`` wrote.

    Raises:
        IntegrityError: The file is gone, or is not what it was.
    """
    try:
        return _faiss().read_index(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise IntegrityError(
            f"{path} cannot be opened: {reason}",
            hint="Remove the index, and make it anew: daylight index",
        ) from None


def is_installed() -> bool:
    """Whether there is FAISS."""
    from importlib.util import find_spec  # noqa: PLC0415 - only here

    return find_spec("faiss") is not None


def _faiss() -> Any:
    try:
        import faiss  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtraError(
            "This index needs faiss, which is not installed.",
            hint="Install Daylight with its extra retrieval; the README says how.",
            library="faiss",
        ) from None
    return faiss
