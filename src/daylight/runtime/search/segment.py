"""Some documents of an index, and what the model made of their passages; it never changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.config import Config, decode
from daylight.core.errors import IntegrityError
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.log import Log, silent
from daylight.core.types import Column, Columns
from daylight.runtime.inputs import TEXT
from daylight.runtime.search.passages import Document, passages

if TYPE_CHECKING:
    from daylight.core.types import Array

FACTS = "documents.json"
BATCH_SIZE = 64
LOGGED = 100 * BATCH_SIZE

Represent = Callable[[Column], Columns]
"""Texts to the outputs of an answer of kind ``passages``."""


class Facts(Config):
    """What is known of each document."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents, and arrays of their passages, which stand in the order of the documents.

    Attributes:
        facts: Of the documents.
        text: The documents' texts in UTF-8, end to end, as uint8.
        bounds: int64 ``(documents + 1,)``: where each text begins in ``text``.
        owners: int64 ``(passages,)``: which document each is of; ascending.
        spans: int64 ``(passages, 2)``: its first character in the document, and one past its last.
        terms: Ragged uint32.
        weights: Ragged float32.
        vectors: float32 ``(passages, features)``.
    """

    facts: Facts
    text: "Array"
    bounds: "Array"
    owners: "Array"
    spans: "Array"
    terms: Column
    weights: Column
    vectors: "Array"

    def __len__(self) -> int:
        return len(self.facts.ids)

    def document(self, place: int) -> str:
        """The text of a document."""
        raw = self.text[self.bounds[place] : self.bounds[place + 1]]
        return bytes(raw).decode("utf-8")

    def save(self, folder: Path) -> None:
        """Writes the segment whole, or not at all."""
        with folder_atomic(folder) as place:
            write_atomic(place / FACTS, self.facts.to_json())
            for name, values in self._arrays().items():
                np.save(place / f"{name}.npy", values, allow_pickle=False)

    def _arrays(self) -> "dict[str, Array]":
        return {
            "text": self.text,
            "bounds": self.bounds,
            "owners": self.owners,
            "spans": self.spans,
            "offsets": _offsets(self.terms),
            "terms": self.terms.values,
            "weights": self.weights.values,
            "vectors": self.vectors,
        }

    @classmethod
    def open(cls, folder: Path) -> "Segment":
        """Opens what ``save`` wrote; arrays stay on disk until they are used.

        Raises:
            IntegrityError: Files are missing, or are not what they were.
        """
        hint = "Remove the index, and make it anew: daylight index"
        try:
            facts = decode(Facts, (folder / FACTS).read_bytes(), where=folder, error=IntegrityError)

            def array(name: str) -> "Array":
                values: Array = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
                return values

            offsets = array("offsets")
            return cls(
                facts,
                text=array("text"),
                bounds=array("bounds"),
                owners=array("owners"),
                spans=array("spans"),
                terms=Column(array("terms"), offsets),
                weights=Column(array("weights"), offsets),
                vectors=array("vectors"),
            )
        except (OSError, ValueError) as error:
            raise IntegrityError(f"{folder} cannot be opened: {error}.", hint=hint) from None

    def take(self, places: "Array") -> "Segment":
        """Some of the documents, in the order of ``places``, which ascends."""
        rows = np.flatnonzero(np.isin(self.owners, places))
        raw = [self.text[self.bounds[place] : self.bounds[place + 1]] for place in places]
        return Segment(
            Facts(
                ids=tuple(self.facts.ids[place] for place in places),
                titles=tuple(self.facts.titles[place] for place in places),
                digests=tuple(self.facts.digests[place] for place in places),
            ),
            text=np.concatenate([np.empty(0, np.uint8), *raw]),
            bounds=_bounds(map(len, raw)),
            owners=np.searchsorted(places, self.owners[rows]),
            spans=self.spans[rows],
            terms=self.terms.take(rows),
            weights=self.weights.take(rows),
            vectors=self.vectors[rows],
        )


def represented(
    documents: Sequence[Document], represent: Represent, *, log: Log = silent
) -> Segment:
    """Cuts documents into passages and has a model represent them, title and all."""
    owners, spans, shown = [], [], []
    for place, document in enumerate(documents):
        for start, stop in passages(document.text):
            owners.append(place)
            spans.append((start, stop))
            passage = document.text[start:stop]
            shown.append(f"{document.title}\n{passage}" if document.title else passage)
    parts: list[Columns] = []
    # Alike in length, so that a batch holds little that only fills it.
    order = np.argsort([len(text) for text in shown], kind="stable")
    for start in range(0, max(len(shown), 1), BATCH_SIZE):
        if start % LOGGED == 0:
            log("index", done=start, total=len(shown))
        batch = [shown[place] for place in order[start : start + BATCH_SIZE]]
        parts.append(represent(Column(np.array(batch, TEXT))))
    log("index", done=len(shown), total=len(shown))
    back = np.argsort(order, kind="stable")
    raw = [document.text.encode("utf-8") for document in documents]
    return Segment(
        Facts(
            ids=tuple(document.id for document in documents),
            titles=tuple(document.title for document in documents),
            digests=tuple(document.digest for document in documents),
        ),
        text=np.frombuffer(b"".join(raw), np.uint8),
        bounds=_bounds(map(len, raw)),
        owners=np.array(owners, np.int64),
        spans=np.array(spans, np.int64).reshape(-1, 2),
        terms=_ragged([part["terms"] for part in parts], np.uint32).take(back),
        weights=_ragged([part["weights"] for part in parts], np.float32).take(back),
        vectors=np.concatenate([part["vector"].values for part in parts])[back],
    )


def merged(segments: Sequence[Segment]) -> Segment:
    """One segment of several, their documents in that order."""
    if len(segments) == 1:
        return segments[0]
    first = np.cumsum([0, *(len(each) for each in segments)])
    return Segment(
        Facts(
            ids=tuple(name for each in segments for name in each.facts.ids),
            titles=tuple(title for each in segments for title in each.facts.titles),
            digests=tuple(digest for each in segments for digest in each.facts.digests),
        ),
        text=np.concatenate([each.text for each in segments]),
        bounds=_bounds(n for each in segments for n in np.diff(each.bounds).tolist()),
        owners=np.concatenate([e.owners + n for e, n in zip(segments, first, strict=False)]),
        spans=np.concatenate([each.spans for each in segments]),
        terms=_ragged([each.terms for each in segments], np.uint32),
        weights=_ragged([each.weights for each in segments], np.float32),
        vectors=np.concatenate([each.vectors for each in segments]),
    )


def _bounds(lengths: Iterable[int]) -> "Array":
    return np.cumsum([0, *lengths], dtype=np.int64)


def _offsets(column: Column) -> "Array":
    if column.offsets is None:
        raise ValueError("terms are ragged")
    return column.offsets


def _ragged(columns: Sequence[Column], dtype: type) -> Column:
    lengths = np.concatenate([np.diff(_offsets(column)) for column in columns])
    values = np.concatenate([column.values for column in columns])
    return Column(values.astype(dtype), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
