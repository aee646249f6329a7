"""What is explained where an input is a text: its words are places that can be taken out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns, Fitted
from daylight.runtime.inputs import TEXT
from daylight.runtime.words import Reader

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_ROWS = 64
MAX_PLACES = 60
"""Of a longer text several words together are one place."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Texts cut at the beginnings of words; the pieces of a text, end to end, are the text.

    Attributes:
        texts: The pieces of all texts.
        offsets: Where the pieces of each text begin and end; int64 ``(rows + 1,)``.
        of_word: The piece that each word is in; int64.
    """

    texts: tuple[str, ...]
    offsets: "Array"
    of_word: "Array"


def pieces_of(texts: Sequence[str]) -> Pieces:
    """One piece for each word, with the space after it; at most ``MAX_PLACES`` for a text."""
    words = Reader().words(texts)
    found: list[str] = []
    offsets, of_word = [0], [np.empty(0, np.int64)]
    for row, text in enumerate(texts):
        mine = words.rows == row
        starts = words.starts[mine]
        count = min(len(starts), MAX_PLACES)
        group = np.arange(len(starts)) * count // max(1, len(starts))
        firsts = starts[np.searchsorted(group, np.arange(count))]
        cuts = [0, *firsts[1:].tolist(), len(text)]
        found += [text[a:b] for a, b in pairwise(cuts)][: max(1, count)]
        of_word.append(offsets[-1] + group)
        offsets.append(len(found))
    return Pieces(tuple(found), np.array(offsets, np.int64), np.concatenate(of_word))


@dataclass(frozen=True, slots=True)
class TextSubject:
    """What is explained: why a model gave each of these texts this class.

    Attributes:
        process: Columns of input fields to prepared columns; the package's own program.
        answer: Prepared columns to the outputs of the answer kind; likewise.
        column: Name of the input field.
        texts: What the model was shown.
        pieces: Their pieces.
        things: Which class is explained, by row; int64.
        several: Whether each class is probable by itself, rather than instead of others.
        runs: The longest run of words, and the shortest and longest of characters, that the model
            counts; ``None`` if it does something else.
        fitted: The model itself, for methods that ask for more than answers.
    """

    process: Callable[[Columns], Columns]
    answer: Callable[[Columns], Columns]
    column: str
    texts: tuple[str, ...]
    pieces: Pieces
    things: "Array"
    several: bool = False
    runs: tuple[int, tuple[int, int]] | None = None
    fitted: Fitted | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def offsets(self) -> "Array":
        """Where the pieces of each text begin and end."""
        return self.pieces.offsets

    @property
    def shown(self) -> Columns:
        """What the model was shown."""
        return self.prepared(self.texts)

    @property
    def level(self) -> "Array":
        """Values that tell no piece from another; float64, one per piece of all texts."""
        return np.zeros(len(self.pieces.texts))

    def prepared(self, texts: Sequence[str]) -> Columns:
        """What the model is shown of texts."""
        return self.process({self.column: Column(np.array(texts, TEXT))})

    def outputs(self, texts: Sequence[str]) -> "Array":
        """Probabilities of all classes; float64 ``(rows, classes)``."""
        parts = [
            self.answer(self.prepared(texts[start : start + BATCH_ROWS]))["probabilities"].values
            for start in range(0, len(texts), BATCH_ROWS)
        ]
        found: Array = np.concatenate(parts).astype(np.float64)
        return found

    def take(self, rows: "Array") -> "TextSubject":
        """The same of some rows."""
        texts = tuple(self.texts[row] for row in rows.tolist())
        return replace(self, texts=texts, pieces=pieces_of(texts), things=self.things[rows])

    def left(self, kept: "Array") -> "Array":
        """What the classes get if only some pieces are shown; float64 ``(rows,)``.

        Args:
            kept: Boolean, one per piece of all texts.
        """
        shown = [
            "".join(self.pieces.texts[place] for place in range(start, stop) if kept[place])
            for start, stop in pairwise(self.offsets.tolist())
        ]
        found: Array = self.outputs(shown)[np.arange(len(shown)), self.things]
        return found

    def with_model(self, fitted: Fitted) -> "TextSubject":
        """The same, asked of another model of the same family."""
        return replace(self, fitted=fitted, answer=fitted.predict)
