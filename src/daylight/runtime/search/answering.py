"""What people are told of what was found: documents with their passages, and the best sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.answers import Answer
from daylight.core.types import Column, Columns
from daylight.runtime.inputs import TEXT
from daylight.runtime.search.index import Hit, Index
from daylight.runtime.search.passages import sentences
from daylight.runtime.search.segment import Represent

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_READ = 3
"""Documents in whose passages the best sentence is looked for."""

RANK_DISCOUNT = 0.8
"""A sentence of the second document counts so much of one of the first, and so on."""


def answers(index: Index, questions: Columns, represent: Represent, *, k: int) -> list[Answer]:
    """Documents for each question, best first, and the sentence that answers it best.

    Args:
        index: Where to look.
        questions: What the model makes of them.
        represent: What it makes of sentences.
        k: How many documents.

    Returns:
        ``items`` and ``scores`` as of any ranking; ``documents``, each with ``id``, ``title``,
        ``score`` and the ``passage`` from character ``start`` to ``stop``; and ``answer``, a
        ``sentence`` with the ``id`` of its document and its place there, or ``None``.
    """
    return [
        {
            "items": [hit.id for hit in hits],
            "scores": [hit.score for hit in hits],
            "answer": best_sentence(index, _row(questions, row), hits[:NUM_READ], represent),
            "documents": [
                {
                    "id": hit.id,
                    "title": hit.title,
                    "score": hit.score,
                    "passage": hit.passage,
                    "start": hit.start,
                    "stop": hit.stop,
                }
                for hit in hits
            ],
        }
        for row, hits in enumerate(index.hits(questions, k=k))
    ]


def best_sentence(
    index: Index, question: Columns, hits: Sequence[Hit], represent: Represent
) -> Answer | None:
    """The sentence of the passages that fits the question best, by the model that found them."""
    spans = [
        (place, start, stop)
        for place, hit in enumerate(hits)
        for start, stop in sentences(hit.passage)
    ]
    if not spans:
        return None
    texts = [hits[place].passage[start:stop] for place, start, stop in spans]
    fit = index.fit(question, represent(Column(np.array(texts, TEXT))))
    fit = fit * RANK_DISCOUNT ** np.array([place for place, _, _ in spans])
    best = int(fit.argmax())
    if fit[best] <= 0:
        return None
    place, start, stop = spans[best]
    hit = hits[place]
    return {
        "sentence": texts[best],
        "id": hit.id,
        "start": hit.start + start,
        "stop": hit.start + stop,
    }


def _row(questions: Columns, row: int) -> Columns:
    place: Array = np.array([row])
    return {name: column.take(place) for name, column in questions.items()}
