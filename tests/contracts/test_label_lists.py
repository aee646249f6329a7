"""Any number of labels in a column: recognised by content, said, checked and answered."""

import json
import random

import numpy as np
import pytest

from contracts.conftest import make_run, prepared_of
from contracts.test_text_data import found_in, read, table
from daylight import Predictor, check
from daylight.core.errors import DataError
from daylight.steps.dataset import rarest
from tiny import topics

TASK = "text-multilabel-classification"
SETS = [["law"], ["sea", "war"], ["law", "sea"], [], ["war"], ["law", "war"], ["sea"]]

PLANTED = {"rare-labels", "joint-labels", "no-labels"}


def rows(sign, sets=SETS, num=70):
    return [f'some words about number {n},"{sign.join(sets[n % len(sets)])}"' for n in range(num)]


@pytest.mark.parametrize("sign", [";", "|", ", ", " ; "])
def test_labels_are_parted_where_their_parts_come_back_in_other_company(tmp_path, sign):
    path = table(tmp_path, "text,topics", *rows(sign))
    task, saw = found_in(path)
    assert task.name == TASK
    assert saw.endswith(f"and their labels ('topics', separated by {sign.strip()!r})")
    dataset = read(path, TASK)
    assert dataset.labels == ("law", "sea", "war")
    assert dataset.tables["examples"]["label"].to_pylist()[:7] == SETS


def test_lists_in_json_lines_and_as_text_are_labels_too(tmp_path):
    each = [{"text": f"some words about number {n}", "tags": SETS[n % 7]} for n in range(70)]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(map(json.dumps, each)))
    task, saw = found_in(path)
    assert (task.name, saw.endswith("in lists)")) == (TASK, True)
    assert read(path, TASK).tables["examples"]["label"].to_pylist()[:7] == SETS
    lines = [f"some words about number {n},{json.dumps(SETS[n % 7])!r}" for n in range(70)]
    written = [line.replace('"', '""').replace("'", '"') for line in lines]
    path = table(tmp_path, "text,tags", *written)
    assert found_in(path)[1].endswith("as lists in JSON)")
    assert read(path, TASK).tables["examples"]["label"].to_pylist()[:7] == SETS


@pytest.mark.parametrize(
    "names", [["Dallas, TX", "Austin, TX", "Boston, MA"], ["a;b", "c;d", "e;f"]]
)
def test_a_class_with_a_sign_in_its_name_is_one_class(tmp_path, names):
    lines = [f'some words about number {n},"{names[n % len(names)]}"' for n in range(60)]
    path = table(tmp_path, "text,label", *lines)
    assert found_in(path)[0].name == "text-classification"


def test_a_column_without_any_label_is_named(tmp_path):
    path = table(tmp_path, "text,topics", *[f"words about number {n}," for n in range(40)])
    with pytest.raises(DataError, match="holds no label"):
        read(path, TASK, target="topics")


def test_a_rare_label_is_in_train_and_in_test(tmp_path):
    run = make_run(topics(tmp_path / "d"), tmp_path / "run", "majority")
    for split in prepared_of(run).splits.values():
        assert split.targets["target"].values.sum(axis=0).min() > 0


def test_members_of_a_group_have_the_rarest_label_of_all_of_them():
    values = [["a"], ["a", "b"], ["a"], ["a", "b"]] * 10
    groups = [f"g{n // 2}" for n in range(40)]
    assert set(rarest(values, groups)) == {"b"}


def test_labels_that_are_rare_joint_or_lacking_are_found(tmp_path):
    draw = random.Random(0)
    words = [f"word{n}" for n in range(300)]
    sets = [["law", "court"], ["sea"], ["sea", "war"], ["war"], [], []]
    lines = [f"{' '.join(draw.choices(words, k=8))},{';'.join(sets[n % 6])}" for n in range(240)]
    lines.append("one more about something,rare;sea")
    path = table(tmp_path, "text,topics", *lines)
    found = {each.check: each for each in check(path, output=tmp_path / "run").findings}
    assert {found[name].status for name in PLANTED} == {"warn"}
    assert "rare (1)" in found["rare-labels"].message
    assert found["joint-labels"].message == (
        "1 group that always come together, such as court and law."
    )
    assert "80 examples without a label, 33% of all" in found["no-labels"].message


def test_answers_name_what_is_over_its_threshold_and_may_be_none(tmp_path):
    run = make_run(topics(tmp_path / "d"), tmp_path / "run", "tfidf-linear")
    model = Predictor.open(run.package)
    both, none = model.predict(["judge court wave ship", "of the and 7"])
    assert set(both["labels"]) == {"law", "sea"}
    assert none["labels"] == []
    [node] = [n for n in model.package.program.nodes if n.operation == "thresholds"]
    over = np.array(list(both["probabilities"].values())) >= node.parameters["thresholds"]
    assert over.sum() == 2
