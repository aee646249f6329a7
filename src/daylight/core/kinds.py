"""The closed sets of what goes into a model and what comes out of one.

A family says which kinds it takes and gives, never which tasks; a new task pairs kinds that are
here. An answer kind owns its Arrow type, its metrics, its loss and its decoding.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daylight.core.types import Columns, FieldType

Labels = Sequence[str]
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InputKind:
    """What a model is shown.

    Attributes:
        types: Of the fields that it is made of; a row has any number, the others one.
        media: Whether an input is a file, which people name by its path.
    """

    name: str
    types: tuple[FieldType, ...]
    media: bool = False


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """What a model answers.

    Attributes:
        arrow: Arrow type of the target column.
        targets: Columns that a target is encoded as.
        outputs: Columns that a program ends in.
        metrics: Names in the table of metrics, in the order in which people want to see them.
        figures: Names in the table of figures.
        loss: Name of the training loss.
        stratified: Whether splits keep the share of each answer.
        decode: ``(outputs, labels) -> answers``, one per row, as plain JSON values.
        error: ``(target, answer) -> how wrong``, 0 where it is right; orders the worst mistakes.
            ``None`` where one number per example says little.
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


def _label(outputs: Columns, labels: Labels) -> list[Answer]:
    rows = outputs["probabilities"].values
    answers: list[Answer] = []
    for best, row in zip(rows.argmax(axis=1).tolist(), rows.tolist(), strict=True):
        probabilities = dict(zip(labels, row, strict=True))
        answers.append(
            {"label": labels[best], "probability": row[best], "probabilities": probabilities}
        )
    return answers


def _real(outputs: Columns, labels: Labels) -> list[Answer]:  # noqa: ARG001 - one signature
    return [{"value": value} for value in outputs["value"].values.tolist()]


def _ranking(outputs: Columns, labels: Labels) -> list[Answer]:
    both = zip(outputs["items"].values.tolist(), outputs["scores"].values.tolist(), strict=True)
    return [
        {"items": [labels[item] for item in items if item >= 0], "scores": scores}
        for items, scores in both
    ]


def _boxes(outputs: Columns, labels: Labels) -> list[Answer]:
    answers: list[Answer] = []
    for row in range(len(outputs["boxes"])):
        found = zip(
            outputs["boxes"][row].tolist(),
            outputs["classes"][row].tolist(),
            outputs["scores"][row].tolist(),
            strict=True,
        )
        answers.append(
            {
                "boxes": [
                    {"box_xyxy_px": box, "label": labels[index], "score": score}
                    for box, index, score in found
                ]
            }
        )
    return answers


def _text(outputs: Columns, labels: Labels) -> list[Answer]:  # noqa: ARG001 - one signature
    return [{"text": text} for text in outputs["text"].values.tolist()]


INPUT_KINDS: Mapping[str, InputKind] = {
    kind.name: kind
    for kind in (
        InputKind("image", ("image",), media=True),
        InputKind("text", ("text",)),
        InputKind("row", ("number", "category")),
        InputKind("history", ("keys",)),
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
            outputs=("probabilities",),  # float32 (rows, labels), rows sum to 1
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
            decode=_label,
            error=lambda target, answer: answer["probability"] * (answer["label"] != target),
            stratified=True,
        ),
        AnswerKind(
            "real",
            arrow="double",
            targets=("target",),  # float64 (rows,)
            outputs=("value",),  # float32 (rows,)
            metrics=("rmse", "mae", "r2"),
            loss="squared_error",
            decode=_real,
            error=lambda target, answer: abs(answer["value"] - target),
        ),
        AnswerKind(
            "ranking",
            arrow="list<string>",
            targets=("target",),  # int64, ragged: indices of the relevant items
            outputs=("items", "scores"),  # int64 and float32 (rows, k), best first; -1: no item
            metrics=("ndcg@10", "recall@10", "mrr"),
            loss="cross_entropy",
            decode=_ranking,
        ),
        AnswerKind(
            "boxes",
            arrow="list<struct<box_xyxy_px: list<double>, label: string>>",
            targets=("boxes", "classes"),  # ragged: float32 (total, 4) in pixels; int64 (total,)
            outputs=("boxes", "classes", "scores"),  # ragged, likewise; float32 (total,)
            metrics=("map@50",),
            loss="boxes",
            decode=_boxes,
        ),
        AnswerKind(
            "text",
            arrow="string",
            targets=("target",),  # StringDType (rows,)
            outputs=("text",),  # StringDType (rows,)
            metrics=("exact_match", "character_error_rate"),
            loss="next_token",
            decode=_text,
            error=lambda target, answer: float(answer["text"] != target),
        ),
    )
}
