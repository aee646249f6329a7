"""Every check of tables finds the fault that it is for, and finds nothing where there is none."""

import json

import numpy as np
import pytest

from daylight import check
from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.data.checks import CHECKS
from daylight.data.sources import FileSource
from daylight.tasks import TASKS

NUM_ROWS = 300


def clean():
    """Columns of no fault: the answer is told by several together."""
    random = np.random.default_rng(0)
    age, income = random.integers(18, 80, NUM_ROWS), random.normal(3000, 800, NUM_ROWS).round(2)
    job = random.choice(["nurse", "smith", "baker"], NUM_ROWS)
    odds = (age - 50) / 8 + (income - 3000) / 400 + 2.0 * (job == "baker")
    label = np.where(odds + random.normal(0, 1, NUM_ROWS) > 0, "yes", "no")
    columns = {"age": age, "income": income, "job": job, "label": label}
    return {name: values.tolist() for name, values in columns.items()}


def copy_rows(columns):
    for values in columns.values():
        values.extend(values[:10])


def tell(columns):
    columns["fined"] = ["" if each == "no" else "fined" for each in columns["label"]]


def move(columns):
    columns["split"] = ["test" if income > 3500 else "train" for income in columns["income"]]
    for row in (0, 1, 2, 3):
        columns["split"][row] = "validation"


def lose(columns):
    columns["income"] = [v if n % 3 == 0 else None for n, v in enumerate(columns["income"])]


def speak(columns):
    columns["income"] = [v if n % 30 else "unknown" for n, v in enumerate(columns["income"])]


def number(columns):
    columns["customer_id"] = [f"c{number}" for number in range(NUM_ROWS)]


PLANTED = {
    "equal-rows": copy_rows,
    "target-leakage": tell,
    "drift": move,
    "missing-values": lose,
    "words-among-numbers": speak,
    "unused-columns": number,
}


def written(folder, columns):
    path = folder / "table.csv"
    rows = zip(*columns.values(), strict=True)
    lines = [columns, *([("" if v is None else str(v)) for v in row] for row in rows)]
    path.write_text("\n".join(map(",".join, lines)))
    return path


def findings(path, run):
    section = check(path, output=run)
    assert not any("crashed" in each.message for each in section.findings)
    return {finding.check: finding for finding in section.findings}


def test_every_check_of_tables_has_a_fault_to_find():
    only = {name for name, each in CHECKS.items() if each.inputs == ("row",)}
    assert only == set(PLANTED)


def test_nothing_is_found_where_nothing_is_wrong(tmp_path):
    found = findings(written(tmp_path, clean()), tmp_path / "run")
    assert {name: each.status for name, each in found.items()} == dict.fromkeys(found, "pass")
    assert PLANTED.keys() <= found.keys()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_and_pointed_at(name, tmp_path):
    PLANTED[name](columns := clean())
    found = findings(written(tmp_path, columns), tmp_path / "run")
    assert found[name].status == "warn"
    assert found[name].message.endswith(".")
    assert found[name].fix
    assert found[name].num_evidence == len(found[name].evidence) > 0
    assert all(len(each.ids) == len(each.notes) > 0 for each in found[name].evidence)
    others = {each for each in found if found[each].status != "pass"} - {name}
    assert others <= {"imbalance", "tiny-classes", "equal-rows"}


def read(path, **said):
    task = TASKS["tabular-classification"]
    return task.read(FileSource.look(path), DataConfig(path=str(path), **said))


def saw(path, **said):
    task = TASKS["tabular-classification"]
    return task.recognise(FileSource.look(path), DataConfig(path=str(path), **said))


def roles(dataset):
    return {field.name: field.role for field in dataset.schema["examples"]}


def test_what_a_column_holds_is_told_by_its_values(tmp_path):
    columns = clean()
    columns["since"] = [f"2023-0{n % 9 + 1}-11" for n in range(NUM_ROWS)]
    columns["plot"] = [f"they met on day {n} and never parted" for n in range(NUM_ROWS)]
    columns["code"] = [f"x{n}" for n in range(NUM_ROWS)]
    columns["country"] = ["DE"] * NUM_ROWS
    columns["empty"] = [None] * NUM_ROWS
    columns["row"] = list(range(NUM_ROWS))
    columns["member"] = [["true", "false"][n % 2] for n in range(NUM_ROWS)]
    dataset = read(path := written(tmp_path, columns))
    assert {f.name: f.type for f in dataset.fields("input")} == {
        "age": "number",
        "income": "number",
        "job": "category",
        "since": "category",
        "member": "category",
    }
    assert {f.name: f.facts["holds"] for f in dataset.fields("unused")} == {
        "plot": "texts",
        "code": "identifiers",
        "country": "one value",
        "empty": "nothing",
        "row": "identifiers",
    }
    assert "2 of numbers, 2 of categories, 1 of dates; left out: plot (texts)" in saw(path)


def test_a_single_column_of_long_texts_is_no_table_of_rows(tmp_path):
    texts = [f"this is what people said about number {n}" for n in range(NUM_ROWS)]
    columns = {"text": texts, "label": clean()["label"]}
    path = written(tmp_path, columns)
    assert saw(path) is None
    with pytest.raises(DataError, match="no column from which 'label' could be told"):
        read(path)


def test_rows_of_one_person_stay_together_and_dropped_columns_are_gone(tmp_path):
    columns = {"patient_id": [n // 5 for n in range(NUM_ROWS)], **clean()}
    dataset = read(path := written(tmp_path, columns))
    assert roles(dataset)["group"] == "group"
    assert "rows of one 'patient_id' stay together" in saw(path)
    assert "job" not in roles(read(path, drop=("job",)))
    assert dataset.tables["examples"]["group"].to_pylist()[:6] == [*"00000", "1"]
    with pytest.raises(DataError, match="no column 'jobs'"):
        read(path, drop=("jobs",))


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("order_date", None, True),
        ("order_date", "random", False),
        ("date_of_birth", None, False),
        ("since", None, False),
        ("since", "last", True),
    ],
)
def test_the_newest_rows_are_tested_where_a_column_says_when(name, said, expected, tmp_path):
    columns = {name: [f"20{n % 90 + 10}-01-02" for n in range(NUM_ROWS)], **clean()}
    path = written(tmp_path, columns)
    assert ("(time)" in roles(read(path, split=said))) == expected
    assert ("the newest rows" in saw(path, split=said)) == expected
    if expected:
        run = tmp_path / "run"
        check({"path": path, "split": said}, output=run)
        found = json.loads((run / "check.json").read_text())["findings"]
        assert "210 train, 30 validation, 60 test" in next(
            each["message"] for each in found if each["check"] == "splits"
        )


def test_numbers_are_classes_if_they_are_few_and_whole(tmp_path):
    columns = clean()
    columns["label"] = [float(n % 3) for n in range(NUM_ROWS)]
    assert read(path := written(tmp_path, columns)).labels == ("0", "1", "2")
    columns["label"] = [n % 40 for n in range(NUM_ROWS)]
    assert saw(written(tmp_path, columns)) is None
    assert TASKS["tabular-regression"].recognise(FileSource.look(path), DataConfig(path=str(path)))


@pytest.mark.parametrize("name", ["id", "split", "group"])
def test_a_name_that_is_kept_for_other_uses_is_not_predicted(name, tmp_path):
    columns = {**clean(), name: clean()["label"]}
    with pytest.raises(DataError, match="cannot be predicted"):
        read(written(tmp_path, columns), target=name)


def test_a_split_that_is_none_is_named_with_its_line(tmp_path):
    columns = {**clean(), "split": ["train", "tst"] * (NUM_ROWS // 2)}
    with pytest.raises(DataError, match=r"table\.csv, line 3: 'tst' is not a split"):
        read(written(tmp_path, columns))
