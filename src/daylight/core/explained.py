"""What ``explain`` leaves behind: explanations, and how far each can be believed."""

from typing import ClassVar, Literal

import msgspec

from daylight.core.config import Config
from daylight.core.rows import Row, html_table, interval, number
from daylight.core.sections import Section


class Faithfulness(Config):
    """How fast an answer falls when the places that an explanation names are taken out first.

    Attributes:
        shares: Of the input taken out, from 0 to 1.
        curve: Mean probability of the explained class at each share.
        random_curve: The same where places are taken out in random orders.
        area: Under ``curve``, 0 to 1; the lower, the more faithful.
        random_area: Under ``random_curve``.
        gain: ``random_area`` less ``area``, paired by example, with its 95 % interval (BCa).
        caution: Why the interval is not known to cover in 93 to 97 % of cases; empty if it is.
    """

    shares: tuple[float, ...]
    curve: tuple[float, ...]
    random_curve: tuple[float, ...]
    area: float
    random_area: float
    gain: float
    low: float
    high: float
    num_examples: int
    num_orders: int
    caution: str
    verdict: Literal[
        "more faithful than a random order",
        "no detectable difference",
        "less faithful than a random order",
    ]


class RandomModelCheck(Config):
    """Whether a method would show the same of a model that has learned nothing.

    Attributes:
        similarity: Mean rank correlation (Spearman), -1 to 1, of the explanations of the trained
            model with those of an equal one with random parameters; with its 95 % interval (BCa).
    """

    similarity: float
    low: float
    high: float
    num_examples: int
    verdict: Literal["depends on the model", "much the same for a random model", "undecided"]


class Place(Config):
    """A part of what the model was shown, and how much it speaks for the answer."""

    name: str
    value: float


class ExplainedExample(Config):
    """One example with its explanation, as a picture or by its places.

    Attributes:
        label: What is explained: the class, or the first item, that the model answered.
        probability: What the model gave it, where that is a probability.
        picture: File, relative to the folder ``explain`` of the run or the package.
        places: Those that say most, the largest first.
        words: Of a text all of them, in its order, each with the space after it.
    """

    id: str
    label: str
    probability: float | None = None
    picture: str = ""
    places: tuple[Place, ...] = ()
    words: tuple[Place, ...] = ()


class Explanation(Config):
    """What one method showed, and how far it can be believed.

    Attributes:
        signed: Whether values below 0 speak against the class.
        gap: Of methods whose values should add up to a known total: mean distance from it,
            relative to the mean total.
        importance: Of rows: the mean size of what each column adds, the largest first.
        unchecked: Why there is no check by a random model; empty if there is.
        skipped: Why the method was not run; empty if it was.
        lacks: A library that it needs and that was not installed.
    """

    method: str
    title: str
    sentence: str
    source: str
    signed: bool
    gap: float | None = None
    faithfulness: Faithfulness | None = None
    random_model: RandomModelCheck | None = None
    examples: tuple[ExplainedExample, ...] = ()
    importance: tuple[Place, ...] = ()
    unchecked: str = ""
    skipped: str = ""
    lacks: str = ""


class Branch(Config):
    """A node of a tree that is drawn.

    Attributes:
        question: About one column, such as ``"age <= 34.5"``; empty where nothing more is asked.
        yes: Place of the node that follows, among all; ``None`` where none is drawn.
        no: Likewise.
        answer: The label or the number that the examples here get, or would get.
        num_examples: Of train that come by.
        shares: Of each label among them; empty of numbers.
        num_hidden: Leaves below that are not drawn.
    """

    answer: str
    num_examples: int
    shares: tuple[float, ...] = ()
    question: str = ""
    yes: int | None = None
    no: int | None = None
    num_hidden: int = 0


class DrawnTree(Config):
    """A model that is one tree, from its root as far as it can be drawn.

    Attributes:
        branches: The root first.
        labels: Whose shares the branches tell; empty of numbers.
        num_leaves: Of the whole tree.
        depth: Questions on the longest way through the whole tree.
    """

    branches: tuple[Branch, ...]
    labels: tuple[str, ...]
    num_leaves: int
    depth: int


class Dependence(Config):
    """What a model answers on average if one column has each of some values, all else as it is.

    Attributes:
        label: Whose probability it is; empty where answers are numbers.
        numbers: The values that were tried, ascending; empty of a category.
        names: Likewise, the commonest first; of dates, ascending.
        means: Over the examples, by value.
        lines: The same of single examples; of numbers only.
        missing: The mean where the column is missing, if train lacks some.
    """

    column: str
    label: str
    means: tuple[float, ...]
    numbers: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    lines: tuple[tuple[float, ...], ...] = ()
    missing: float | None = None


class ExplainedSection(Section):
    """What ``explain`` found on some examples of a split.

    Attributes:
        kind: Of input.
        tree: The model itself, if it is one tree over the columns of a table.
        dependence: Of the columns of a table that matter most.
        absent: What took the place of what was taken out, in words; empty if nothing did.
    """

    step: ClassVar[str] = "explain"
    model_digest: str
    split: str
    num_examples: int
    absent: str
    explanations: tuple[Explanation, ...]
    kind: str = ""
    tree: DrawnTree | None = None
    dependence: tuple[Dependence, ...] = ()

    def without_texts(self) -> "ExplainedSection":
        """As it is published: a package must not hold what people wrote."""
        bare = tuple(
            msgspec.structs.replace(
                each, examples=tuple(one for one in each.examples if not one.words)
            )
            for each in self.explanations
        )
        return msgspec.structs.replace(self, explanations=bare)

    def lacks(self) -> tuple[str, ...]:
        return tuple(sorted({each.lacks for each in self.explanations if each.lacks}))

    def rows(self) -> list[Row]:
        """A header, and a row per method that was used: two figures with intervals and verdicts."""
        header = (
            f"{self.num_examples:,} {self.split} examples",
            "gain over random",
            "95 % interval",
        )
        return [
            (*header, "verdict", "like a random model", "95 % interval", "verdict"),
            *(
                (
                    each.title,
                    f"{each.faithfulness.gain:+z.3f}",
                    interval(each.faithfulness.low, each.faithfulness.high),
                    each.faithfulness.verdict,
                    *_random_model(each),
                )
                for each in self.explanations
                if each.faithfulness
            ),
        ]

    def _repr_html_(self) -> str:
        return html_table(self.rows())


def _random_model(found: Explanation) -> Row:
    if (check := found.random_model) is None:
        return ("-", "", f"not checked: {found.unchecked}")
    return (number(check.similarity), interval(check.low, check.high), check.verdict)
