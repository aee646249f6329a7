"""The model card: ``README.md`` with the front matter that the Hub reads.

Source: https://huggingface.co/docs/hub/model-cards, "Model card metadata".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from daylight.core.sections import Finding, Score
from daylight.core.types import ModelSpec, Task
from daylight.metrics.cautions import Footnotes

TEMPLATE = """\
# {title}

{task_title} by `{family}`, made with Daylight.

{sentence}

## Use

With Daylight installed (its base install will do):

```
daylight predict . {example}
```

```python
from daylight import Predictor

Predictor.open(".").predict([{decoded!r}])
```

## Data

{data}
{waived}
## Scores

{scores}

## Limits

Scores hold for data like the test split. Nobody has looked at how this model behaves on other data,
or on groups of people that the data does not name.

## Method

{method}
"""


def write_card(
    *,
    title: str,
    task: Task,
    spec: ModelSpec,
    data: Mapping[str, Any],
    settings: Mapping[str, Any],
    scores: Sequence[Score] = (),
) -> bytes:
    """Writes the card.

    Args:
        title: Name of the model.
        data: ``name``, an ``example`` of an input or nothing, ``digest``, ``num_examples`` by
            split, ``labels``, what is ``concluded`` from the model's answers as a sentence, or
            nothing, the findings of the check that were ``waived``, and in ``reproduced`` how the
            package was exported and what came of training twice.
        settings: The family's, for the record.
        scores: What was measured on the test split; none before ``evaluate``.
    """
    front: dict[str, Any] = {
        "library_name": "daylight",
        "license": spec.license.lower(),
        "tags": ["daylight", spec.name],
    }
    if task.pipeline_tag:
        front["pipeline_tag"] = task.pipeline_tag
    overall = [s for s in scores if s.label is None and s.value is not None]
    if overall:
        front["model-index"] = [_model_index(title, task, data, overall)]
    example = data["example"] or "input"
    body = TEMPLATE.format(
        title=title,
        task_title=task.title,
        family=spec.name,
        sentence=spec.title + ".",
        example=example,
        decoded=task.codec.decode(example) if data["example"] else example,
        data=_data(data),
        waived=_waived(data["waived"]),
        scores=_table(overall) if overall else "Not measured yet: `daylight evaluate`.",
        method=_method(spec, settings, data["reproduced"]),
    )
    matter = yaml.safe_dump(front, sort_keys=False, allow_unicode=True)
    return f"---\n{matter}---\n\n{body}".encode()


def _model_index(
    title: str, task: Task, data: Mapping[str, Any], scores: Sequence[Score]
) -> dict[str, Any]:
    dataset = {"name": data["name"], "type": data["name"], "split": "test"}
    metrics = [
        {"type": s.metric, "name": s.title, "value": s.value, "verified": False} for s in scores
    ]
    result = {
        "task": {"type": task.pipeline_tag or task.name, "name": task.title},
        "dataset": {**dataset, "revision": data["digest"]},
        "metrics": metrics,
    }
    return {"name": title, "results": [result]}


def _data(data: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{count:,} {split}" for split, count in data["num_examples"].items())
    lines = [f"- {data['name']}: {counts}", f"- SHA-256 of its bytes: `{data['digest']}`"]
    if labels := data["labels"]:
        shown = ", ".join(labels[:20]) + (f", … ({len(labels)} in all)" if len(labels) > 20 else "")
        lines.append(f"- Answers: {shown}")
    if data["concluded"]:
        lines.append(f"- {data['concluded']}")
    return "\n".join(lines)


def _waived(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    lines = [f"- `{finding.check}`: {finding.message}" for finding in findings]
    return "\n".join(["", "## Known problems that were waived", "", *lines, ""])


def _table(scores: Sequence[Score]) -> str:
    rows = ["| metric | value | 95 % interval | baseline |", "| --- | --- | --- | --- |"]
    notes = Footnotes(scores)
    for score in scores:
        interval = "" if score.low is None else f"{score.low:z.4f} to {score.high:z.4f}"
        baseline = "" if score.baseline is None else f"{score.baseline:z.4f}"
        marks = "".join(f" ({place})" for place in notes.of(score))
        rows.append(f"| {score.title} | {score.value:z.4f} | {interval}{marks} | {baseline} |")
    lines = [f"{place}. {text}" for place, text in enumerate(notes.texts, 1)]
    return "\n".join([*rows, *([""] if lines else []), *lines])


def _method(spec: ModelSpec, settings: Mapping[str, Any], reproduced: str) -> str:
    listed = "\n".join(f"    {key} = {value!r}" for key, value in settings.items())
    parts = [f"Source: {spec.source}", reproduced, f"Settings:\n\n{listed or '    none'}"]
    return "\n\n".join(filter(None, parts))
