"""What the answers rest on: each method's pictures, and how far it can be believed."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from PIL import Image

from daylight.core.explained import ExplainedExample, ExplainedSection, Explanation
from daylight.report.bars import bar_chart
from daylight.report.charts import falling
from daylight.report.wording import number

MAX_PICTURE_BYTES = 30_000
"""Larger pictures are packed with some loss, or the page would weigh megabytes."""

MAX_GAP = 0.05
"""Values that miss their total by more are not to be added up."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """One example: a data URI, its size in CSS pixels, and what it shows in words."""

    uri: str
    width: int
    height: int
    id: str
    line: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A place of an example, as deep in colour as it says much; ``share`` is from -1 to 1."""

    name: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class ShownExample:
    """One example that is explained by its places, or a text by its words, in their order."""

    id: str
    label: str
    chips: Sequence[Chip]
    words: Sequence[Chip] = ()


@dataclass(frozen=True, slots=True)
class ShownExplanation:
    """A method as it is shown: a chart, sentences on how far to believe it, and pictures."""

    explanation: Explanation
    chart: Markup
    facts: Sequence[tuple[str, str]]
    pictures: Sequence[Pictured]
    examples: Sequence[ShownExample]
    bars: Markup


def explanations(section: ExplainedSection, folder: Path) -> list[ShownExplanation]:
    """The methods that were used, in the order of the section.

    Args:
        section: What was found.
        folder: Where its pictures lie.
    """
    return [_shown(each, folder) for each in section.explanations if not each.skipped]


def _shown(found: Explanation, folder: Path) -> ShownExplanation:
    chart = Markup()
    if curves := found.faithfulness:
        chart = falling(curves.shares, curves.curve, curves.random_curve)
    pictures = [
        _pictured(folder / each.picture, each.id, f"{each.label} {each.probability:.2f}")
        for each in found.examples
        if each.picture and (folder / each.picture).is_file()
    ]
    examples = [_by_places(each) for each in found.examples if each.places or each.words]
    bars = bar_chart([(each.name, each.value) for each in found.importance])
    return ShownExplanation(found, chart, _facts(found), pictures, examples, bars)


def _by_places(example: ExplainedExample) -> ShownExample:
    most = max(abs(place.value) for place in (*example.places, *example.words)) or 1.0
    chips, words = (
        [Chip(p.name, number(p.value), p.value / most) for p in places]
        for places in (example.places, example.words)
    )
    label = example.label
    if example.probability is not None:
        label = f"{label} {example.probability:.2f}"
    return ShownExample(example.id, label, chips, words)


def _facts(found: Explanation) -> list[tuple[str, str]]:
    facts = []
    if curves := found.faithfulness:
        facts.append(
            (
                "Faithfulness",
                f"{_capital(curves.verdict)}: the area under the curve is {number(curves.area)}, "
                f"in random orders {number(curves.random_area)}; gain {number(curves.gain)} "
                f"(95\N{NO-BREAK SPACE}% interval {number(curves.low)} to {number(curves.high)}). "
                f"{curves.caution}".strip(),
            )
        )
    if check := found.random_model:
        facts.append(
            (
                "Random model",
                f"{_capital(check.verdict)}: rank correlation with the explanations of an equal "
                f"model that has learned nothing {number(check.similarity)} "
                f"(95\N{NO-BREAK SPACE}% interval {number(check.low)} to {number(check.high)}, "
                f"{check.num_examples} examples).",
            )
        )
    elif found.unchecked:
        facts.append(("Random model", f"Not checked: {found.unchecked}."))
    if found.gap is not None:
        missed = f"The values miss the total that they should add up to by {found.gap:.1%}"
        facts.append(
            ("Completeness", f"{missed}{'.' if found.gap <= MAX_GAP else ': do not add them up.'}")
        )
    return [*facts, ("Source", found.source)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pictured(path: Path, name: str, line: str) -> Pictured:
    data, kind = path.read_bytes(), "png"
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        if len(data) > MAX_PICTURE_BYTES:
            buffer = io.BytesIO()
            image.save(buffer, "WEBP", quality=80)
            data, kind = buffer.getvalue(), "webp"
    uri = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return Pictured(uri, width, height, name, line)
