"""The closed sets of what goes into a model and what comes out of one.

A family says which kinds it takes and gives, never which tasks; a new task pairs kinds that are
here. An answer kind owns its Arrow type, its metrics, its loss and its decoding.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daylight.core import answers
from daylight.core.answers import Answer, Labels
from daylight.core.types import Column, Columns, FieldType

RANGE_LEVEL = 0.9
"""Share of the truths that are between ``low`` and ``high`` of an answer that is a number."""


@dataclass(frozen=True, slots=True)
class InputKind:
    """What a model is shown.

    Attributes:
        types: Of the fields that it is made of; a row has any number, a prompt a seed and perhaps a
            category, the others one.
        media: Whether an input is a file, which people name by its path.
        stratified: Whether splits keep the share of each value of its category.
    """

    name: str
    types: tuple[FieldType, ...]
    media: bool = False
    stratified: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a column is like.

    Attributes:
        dtype: NumPy's name of its type, or ``"text"``.
        dims: A number, or what is counted: ``"rows"``, ``"labels"``, or something that may be any.
        ragged: Whether a row has a run of values; the first of ``dims`` is then that of all runs.
    """

    dtype: str
    dims: tuple[str | int, ...]
    ragged: bool = False

    def __str__(self) -> str:
        return _described(self.dtype, self.dims, ragged=self.ragged)

    def fits(self, column: Column, counts: Mapping[str, int]) -> bool:
        """Whether a column is like this, with so many rows and labels."""
        shape = column.values.shape
        return (
            len(column) == counts["rows"]
            and _dtype(column) == self.dtype
            and (column.offsets is not None) == self.ragged
            and len(shape) == len(self.dims)
            and all(
                size == (counts.get(dim, size) if isinstance(dim, str) else dim)
                for size, dim in zip(shape, self.dims, strict=True)
            )
        )


def describe(column: Column) -> str:
    """A column's type and shape, as a ``Form`` is written."""
    return _described(_dtype(column), column.values.shape, ragged=column.offsets is not None)


def _described(dtype: str, dims: Sequence[str | int], *, ragged: bool) -> str:
    shape = ", ".join(map(str, dims)) + ("," if len(dims) == 1 else "")
    return f"{'ragged ' if ragged else ''}{dtype} ({shape})"


def _dtype(column: Column) -> str:
    return "text" if column.values.dtype.kind == "T" else str(column.values.dtype)


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """What a model answers.

    Attributes:
        arrow: Arrow type of the target column.
        targets: Columns that a target is encoded as.
        outputs: Columns that a program ends in.
        forms: What each of them is like.
        metrics: Names in the table of metrics, in the order in which people want to see them.
        figures: Names in the table of figures.
        loss: Name of the training loss.
        stratified: Whether splits keep the share of each answer.
        several: Whether an example has any number of labels, rather than one or none at all.
        decode: ``(outputs, labels) -> answers``, one per row, as plain JSON values.
        error: ``(target, answer) -> how wrong``, 0 where it is right; orders the worst mistakes.
            ``None`` where one number per example says little.
        without: ``(answer, names) -> answer`` that does not hold the names, where an answer holds
            many.
        media: The key of an answer whose value is a file, as a data URI; empty if there is none.
        features: Name of the network through whose features answers and targets are compared, where
            they say little as they are; empty if there is none.
        looked_up: Name of the kind of answers that an index of documents gives for the outputs, on
            which the metrics are; empty where the outputs are the answer.
        concluded: What a package may add to the outputs, and what that is like.
    """

    name: str
    arrow: str
    targets: tuple[str, ...]
    outputs: tuple[str, ...]
    metrics: tuple[str, ...]
    loss: str
    decode: Callable[[Columns, Labels], list[Answer]]
    error: Callable[[Any, Answer], float] | None = None
    figures: tuple[str, ...] = ()
    stratified: bool = False
    several: bool = False
    without: Callable[[Answer, Collection[str]], Answer] | None = None
    media: str = ""
    features: str = ""
    looked_up: str = ""
    forms: Mapping[str, Form] = field(default_factory=dict)
    concluded: Mapping[str, Form] = field(default_factory=dict)

    def misfit(self, outputs: Columns, *, num_rows: int, num_labels: int) -> str:
        """Why columns are no outputs of this kind, as the end of a sentence; empty if they are."""
        if outputs.keys() != set(self.outputs):
            given, needed = (", ".join(map(repr, names)) for names in (outputs, self.outputs))
            return f"gives {given}, but an answer of kind {self.name!r} is {needed}"
        counts = {"rows": num_rows, "labels": num_labels}
        for name, form in self.forms.items():
            if not form.fits(outputs[name], counts):
                return (
                    f"gives {name!r} as {describe(outputs[name])}, but an answer of kind "
                    f"{self.name!r} needs {form}"
                )
        return ""


INPUT_KINDS: Mapping[str, InputKind] = {
    kind.name: kind
    for kind in (
        InputKind("image", ("image",), media=True),
        InputKind("text", ("text",)),
        InputKind("row", ("number", "category")),
        InputKind("history", ("keys",)),
        InputKind("query", ("text",)),
        InputKind("prompt", ("seed", "category"), stratified=True),
    )
}

MEDIA_TYPES = frozenset(each for kind in INPUT_KINDS.values() if kind.media for each in kind.types)
"""Types of fields whose values are paths of files."""

ANSWER_KINDS: Mapping[str, AnswerKind] = {
    kind.name: kind
    for kind in (
        AnswerKind(
            "label",
            arrow="string",
            targets=("target",),  # int64 (rows,): index into labels, -1 if not among them
            outputs=("probabilities",),  # rows sum to 1
            forms={"probabilities": Form("float32", ("rows", "labels"))},
            concluded={"answered": Form("int64", ("rows",))},  # index into labels
            metrics=(
                "accuracy",
                "macro_f1",
                "roc_auc",
                "log_loss",
                "brier",
                "precision",
                "recall",
            ),
            figures=("confusion", "calibration"),
            loss="cross_entropy",
            decode=answers.label,
            error=lambda target, answer: answer["probability"] * (answer["label"] != target),
            stratified=True,
        ),
        AnswerKind(
            "labels",
            arrow="list<string>",
            targets=("target",),  # int8 (rows, labels): 1 where it is one of them
            outputs=("probabilities",),  # of each label by itself
            forms={"probabilities": Form("float32", ("rows", "labels"))},
            concluded={"answered": Form("bool", ("rows", "labels"))},
            metrics=(
                "micro_f1",
                "macro_f1",
                "ranking_precision",
                "subset_accuracy",
                "hamming_loss",
                "precision",
                "recall",
            ),
            loss="binary_cross_entropy",
            decode=answers.labels,
            error=answers.off_by,
            stratified=True,
            several=True,
        ),
        AnswerKind(
            "real",
            arrow="double",
            targets=("target",),  # float64 (rows,)
            outputs=("value",),
            forms={"value": Form("float32", ("rows",))},
            concluded={n: Form("float32", ("rows",)) for n in ("low", "high")},  # see RANGE_LEVEL
            metrics=("rmse", "mae", "r2"),
            figures=("scatter",),
            loss="squared_error",
            decode=answers.real,
            error=lambda target, answer: abs(answer["value"] - target),
        ),
        AnswerKind(
            "ranking",
            arrow="list<string>",
            targets=("target",),  # int64, ragged: indices of the relevant items
            outputs=("items", "scores"),  # best first; an item of -1 is none
            forms={
                "items": Form("int64", ("rows", "k")),
                "scores": Form("float32", ("rows", "k")),
            },
            metrics=("ndcg@10", "recall@10", "recall@50", "map@10", "mrr"),
            loss="own",
            decode=answers.ranking,
            without=answers.ranking_without,
        ),
        AnswerKind(
            "passages",
            arrow="list<string>",
            targets=("target",),  # int64, ragged: indices of the relevant documents
            outputs=("terms", "weights", "vector", "balance"),  # of a text, asked or searched
            forms={
                "terms": Form("int64", ("total",), ragged=True),
                "weights": Form("float32", ("total",), ragged=True),
                "vector": Form("float32", ("rows", "features")),
                "balance": Form("float32", ("rows",)),  # see runtime.search.ranking
            },
            metrics=("ndcg@10", "recall@10", "recall@50", "mrr"),
            loss="cross_entropy",
            decode=answers.passages,
            looked_up="ranking",
        ),
        AnswerKind(
            "boxes",
            arrow="list<struct<box_xyxy_px: list<double>, label: string>>",
            targets=("boxes", "classes"),  # ragged: float32 (total, 4) in pixels; int64 (total,)
            outputs=("boxes", "classes", "scores"),
            forms={
                "boxes": Form("float32", ("total", 4), ragged=True),
                "classes": Form("int64", ("total",), ragged=True),
                "scores": Form("float32", ("total",), ragged=True),
            },
            metrics=("map@50",),
            loss="boxes",
            decode=answers.boxes,
        ),
        AnswerKind(
            "text",
            arrow="string",
            targets=("target",),  # StringDType (rows,)
            outputs=("text",),
            forms={"text": Form("text", ("rows",))},
            metrics=("exact_match", "character_error_rate"),
            loss="next_token",
            decode=answers.text,
            error=lambda target, answer: float(answer["text"] != target),
        ),
        AnswerKind(
            "image",
            arrow="string",  # a path
            targets=("target",),  # paths, as objects (rows,)
            outputs=("image",),  # 0 to 1
            forms={"image": Form("float32", ("rows", "height", "width", "channels"))},
            metrics=(
                "frechet_distance",
                "kernel_distance",
                "manifold_precision",
                "manifold_recall",
                "near_copies",
            ),
            figures=("samples", "nearest"),
            loss="squared_error",
            decode=answers.image,
            media="image",
            features="efficientnet-lite0",
        ),
    )
}
