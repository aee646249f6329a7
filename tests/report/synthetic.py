"""Small sections made in code: what the report must be able to show."""

from pathlib import Path

import msgspec

from daylight.core.choice import Candidate, ChosenSection, Factor, Race, Rung, Tuning
from daylight.core.explained import ExplainedSection, Explanation, Faithfulness, RandomModelCheck
from daylight.core.recipe import DataConfig, Recipe
from daylight.core.sections import (
    CheckedSection,
    Epoch,
    Evidence,
    Example,
    Figure,
    Finding,
    PreparedSection,
    Score,
    Scores,
    TrainedSection,
)
from daylight.core.types import Field
from daylight.models import FAMILIES
from daylight.report.page import ReportData
from daylight.tasks import TASKS

FOLDER = "/home/somebody/secret/flowers"

FINDINGS = (
    Finding(check="imbalance", status="pass", message="Classes are balanced."),
    Finding(
        check="unreadable",
        status="fail",
        message="2 files cannot be read.",
        evidence=(Evidence(ids=("a.png",), notes=("rose, test",), fact="it is empty"),),
        num_evidence=2,
        fix="Replace them.",
    ),
)


def score(metric="accuracy", value=0.851, **changed):
    values = {
        "metric": metric,
        "title": metric.title(),
        "unit": "ratio",
        "higher_is_better": True,
        "value": value,
        "low": None if value is None else value - 0.023,
        "high": None if value is None else value + 0.021,
        "method": "bca",
        "num_examples": 1000,
        "baseline": 0.1,
        "baseline_low": 0.09,
        "baseline_high": 0.11,
    }
    return Score(**{**values, **changed})


def race(models=("cnn", "svm", "linear", "majority"), *, unit="ratio"):
    """Each model is a little worse than the one before, and was given up a little earlier."""
    sizes = (500, 1500, 4500)
    alone = {"baseline": None, "baseline_low": None, "baseline_high": None}
    told = Factor(
        name="community", num_met=1, num_checks=2, evidence=("9 commits", "not met: 1 contributor")
    )
    candidates = [
        Candidate(
            model=model,
            state="raced" if place else "chosen",
            reason="the best" if place == 0 else f"behind {models[0]}",
            license="Apache-2.0",
            settings={"backbone": "hf:owner/name"} if place == 1 else {},
            rungs=tuple(
                Rung(
                    num_examples=size,
                    score=score(value=0.85 - 0.05 * place + 0.01 * rung, unit=unit, **alone),
                    duration_s=size / 100,
                )
                for rung, size in enumerate(sizes[: max(1, 3 - place)])
            ),
            size_bytes=None if place == 2 else 3_900_000,
            latency_ms=None if place == 2 else 0.31,
            full_fit_s=None if place == 3 else 45.2,
            factors=(told,) if place == 1 else (),
        )
        for place, model in enumerate(models)
    ]
    out = Candidate(model="gan", state="ruled out", reason="it draws", license="MIT")
    return Race(
        metric="Accuracy",
        num_examples=4500,
        num_validation=500,
        duration_s=93.0,
        budget_s=300.0,
        is_finished=False,
        candidates=(*candidates, out),
        tuning=Tuning(num_examples=1500, num_trials=9, reason="the defaults stay: no better"),
    )


def report_data(
    labels=("rose", "lily"), *, scores=None, media=Path("/nowhere"), skipped=None, curve=True
):
    """Everything of a report on these labels, or on real-valued answers if there are none."""
    per_label = [
        score(metric, 0.5 + 0.004 * index, label=label, caution=f"It rests on {index} examples.")
        for index, label in enumerate(labels)
        for metric in ("precision", "recall")
    ]
    examples = tuple(
        Example(
            id=f"a {name}",
            media=f"{name}.png",
            target=name,
            answer={},
            line=f"{name} 0.77",
            error=0.0,
        )
        for name in labels[:3]
    ) or (Example(id="houses.csv#3", target=100.5, answer={}, line="98.2", error=2.3),)
    kind = "image" if labels else "number"
    return ReportData(
        task=next(iter(TASKS.values())),
        spec=next(iter(FAMILIES.values())),
        recipe=Recipe(data=DataConfig(path=FOLDER), settings={"units": 64}),
        checked=CheckedSection(
            data_digest="d" * 64,
            listing_digest="e" * 64,
            recipe_digest="f" * 64,
            num_examples=5000,
            findings=FINDINGS,
            copies=(),
        ),
        chosen=ChosenSection(model="m", settings={}, training={}, reason="it was asked for"),
        prepared=PreparedSection(
            saw="Some pictures",
            data_digest="d" * 64,
            fields=(Field(name="x", type=kind, role="input"),),
            num_examples={"train": 4000, "test": 1000},
            labels=tuple(labels),
            label_counts={label: {"train": 40, "test": 10} for label in labels},
            skipped=skipped or {},
            caches={},
        ),
        trained=TrainedSection(
            model="m",
            model_digest="a" * 64,
            baseline_digest="b" * 64,
            size_bytes=1_234_567,
            curve=tuple(
                Epoch(epoch=e, loss=1 / e, score=1 - 0.5 / e, duration_s=1.0) for e in (1, 2, 3)
            )
            if curve
            else (),
        ),
        scores=Scores(
            benchmark_digest="c" * 64,
            model_digest="a" * 64,
            baseline="majority",
            split="test",
            num_examples=1000,
            scores=scores or (score(), *per_label),
            figures=_figures(labels),
            examples=examples,
            mistakes=examples,
        ),
        media=media,
        explained=explained() if labels else msgspec.structs.replace(explained(), explanations=()),
        pictures=media,
    )


def explained():
    """A method that was used, and one that was not."""
    facts = {"sentence": "Looks closely.", "source": "A paper", "signed": True}
    return ExplainedSection(
        model_digest="a" * 64,
        split="test",
        num_examples=32,
        absent="the mean of 100 training pictures",
        explanations=(
            Explanation(
                method="looking",
                title="Looking",
                **facts,
                gap=0.011,
                faithfulness=Faithfulness(
                    shares=(0.0, 0.5, 1.0),
                    curve=(0.9, 0.2, 0.1),
                    random_curve=(0.9, 0.5, 0.1),
                    area=0.35,
                    random_area=0.5,
                    gain=0.15,
                    low=0.11,
                    high=0.19,
                    num_examples=32,
                    num_orders=4,
                    caution="Only 32 examples.",
                    verdict="more faithful than a random order",
                ),
                random_model=RandomModelCheck(
                    similarity=0.02,
                    low=-0.01,
                    high=0.05,
                    num_examples=16,
                    verdict="depends on the model",
                ),
            ),
            Explanation(method="asking", title="Asking", **facts, skipped="there is nobody to ask"),
        ),
    )


def _figures(labels):
    if not labels:
        data = {"true": [1.0, 2.0], "answered": [1.5, 2.0], "edges": [0.0, 0.25, 0.5]}
        data["counts"] = [1, 1]
        return (Figure(name="scatter", title="Truth", kind="scatter", data=data),)
    counts = [
        [9 if i == j else int(j == i + 1) for j in range(len(labels))] for i in range(len(labels))
    ]
    confusion = {"rows": list(labels), "columns": list(labels), "counts": counts}
    bins = {"confidence": [None, 0.7], "accuracy": [None, 0.8], "counts": [0, 9], "error": 0.1}
    return (
        Figure(name="confusion", title="Confusion", kind="matrix", data=confusion),
        Figure(name="calibration", title="Calibration", kind="calibration", data=bins),
    )
