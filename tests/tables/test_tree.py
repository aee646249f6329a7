"""A tree that answers is drawn as it is: its questions in the units of the table."""

import re

import numpy as np
import pytest

from browser import look, needs_chromium
from contracts.conftest import make_run, prepared_of
from daylight import Predictor
from daylight.core.explained import Branch, DrawnTree, ExplainedSection
from daylight.data.rows import Feature
from daylight.explaining.drawn_tree import question
from daylight.report.tree import tree_figure
from tiny import TINY


@pytest.fixture(scope="module", params=["tabular-classification", "tabular-regression"])
def run(request, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param)
    return make_run(TINY[request.param](place / "data"), place / "run", "decision-tree")


def test_each_training_example_comes_by_one_way_from_the_root(run):
    tree = run.read(ExplainedSection).tree
    assert tree.branches[0].num_examples == len(prepared_of(run).splits["train"])
    for branch in tree.branches:
        if branch.question:
            below = [tree.branches[place] for place in (branch.yes, branch.no)]
            assert sum(each.num_examples for each in below) == branch.num_examples
        if branch.shares:
            assert sum(branch.shares) == pytest.approx(1)


def is_so(question, row):
    """The answer to a question about a row that lacks nothing."""
    if question.endswith(" is missing"):
        return False
    name, sign, value = re.split(r" (≤|=) ", question.removesuffix(" or missing"))
    return row[name] <= float(value.replace(",", "")) if sign == "≤" else row[name] == value


def test_who_follows_the_drawing_gets_the_answer_of_the_package(tmp_path):
    data = TINY["tabular-regression"](tmp_path / "data")
    run = make_run(data, tmp_path / "run", "decision-tree", ["settings.max_leaves=8"])
    tree = run.read(ExplainedSection).tree
    rows = [{"size": 50.0 + 10 * n, "garden": str(n % 2 == 0).lower()} for n in range(12)]
    answers = Predictor.open(run.package).predict(rows)
    for row, answer in zip(rows, answers, strict=True):
        branch = tree.branches[0]
        while branch.question:
            branch = tree.branches[branch.yes if is_so(branch.question, row) else branch.no]
        assert not branch.num_hidden
        assert float(branch.answer.replace(",", "")) == pytest.approx(answer["value"], rel=1e-5)


def test_questions_are_in_the_words_of_the_table():
    ages = np.array([-50, 20, 30, 40], np.float32)
    age = Feature("age", "age", instead=-50.0)
    assert question(age, 34.5, ages) == "age ≤ 34.5 or missing"
    assert question(age, 34.5, ages[1:]) == "age ≤ 34.5"
    assert question(age, 0.0, ages) == "age is missing"
    day = Feature("since", "day of since", part="day")
    assert question(day, 18993.5, np.array([18000.0, 19000.0])) == "since to 2022-01-01 12:00"
    weekday = Feature("since", "weekday of since", part="weekday")
    assert question(weekday, 4.5, np.arange(7.0)) == "weekday of since to Friday"


def test_names_of_columns_and_labels_are_text_and_never_markup():
    asks = Branch(answer="<b>", num_examples=9, shares=(0.9, 0.1), question="<i> = 1", yes=1, no=2)
    leaf = Branch(answer="<b>", num_examples=4, shares=(0.9, 0.1))
    hidden = Branch(answer="c", num_examples=5, shares=(0.1, 0.9), num_hidden=7)
    tree = DrawnTree(branches=(asks, leaf, hidden), labels=("<b>", "c"), num_leaves=8, depth=9)
    figure = tree_figure(tree)
    assert not re.search("<b>|<i>", figure.drawing)
    assert figure.num_hidden == 7
    assert [level for level, _ in figure.rules] == [0, 1, 1]


@pytest.mark.slow
@needs_chromium
def test_it_can_be_read_on_a_telephone(run):
    assert 'class="tree"' in (run.path / "report.html").read_text()
    look(run.path / "report.html")
