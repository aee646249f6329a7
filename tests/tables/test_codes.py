"""Digits that begin with zeros name something, in training and in serving."""

import json

import pytest

from contracts.conftest import make_run
from daylight import Predictor
from daylight.core.recipe import DataConfig
from daylight.core.sections import PreparedSection
from daylight.data.row_roles import find_roles
from daylight.data.tables import read_head, read_table
from daylight.steps.table_inputs import rows_of

ZIPS = ["00123", "10115", "01067", "80331"]


@pytest.fixture
def shops(tmp_path):
    path = tmp_path / "shops.csv"
    lines = [f"{ZIPS[n % 4]},{n % 12 + 1:02},{n % 7},{'ab'[n % 4 < 2]}" for n in range(80)]
    path.write_text("\n".join(["zip,month,size,class", *lines]))
    return path


@pytest.mark.parametrize("read", [read_table, read_head])
def test_codes_stay_as_they_were_written_and_months_are_numbers(shops, read):
    table = read(shops)
    assert table["zip"].to_pylist()[:4] == ZIPS
    assert table["month"].to_pylist()[:3] == [1, 2, 3]
    roles = find_roles(table, "class", DataConfig(path=str(shops)), shops)
    assert {name: each.holds for name, each in roles.inputs.items()} == {
        "zip": "categories",
        "month": "numbers",
        "size": "numbers",
    }


def test_a_package_knows_codes_again_in_a_row_and_in_a_table(shops, tmp_path):
    run = make_run(shops, tmp_path / "run", "linear")
    fields = [f for f in run.read(PreparedSection).fields if f.role == "input"]
    row = {"zip": "00123", "month": 1, "size": 0}
    alone = Predictor.open(run.package).predict([row])[0]
    other = tmp_path / "asked.csv"
    other.write_text("zip,month,size\n00123,01,0\n")
    [(_, read)] = rows_of(str(other), fields)
    assert read == row
    assert Predictor.open(run.package).predict([read])[0] == alone
    without = Predictor.open(run.package).predict([{**row, "zip": "80331"}])[0]
    assert without["label"] != alone["label"]


def test_codes_that_hardly_repeat_are_identifiers(tmp_path):
    path = tmp_path / "parts.csv"
    path.write_text("part,class\n" + "".join(f"{n * 37:06},{'ab'[n % 2]}\n" for n in range(60)))
    roles = find_roles(read_table(path), "class", DataConfig(path=str(path)), path)
    assert roles.unused["part"].holds == "identifiers"


def test_one_padded_number_among_hundreds_is_a_number_still(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"size": f"{n}", "class": "ab"[n % 2]} for n in range(1, 300)]
    path.write_text("\n".join(json.dumps(row) for row in [*rows, {"size": "007", "class": "a"}]))
    roles = find_roles(read_table(path), "class", DataConfig(path=str(path)), path)
    assert roles.inputs["size"].holds == "numbers"
