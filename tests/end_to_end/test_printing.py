"""What is printed can be read at a glance: few lines, true values, each caution once."""

import pytest

from daylight.cli.progress import MAX_EPOCHS, progress
from daylight.cli.show import print_comparison, print_scores
from daylight.core.sections import Comparison, Difference
from report.synthetic import report_data, score
from tiny import TINY


@pytest.mark.parametrize("epochs", [1, 3, 19, 20, 21, 60, 61, 1000])
def test_long_trainings_print_about_twenty_epochs_and_the_last(capsys, epochs):
    with progress() as log:
        for epoch in range(1, epochs + 1):
            log("epoch", epoch=epoch, epochs=epochs, loss=0.5, score=0.5)
    lines = capsys.readouterr().err.splitlines()
    assert min(epochs, MAX_EPOCHS / 2) <= len(lines) <= MAX_EPOCHS + 1
    assert f"epoch {epochs}/{epochs}" in lines[-1]


def test_a_caution_is_printed_once_below_the_scores_that_it_holds_for(capsys):
    few = [
        score("accuracy", caution="Only 40 examples.", reliable=False),
        score("brier", caution="Only 40 examples. It jumps.", reliable=False),
        score("macro_f1"),
    ]
    print_scores(report_data(scores=few).scores)
    printed = capsys.readouterr().out
    assert printed.count("Only 40 examples.") == 1
    lines = {line.split()[0]: line for line in printed.splitlines() if line}
    assert " (1) " in lines["Accuracy"]
    assert " (1) (2) " in lines["Brier"]
    assert "(1)" not in lines["Macro_F1"]
    assert lines["(2)"] == "(2) It jumps."


def test_no_number_is_less_than_zero_by_rounding_alone(capsys):
    print_scores(report_data(scores=[score(value=-0.0001, low=-0.0002, high=0.1)]).scores)
    printed = capsys.readouterr().out
    assert "-0.000" not in printed
    assert "0.000 to 0.100" in printed


def test_both_ends_of_the_interval_of_a_difference_have_a_sign(capsys):
    values = {"first": 0.5, "second": 0.6, "difference": 0.1, "low": -0.0001, "high": 0.2}
    one = Difference(
        metric="a",
        title="A",
        unit="ratio",
        p_value=None,
        method="mcnemar",
        verdict="no detectable difference",
        **values,
    )
    print_comparison(
        Comparison(
            first="one", second="two", benchmark_digest="b", num_examples=9, differences=(one,)
        )
    )
    assert "+0.100      +0.000 to +0.200" in capsys.readouterr().out


def test_errors_of_real_answers_are_printed_as_they_are_in_the_targets_unit(daylight, tmp_path):
    table = TINY["row-to-real"](tmp_path)
    outcome = daylight("train", table, "-o", "run", "--set", "training.epochs=8")
    assert outcome.code == 0, outcome.err
    assert "validation -" not in outcome.err
    assert "(true: " in outcome.out
    page = (tmp_path / "run" / "report.html").read_text()
    assert "in units of &#39;shapes_value&#39;" in page
    assert "Root mean squared error on validation: -" not in page
    assert "A table of values." in page
    again = daylight("compare", "run", "run")
    assert "no detectable difference" in again.out
