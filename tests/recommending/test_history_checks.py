"""What is wrong with a table of who took what is found."""

import pytest

import daylight
from daylight.data.checks import CHECKS

ROWS = [f"p{p},i{(p + t) % 12},{100 * t}" for p in range(12) for t in range(5)]


def automate(rows):
    return [*rows, *(f"bot,j{number},{number}" for number in range(400))]


def flatten(rows):
    return [f"{row.rpartition(',')[0]},7" for row in rows]


def repeat(rows):
    return [*rows, *(f"{row.rpartition(',')[0]},9999" for row in rows[:3])]


PLANTED = {
    "automated-histories": (automate, "1 example of over 30 times the median of 3."),
    "equal-times": (flatten, "100% of neighbours in a history were taken at the same time."),
    "repeated-interactions": (repeat, "3 rows of somebody and an item that they took before."),
}


def found(rows, folder):
    (folder / "t.csv").write_text("\n".join(["user,item,time", *rows]))
    section = daylight.check(folder / "t.csv", output=folder / "run")
    return {each.check: each for each in section.findings}


def test_nothing_is_found_where_nothing_is_wrong(tmp_path):
    assert {each.status for each in found(ROWS, tmp_path).values()} == {"pass"}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name, tmp_path):
    plant, said = PLANTED[name]
    finding = found(plant(ROWS), tmp_path)[name]
    assert (finding.status, finding.message) == ("warn", said)
    assert finding.fix


def test_every_check_of_histories_has_a_fault_to_find():
    assert {name for name, each in CHECKS.items() if each.inputs == ("history",)} == set(PLANTED)
