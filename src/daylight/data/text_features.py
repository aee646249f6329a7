"""What a linear model is shown of texts to judge their labels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operations.term_scores import Terms
from daylight.runtime.words import Reader

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_CHARACTERS = 10_000
MIN_TEXTS = 2


def features(texts: Sequence[str]) -> "csr_array":
    """Words and pairs of words, weighed by how rare they are: sparse ``(texts, terms)``."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - only where labels are judged

    grams = Reader().grams([t[:MAX_CHARACTERS] for t in texts], words=2, characters=(0, 0))
    keys = np.unique((grams.rows.astype(np.uint64) << np.uint64(32)) | grams.hashes)
    terms, counts = np.unique((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), return_counts=True)
    often = counts >= MIN_TEXTS
    rarity = np.log((1 + len(texts)) / (1 + counts[often])) + 1
    offsets = np.searchsorted(grams.rows, np.arange(len(texts) + 1))
    known = Terms(terms[often], rarity.astype(np.float32), "tfidf")
    weighed = known.weigh(Column(grams.hashes, offsets))
    shape = (len(texts), max(1, len(known.terms)))
    return csr_array((weighed.values, (weighed.rows, weighed.places)), shape)
