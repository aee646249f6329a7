"""Outputs of models as answers for people: one function for each answer kind."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daylight.core.png import data_uri
from daylight.core.types import Columns

if TYPE_CHECKING:
    from daylight.core.types import Array

Labels = Sequence[str]
Answer = Mapping[str, Any]

SURE = 0.5
"""Probability from which on a label is answered, where a package concludes no other."""


def answered(outputs: Columns) -> "Array":
    """The label of each row, int64: what the package concluded, or else the most probable."""
    if "answered" in outputs and outputs["answered"].values.ndim == 1:
        return outputs["answered"].values
    best: Array = outputs["probabilities"].values.argmax(axis=1)  # the first of equals
    return best


def each_answered(outputs: Columns) -> "Array":
    """Whether each label of each row is answered, where there may be several: bool."""
    if "answered" in outputs:
        return outputs["answered"].values
    sure: Array = outputs["probabilities"].values >= SURE
    return sure


def label(outputs: Columns, labels: Labels) -> list[Answer]:
    """The most probable label, or what the package concluded."""
    rows = outputs["probabilities"].values
    answers: list[Answer] = []
    for best, row in zip(answered(outputs).tolist(), rows.tolist(), strict=True):
        probabilities = dict(zip(labels, row, strict=True))
        answers.append(
            {"label": labels[best], "probability": row[best], "probabilities": probabilities}
        )
    return answers


def labels(outputs: Columns, labels: Labels) -> list[Answer]:
    """The likeliest first."""
    answers: list[Answer] = []
    each = zip(each_answered(outputs), outputs["probabilities"].values, strict=True)
    for sure, row in each:
        order = (-row).argsort(kind="stable")
        names = [labels[place] for place in order[sure[order]].tolist()]
        probabilities = dict(zip(labels, row.tolist(), strict=True))
        answers.append({"labels": names, "probabilities": probabilities})
    return answers


def off_by(target: Sequence[str], answer: Answer) -> float:
    """Labels that lack or are too many, each by how sure the answer was."""
    wrong = {*target} ^ {*answer["labels"]}
    shares = {name: answer["probabilities"].get(name, 0.0) for name in wrong}
    return float(sum(1 - p if name in target else p for name, p in shares.items()))


def real(outputs: Columns, labels: Labels) -> list[Answer]:  # noqa: ARG001 - one signature
    """A number, with its range if the package gives one."""
    values = outputs["value"].values.tolist()
    if "low" not in outputs:
        return [{"value": value} for value in values]
    ends = (outputs[name].values.tolist() for name in ("low", "high"))
    return [
        {"value": value, "low": low, "high": high}
        for value, low, high in zip(values, *ends, strict=True)
    ]


def ranking(outputs: Columns, labels: Labels) -> list[Answer]:
    """What was found, best first; an item of -1 is none."""
    both = zip(outputs["items"].values.tolist(), outputs["scores"].values.tolist(), strict=True)
    return [
        {"items": [labels[item] for item in items if item >= 0], "scores": scores}
        for items, scores in both
    ]


def ranking_without(answer: Answer, names: Collection[str]) -> Answer:
    """Leaves out names that must not be answered."""
    both = zip(answer["items"], answer["scores"], strict=False)  # scores of none stand at the end
    kept = [(item, score) for item, score in both if item not in names]
    return {"items": [item for item, _ in kept], "scores": [score for _, score in kept]}


def passages(outputs: Columns, labels: Labels) -> list[Answer]:  # noqa: ARG001 - one signature
    """What a text was made into; an index makes answers of it."""
    terms, weights = outputs["terms"], outputs["weights"]
    return [
        {
            "terms": dict(zip(map(str, terms[row].tolist()), weights[row].tolist(), strict=True)),
            "vector": vector,
            "balance": balance,
        }
        for row, (vector, balance) in enumerate(
            zip(outputs["vector"].values.tolist(), outputs["balance"].values.tolist(), strict=True)
        )
    ]


def boxes(outputs: Columns, labels: Labels) -> list[Answer]:
    """Boxes in pixels of the picture."""
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


def text(outputs: Columns, labels: Labels) -> list[Answer]:  # noqa: ARG001 - one signature
    """The text."""
    return [{"text": text} for text in outputs["text"].values.tolist()]


def image(outputs: Columns, labels: Labels) -> list[Answer]:  # noqa: ARG001 - one signature
    """A picture as a data URI; outputs are from 0 to 1."""
    pixels = outputs["image"].values
    height, width = pixels.shape[1:3]
    return [
        {"image": data_uri(picture), "height_px": height, "width_px": width}
        for picture in (pixels * 255).round().astype("uint8")
    ]
