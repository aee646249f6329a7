"""Makes a package of a fitted model, and keeps its evidence up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from daylight import __version__
from daylight.core.config import Config, decode, pretty_json
from daylight.core.errors import TrainingError
from daylight.core.files import copy_cheaply, folder_atomic, write_atomic
from daylight.core.kinds import ANSWER_KINDS, describe
from daylight.core.recipe import Recipe, without_places
from daylight.core.reproduced import ReproducedSection
from daylight.core.run import Run
from daylight.core.sections import (
    CheckedSection,
    Finding,
    PreparedSection,
    Score,
    Scores,
    TrainedSection,
)
from daylight.core.types import Columns, Fitted, ModelSpec, Node, Prepared, Program
from daylight.models import FAMILIES
from daylight.package.card import write_card
from daylight.package.manifest import Manifest, read_manifest, seal
from daylight.package.package import Package
from daylight.package.provenance import observe
from daylight.runtime.predictor import Predictor
from daylight.runtime.usual import Usual
from daylight.steps.agreement import MAX_DIFFERENCE, largest_between
from daylight.steps.conclusions import conclusions, in_words
from daylight.steps.families import describe as describe_settings
from daylight.steps.families import open_family, settings_of
from daylight.steps.predict import example_of
from daylight.tasks import TASKS

NUM_CHECKED = 64

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model and what it took."""

    spec: ModelSpec
    settings: Config
    fitted: Fitted
    prepared: Prepared
    duration_s: float
    cpu_time_s: float


def build_package(folder: Path, run: Run, fit: Fit, section: PreparedSection) -> Manifest:
    """Writes everything that a package holds, the manifest last; the old one stays until then.

    Args:
        folder: Where the package goes.
        run: For its recipe, its decisions and what was waived.
        fit: The model.
        section: What it was fitted on.

    Raises:
        TrainingError: The model does not give what its answer kind needs, or the export does not
            answer as the model does; the old package stays.
    """
    _check_answers(fit)
    with folder_atomic(folder) as place:
        write_atomic(place / "config.json", pretty_json({}))
        fit.fitted.save(place)
        program = Program(
            fields=tuple(f for f in section.fields if f.role == "input"),
            nodes=(
                *fit.prepared.nodes,
                *_export(fit, place),
                *conclusions(fit.fitted, fit.prepared, run.recipe.data.costs),
            ),
            prepared=fit.prepared.names,
            answer=fit.prepared.answer,
        )
        write_atomic(place / "program.json", program.to_json())
        write_atomic(
            place / "labels.json", pretty_json(_labels(fit.prepared.answer, fit.prepared.labels))
        )
        write_atomic(place / "recipe.json", _recipe(run, fit).to_json())
        decisions = run.path / "decisions.json"
        made = decisions.read_bytes() if decisions.is_file() else pretty_json({})
        write_atomic(place / "decisions.json", made)
        provenance = observe(
            data_digest=section.data_digest,
            version=__version__,
            duration_s=fit.duration_s,
            cpu_time_s=fit.cpu_time_s,
        )
        write_atomic(place / "provenance.json", provenance.to_json())
        write_atomic(place / "README.md", _card(place, run, section))
        manifest = seal(place, version=__version__)
        difference = largest_difference(place, fit.fitted, fit.prepared)
        if difference > MAX_DIFFERENCE:
            raise TrainingError(
                "The exported model answers differently from the trained one, "
                f"by {difference:.2g}.",
                hint="Please report this with the recipe: it is a bug of the export.",
            )
        return manifest


def _recipe(run: Run, fit: Fit) -> Recipe:
    """What was fitted, and nothing of where on somebody's disk the data lay."""
    data = msgspec.structs.replace(run.recipe.data, path=Path(run.recipe.data.path).name)
    settings = fit.settings.to_dict()
    training = settings.pop("training", {})
    recipe = msgspec.structs.replace(
        run.recipe, data=data, model=fit.spec.name, settings=settings, training=training
    )
    return without_places(recipe)


def _check_answers(fit: Fit) -> None:
    inputs = _some_inputs(fit.prepared)
    wrong = ANSWER_KINDS[fit.prepared.answer].misfit(
        fit.fitted.predict(inputs),
        num_rows=len(next(iter(inputs.values()))),
        num_labels=len(fit.prepared.labels),
    )
    if wrong:
        raise TrainingError(f"The family {fit.spec.name!r} {wrong}.", hint="Mend its predict().")


def _labels(answer: str, labels: Sequence[str]) -> Sequence[str]:
    """What is told of the answers' names: of documents nothing, they are not for others."""
    return () if ANSWER_KINDS[answer].looked_up else labels


def _export(fit: Fit, place: Path) -> tuple[Node, ...]:
    nodes = fit.fitted.export(place)
    made = {*fit.prepared.names, *(name for node in nodes for name in node.outputs)}
    needed = ANSWER_KINDS[fit.prepared.answer].outputs
    if not made >= set(needed):
        given, wanted = (", ".join(map(repr, names)) for names in (sorted(made), needed))
        raise TrainingError(
            f"The family {fit.spec.name!r} exports {given}, but an answer of kind "
            f"{fit.prepared.answer!r} is {wanted}.",
            hint="Mend the outputs of the nodes that its export() returns.",
        )
    return nodes


def add_scores(run: Run, scores: Scores, seen: Usual) -> None:
    """Puts what was measured into the package and its card; the model stays the same."""
    files = {
        "metrics.json": scores.without_texts().to_json(),
        "reference.json": seen.to_json(),
        "README.md": card_of(run, scores.scores),
    }
    _add(run.package, files)


def add_reproduced(run: Run, found: ReproducedSection) -> None:
    """Puts what came of training twice into the package and its card; the model stays the same."""
    scores = run.read(Scores).scores if run.has(Scores) else ()
    _add(run.package, {"reproduce.json": found.to_json(), "README.md": card_of(run, scores)})


def reproduced(run: Run) -> ReproducedSection | None:
    """What came of training twice, if that was done with the model that the run has now."""
    current = run.is_current(ReproducedSection, after=(TrainedSection,))
    return run.read(ReproducedSection) if current else None


def card_of(run: Run, scores: Sequence[Score], *, exported: str = "") -> bytes:
    """The card of the package that the run has, or of one that was made of it.

    Args:
        scores: Of the package.
        exported: How it was made of the run's, as a sentence.
    """
    found = reproduced(run)
    said = " ".join(filter(None, (exported, found.sentence if found else "")))
    return _card(run.package, run, run.read(PreparedSection), scores, said)


def packed(run: Run) -> Recipe:
    """The recipe of the model that stands in the run's package."""
    return Package.open(run.package).decode(Recipe, "recipe.json")


def add_report(run: Run, report: bytes) -> None:
    """Puts the report into the package; the model stays the same."""
    _add(run.package, {"report.html": report})


def add_explanations(run: Run, files: Mapping[str, bytes]) -> None:
    """Puts what was explained into the package's folder ``explain``; the model stays the same."""
    _add(run.package, {f"explain/{name}": data for name, data in files.items()}, instead="explain/")


def _add(package: Path, files: Mapping[str, bytes], *, instead: str = "") -> None:
    """Replaces the package by one with these files: whoever opens it sees the old or the new.

    Args:
        files: By name.
        instead: Files whose names begin so are left out, unless they are among ``files``.
    """
    with folder_atomic(package) as place:
        for name in read_manifest(package).files:
            if not instead or not name.startswith(instead):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                copy_cheaply(package / name, place / name)
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomic(place / name, data)
        seal(place, version=__version__)


def with_license(spec: ModelSpec, package: Path) -> ModelSpec:
    """What the weights are under, where the family started from others' and they say."""
    config = msgspec.json.decode((package / "config.json").read_bytes())
    said = config.get("license") if isinstance(config, dict) else None
    return msgspec.structs.replace(spec, license=said or spec.license)


def _card(
    package: Path,
    run: Run,
    section: PreparedSection,
    scores: Sequence[Score] = (),
    reproduced: str = "",
) -> bytes:
    """The card, by what lies in a package that may not be sealed yet."""
    recipe = _decoded(Recipe, package / "recipe.json")
    program = _decoded(Program, package / "program.json")
    spec = with_license(FAMILIES[recipe.model], package)
    settings = settings_of(open_family(spec.name), recipe)
    name, task = Path(run.recipe.data.path).stem, TASKS[run.recipe.task]
    return write_card(
        title=f"{name}-{spec.name}",
        task=task,
        spec=spec,
        data={
            "name": name,
            "example": example_of(task, section.fields),
            "digest": section.data_digest,
            "num_examples": section.num_examples,
            "labels": _labels(task.answer, section.labels),
            "concluded": in_words(program.nodes, section.labels),
            "waived": _waived(run),
            "reproduced": reproduced,
        },
        settings=describe_settings(settings),
        scores=scores,
    )


def _decoded(kind: type[C], path: Path) -> C:
    return decode(kind, path.read_bytes(), where=path)


def _waived(run: Run) -> tuple[Finding, ...]:
    if not run.has(CheckedSection):
        return ()
    return run.read(CheckedSection).waived(run.recipe.data.waive)


def largest_difference(folder: Path, fitted: Fitted, prepared: Prepared) -> float:
    """Between the package's answers and the model's, over some validation rows.

    Numbers are compared; columns of other types count as infinite if they are not equal.

    Raises:
        TrainingError: A column of one has another shape than that of the other.
    """
    inputs = _some_inputs(prepared)
    ours = fitted.predict(inputs)
    package = Package.open(folder)
    theirs = Predictor.of(package).program.answer(inputs)
    for name, column in theirs.items():
        if describe(column) != describe(ours[name]):
            raise TrainingError(
                f"The exported model gives {name!r} as {describe(column)}, the trained one as "
                f"{describe(ours[name])}.",
                hint="The family's predict() and export() must give the same.",
            )
    return largest_between(ours, theirs)


def _some_inputs(prepared: Prepared) -> Columns:
    split = prepared.splits["validation"]
    return {name: column.slice(0, NUM_CHECKED) for name, column in split.inputs.items()}
