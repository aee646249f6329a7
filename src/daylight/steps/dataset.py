"""The data of a run: read again by each step that needs it, always split alike."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.context import Context
from daylight.core.errors import DataError
from daylight.core.hashing import sha256_json
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.run import Run
from daylight.core.sections import CheckedSection, PreparedSection
from daylight.core.types import Dataset, Field, SplitName, Task
from daylight.data.benchmark import Benchmark
from daylight.data.costs import check_costs
from daylight.data.dataset import check
from daylight.data.sources import FileSource
from daylight.data.split import joined, split, split_by_time
from daylight.tasks import TASKS

if TYPE_CHECKING:
    from daylight.core.types import Array


MIN_EACH = 5
"""Examples of a label that are used in any case: each split needs one."""

MIN_STRATUM = 10
"""Groups of which one is for validation and some are for test, by the usual shares."""

MAX_COMPARED = 2000
"""Test examples on which answers are compared in pairs: their number counts squared."""


def look(run: Run) -> FileSource:
    """Lists the run's data; its digest is taken from ``check`` if nothing was touched since."""
    known = ("", "")
    if run.has(CheckedSection):
        section = run.read(CheckedSection)
        known = (section.listing_digest, section.data_digest)
    return FileSource.look(Path(run.recipe.data.path), known=known)


def read(run: Run) -> Dataset:
    """Reads names and targets; media stay where they are.

    Raises:
        DataError: The data cannot be used; names file and line.
    """
    dataset, most = read_whole(run), run.recipe.data.max_examples
    if most is None or most >= len(dataset):
        return dataset
    strata = strata_of(dataset, TASKS[run.recipe.task], np.arange(len(dataset)))
    random = Context(seed=run.recipe.seed).random("some of the data")
    rows = np.sort(nested_order(strata, random, at_least=MIN_EACH)[:most])
    examples = dataset.tables["examples"].take(rows)
    return replace(dataset, tables={**dataset.tables, "examples": examples})


def read_whole(run: Run) -> Dataset:
    """The same, whatever the recipe says of how many examples to use."""
    task, source = TASKS[run.recipe.task], look(run)
    dataset = task.read(source, run.recipe.data)
    check(dataset, task.answer, source.path)
    check_costs(run.recipe.data.costs, dataset, task.answer)
    return dataset


def strata_of(dataset: Dataset, task: Task, rows: "Array") -> list[str]:
    """Of rows: whose shares are kept, labels where there are any; equal where there are none."""
    kept = stratum(dataset, task)
    if kept is None:
        return [""] * len(rows)
    values = dataset.tables["examples"][kept.name].take(rows).to_pylist()
    return list(map(str, rarest(values))) if _are_lists(values) else list(map(str, values))


def nested_order(
    strata: Sequence[str], random: np.random.Generator, *, at_least: int = 1
) -> "Array":
    """Places in an order of which every beginning has the shares of the strata.

    Args:
        strata: One per place.
        random: Decides all else.
        at_least: So many of each come first.

    >>> order = nested_order(["a", "a", "a", "a", "b", "b"], np.random.default_rng(0))
    >>> sorted("aaaabb"[place] for place in order[:3])
    ['a', 'a', 'b']
    """
    counts, seen = Counter(strata), Counter[str]()
    share = np.empty(len(strata))
    for place in random.permutation(len(strata)):
        number = seen[strata[place]]
        share[place] = number / counts[strata[place]] if number >= at_least else 0.0
        seen[strata[place]] += 1
    return np.lexsort((random.random(len(strata)), share))


def asked(run: Run) -> str:
    """Digest of what the recipe says about reading and splitting the data, and of nothing else."""
    recipe = run.recipe
    data = {key: value for key, value in recipe.data.to_dict().items() if key != "clean"}
    return sha256_json([data, recipe.task, recipe.seed])


def split_rows(
    dataset: Dataset, run: Run, copies: Iterable[Sequence[str]] | None = None
) -> "Mapping[SplitName, Array]":
    """The rows of each split, by the recipe.

    Args:
        dataset: All of it.
        run: For its recipe.
        copies: Ids of examples that are copies of each other, as ``check`` found them.

    Raises:
        DataError: The data cannot be split; names it.
    """
    recipe = run.recipe
    if copies is None:
        copies = run.read(CheckedSection).copies
    examples = dataset.tables["examples"]
    ids = examples["id"].to_pylist()

    def column(role: str) -> list[str | None] | None:
        [field] = dataset.fields(role) or [None]  # type: ignore[arg-type]
        return examples[field.name].to_pylist() if field else None

    groups = [group or own for group, own in zip(column("group") or ids, ids, strict=True)]
    given = column("split") or [None] * len(ids)
    groups = joined(groups, ids, given, copies)
    kept = stratum(dataset, TASKS[recipe.task])
    strata = examples[kept.name].to_pylist() if kept else [""] * len(ids)
    if several := _are_lists(strata):
        strata = rarest(strata, groups)
    fractions: dict[SplitName, float] = {
        "validation": recipe.data.validation_fraction,
        "test": recipe.data.test_fraction,
    }
    times = column("time")
    try:
        if times:
            in_order = [time or "" for time in times]
            rows = split_by_time(ids, groups=groups, times=in_order, fractions=fractions)
            if not several:
                _check_learnable(strata, rows["train"])
            return rows
        return split(
            ids, groups=groups, strata=strata, given=given, fractions=fractions, seed=recipe.seed
        )
    except DataError as error:
        raise DataError(f"{recipe.data.path}: {error.message}", hint=error.hint) from None


def _are_lists(values: Sequence[Any]) -> bool:
    return any(isinstance(value, list) for value in values)


def rarest(values: Sequence[Sequence[str]], groups: Sequence[str] = ()) -> list[str]:
    """One stratum for each example that has several labels: the rarest of them.

    Keeping the shares of the rarest keeps those of the others, nearly: they have more examples.

    Args:
        values: Labels by example.
        groups: Examples with an equal one have one stratum; by default each has its own.

    Returns:
        Strata; those of fewer than ``MIN_STRATUM`` groups are one with the largest.

    Source: after Sechidis, Tsoumakas & Vlahavas, On the stratification of multi-label data, ECML
    PKDD (2011).

    >>> rarest([["a", "b"], ["a"], ["a"]] * 5)
    ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a']
    """
    counts = Counter(name for names in values for name in names)
    of_group: dict[str, str] = {}
    groups = groups or list(map(str, range(len(values))))
    for group, names in zip(groups, values, strict=True):
        known = of_group.get(group, "")
        every = [*names, known] if known else list(names)
        of_group[group] = min(every, key=lambda name: (counts[name], name), default="")
    sizes = Counter(of_group.values())
    [(largest, _)] = sizes.most_common(1)
    return [
        largest if sizes[stratum] < MIN_STRATUM else stratum
        for stratum in map(of_group.__getitem__, groups)
    ]


def _check_learnable(strata: Sequence[str], train: "Array") -> None:
    if lost := sorted(set(strata) - {strata[row] for row in train}):
        raise DataError(
            f"Every example of {lost[0]!r} is among the newest, which are not learned from.",
            hint="Split at random: --set data.split=random; or take it out of the data.",
        )


def stratum(dataset: Dataset, task: Task) -> Field | None:
    """The column whose values' shares splits keep: labels, answered or asked for."""
    if ANSWER_KINDS[task.answer].stratified:
        [target] = dataset.fields("target")
        return target
    if INPUT_KINDS[task.input].stratified:
        fields = dataset.fields("input")
        return next((field for field in fields if field.type == "category"), None)
    return None


def without(
    dataset: Dataset, rows: "Mapping[SplitName, Array]", skipped: Mapping[str, str]
) -> "Mapping[SplitName, Array]":
    """The rows less those whose ids are skipped."""
    if not skipped:
        return rows
    ids = dataset.tables["examples"]["id"].to_pylist()
    return {
        name: np.array([row for row in picked if ids[row] not in skipped], np.int64)
        for name, picked in rows.items()
    }


def label_counts(
    dataset: Dataset, task: Task, rows: "Mapping[SplitName, Array]"
) -> dict[str, dict[str, int]]:
    """How many examples of each label are in each split; empty if there are no labels."""
    labelled = stratum(dataset, task)
    if labelled is None:
        return {}
    column = dataset.tables["examples"][labelled.name]
    if ANSWER_KINDS[task.answer].several:
        counts = {
            name: Counter(label for labels in column.take(picked).to_pylist() for label in labels)
            for name, picked in rows.items()
        }
    else:
        counts = {name: Counter(column.take(picked).to_pylist()) for name, picked in rows.items()}
    labels = dataset.labels or sorted(column.unique().to_pylist())
    return {label: {name: counter[label] for name, counter in counts.items()} for label in labels}


def benchmark(run: Run, split_name: SplitName = "test", *, at_most: int = 0) -> Benchmark:
    """What the run's models are measured on; some of it, evenly spread, if ``at_most`` is given."""
    task = TASKS[run.recipe.task]
    dataset = read(run)
    rows = without(dataset, split_rows(dataset, run), run.read(PreparedSection).skipped)
    return benchmark_of(dataset, rows, task, split_name, at_most=at_most)


def benchmark_of(
    dataset: Dataset,
    rows: "Mapping[SplitName, Array]",
    task: Task,
    split_name: SplitName,
    *,
    at_most: int = 0,
) -> Benchmark:
    """The same of data that was read and split, less what was skipped."""
    measured, reference = rows[split_name], None
    if ANSWER_KINDS[task.answer].features:
        reference = rows["train"]
        at_most = min(at_most or MAX_COMPARED, MAX_COMPARED)
    count = min(len(measured), at_most or len(measured))
    measured = measured[np.arange(count) * len(measured) // max(count, 1)]
    return Benchmark(dataset, task.answer, task.primary, split_name, measured, reference)
