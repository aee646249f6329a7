"""Promises that every metric in the table keeps."""

import subprocess
import sys

import numpy as np
import pytest
from drawn_answers import DRAW, NUM_LABELS, taken

from daylight.core.kinds import ANSWER_KINDS
from daylight.metrics import FIGURES, METRICS

EVERY = [(kind.name, name) for kind in ANSWER_KINDS.values() for name in kind.metrics]
PROPORTIONS = [(kind, name) for kind, name in EVERY if METRICS[name].interval == "wilson"]
every_metric = pytest.mark.parametrize(("kind", "name"), EVERY)


def drawn(kind, seed, rows=40):
    return DRAW[kind](np.random.default_rng(seed), rows)


@every_metric
def test_every_metric_that_an_answer_kind_names_is_in_the_table_under_its_own_name(kind, name):
    assert METRICS[name].name == name


def test_every_figure_that_an_answer_kind_names_is_in_the_table():
    named = {name for kind in ANSWER_KINDS.values() for name in kind.figures}
    assert named == set(FIGURES)
    assert all(callable(FIGURES[name]) for name in named)


def test_the_table_holds_no_metric_that_no_answer_kind_names():
    assert {name for _, name in EVERY} == set(METRICS)


@every_metric
@pytest.mark.parametrize("seed", range(5))
def test_a_row_of_weight_two_counts_as_two_rows(kind, name, seed):
    targets, outputs = drawn(kind, seed)
    weights = np.random.default_rng(seed + 100).integers(0, 4, 40)
    copies = np.repeat(np.arange(40), weights)
    weighted = METRICS[name].score(targets, outputs, weights[None].astype(float))
    copied = METRICS[name].score(
        taken(targets, copies), taken(outputs, copies), np.ones((1, len(copies)))
    )
    np.testing.assert_allclose(weighted, copied, rtol=1e-9)


@every_metric
def test_the_order_of_the_examples_does_not_matter(kind, name):
    targets, outputs = drawn(kind, 1)
    shuffled = np.random.default_rng(2).permutation(40)
    here = METRICS[name].score(targets, outputs, np.ones((1, 40)))
    there = METRICS[name].score(
        taken(targets, shuffled), taken(outputs, shuffled), np.ones((1, 40))
    )
    np.testing.assert_allclose(here, there, rtol=1e-9)


@every_metric
def test_many_draws_at_once_give_what_each_gives_alone(kind, name):
    targets, outputs = drawn(kind, 3)
    weights = np.random.default_rng(4).integers(0, 3, (7, 40)).astype(float)
    together = METRICS[name].score(targets, outputs, weights)
    alone = [METRICS[name].score(targets, outputs, weights[draw : draw + 1]) for draw in range(7)]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-12)
    assert together.shape == ((7, NUM_LABELS) if METRICS[name].per_label else (7,))
    assert len(np.unique(together)) > 1


@every_metric
def test_no_examples_give_no_value(kind, name):
    targets, outputs = drawn(kind, 5)
    assert np.isnan(METRICS[name].score(targets, outputs, np.zeros((2, 40)))).all()


@pytest.mark.parametrize(("kind", "name"), PROPORTIONS)
def test_a_proportion_times_its_trials_is_a_whole_number_of_hits(kind, name):
    targets, outputs = drawn(kind, 6)
    values = METRICS[name].score(targets, outputs, np.ones((1, 40)))[0]
    trials = METRICS[name].trials(targets, outputs)
    assert trials.shape == values.shape
    assert (trials > 1).all()
    np.testing.assert_allclose(values * trials, np.round(values * trials), atol=1e-9)


def test_importing_metrics_loads_neither_scipy_nor_sklearn():
    code = (
        "import sys, daylight.metrics.scoring, daylight.metrics.comparison\n"
        "from daylight.metrics import METRICS\n"
        "[METRICS[name] for name in METRICS]\n"
        "print({'scipy', 'sklearn', 'torch'} & {name.partition('.')[0] for name in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_looking_at_the_names_does_not_import_numpy():
    code = "import sys, daylight.metrics as m; list(m.METRICS); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
