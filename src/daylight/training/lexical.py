"""How much words weigh, chosen by the questions of train; BM25 and what builds on it share this."""

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema, Split
from daylight.runtime.operations.saturate import Parameters, weighed
from daylight.runtime.search.postings import Postings
from daylight.runtime.search.ranking import BY_RANK, Both, Scored, combined

if TYPE_CHECKING:
    from daylight.core.types import Array

SATURATIONS = (0.6, 1.2, 2.0)
LENGTH_SHARES = (0.3, 0.6, 0.9)
NUM_ASKED = 500
"""Questions by which few numbers are chosen."""


BALANCES = (0.3, 0.2, 0.4, 0.1, 0.5, 0.6, 0.75)
"""Shares of vectors beside shared words; the likeliest first, which wins among equals."""

NUM_SEARCHED = 2000
"""Documents among which these are looked for: to represent all may take as long as to train."""

LIST = 100
"""Documents of a list, as in evaluation."""


def count_words(schema: Schema, *, stem: str) -> Processing:
    """Counts words, of questions and documents alike."""
    [field] = (field for field in schema["examples"] if field.role == "input")
    node = Node(
        operation="terms",
        inputs=(field.name,),
        outputs=("terms", "counts"),
        parameters={"stem": stem},
    )
    return Processing(inputs=(node,), prepared=node.outputs, tables={"documents": (node,)})


def choose_weights(prepared: Prepared) -> Parameters:
    """The two numbers of BM25 by which training questions find their documents best."""
    documents = prepared.tables["documents"]
    total = float(documents["counts"].values.sum())
    mean_length = max(1.0, total / max(1, len(documents["counts"])))
    asked = some_questions(prepared.splits["train"])
    pairs = product(SATURATIONS, LENGTH_SHARES)
    options = [
        Parameters(saturation=k1, length_share=b, mean_length=mean_length) for k1, b in pairs
    ]
    return max(options, key=lambda parameters: _merit(parameters, documents, asked))


def choose_balance(
    prepared: Prepared, represent: Callable[[Columns], Columns], *, by_ranks: bool
) -> float:
    """How much vectors count beside shared words, by which validation is answered best.

    Args:
        prepared: With ``documents``.
        represent: What the model makes of prepared columns; its balance is not looked at.
        by_ranks: Whether ranks are fused, so that there is nothing to choose.
    """
    if by_ranks:
        return BY_RANK
    asked = some_questions(prepared.splits["validation"])
    searched = _some_documents(prepared, asked)
    table = prepared.tables["documents"]
    documents = represent({name: column.take(searched) for name, column in table.items()})
    questions = represent(asked.inputs)
    postings = Postings.of(documents["terms"], documents["weights"])
    merits = np.zeros(len(BALANCES))
    for row, relevant in enumerate(map(asked.targets["target"].__getitem__, range(len(asked)))):
        sharing = postings.scores(questions["terms"][row], questions["weights"][row])
        near = documents["vector"].values @ questions["vector"].values[row]
        lists = Scored.of(sharing, LIST), Scored.of(near, LIST)

        def others(items: "Array", sharing: "Array" = sharing, near: "Array" = near) -> Both:
            return sharing[items], near[items]

        for place, balance in enumerate(BALANCES):
            items = combined(*lists, others, balance, LIST).items
            found = np.flatnonzero(np.isin(searched[items], relevant))
            merits[place] += 1 / (found[0] + 1) if len(found) else 0.0
    return BALANCES[int(merits.argmax())]


def _some_documents(prepared: Prepared, asked: Split) -> "Array":
    """All that answer a question, and others, evenly spread."""
    wanted = asked.targets["target"].values
    num = len(prepared.labels)
    others = np.linspace(0, num - 1, min(num, NUM_SEARCHED)).astype(np.int64)
    return np.union1d(wanted[wanted >= 0], others)


def some_questions(split: Split) -> Split:
    """At most ``NUM_ASKED``, evenly spread."""
    rows = np.unique(np.linspace(0, len(split) - 1, NUM_ASKED).astype(np.int64))
    return Split(
        {name: column.take(rows) for name, column in split.inputs.items()},
        {name: column.take(rows) for name, column in split.targets.items()},
    )


def reciprocal_rank(scores: "Array", relevant: "Array") -> float:
    """One over the rank of the best relevant document; among equals it stands last.

    Args:
        scores: Of all documents.
        relevant: Their places; -1 is none.
    """
    relevant = relevant[relevant >= 0]
    if not len(relevant):
        return 0.0
    return 1 / int(np.count_nonzero(scores >= scores[relevant].max()))


def _merit(parameters: Parameters, documents: Columns, asked: Split) -> float:
    postings = Postings.of(documents["terms"], weighed(documents["counts"], parameters))
    terms, weights = asked.inputs["terms"], weighed(asked.inputs["counts"], parameters)
    wanted: Column = asked.targets["target"]
    return sum(
        reciprocal_rank(postings.scores(terms[row], weights[row]), wanted[row])
        for row in range(len(wanted))
    )
