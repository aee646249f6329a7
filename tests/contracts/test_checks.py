"""Every check finds the fault that it is for, and finds nothing where there is none."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from contracts.test_label_lists import PLANTED as PLANTED_IN_LISTS
from contracts.test_text_checks import PLANTED as PLANTED_IN_TEXTS
from daylight import check
from daylight.core.context import Context
from daylight.core.errors import DataError
from daylight.core.sections import Finding
from daylight.data.checks import CHECKS
from daylight.data.checks.label_errors import confident_errors
from daylight.data.copies import Copies, connected, exact_copies
from daylight.data.examined import MAX_EVIDENCE, Check, Examined, found, run_checks
from daylight.data.split import joined
from end_to_end.test_bad_data import bomb
from tiny import patterns


def opened(path):
    with Image.open(path) as image:
        image.load()
        return image


def named(data):
    """The folder with splits of its own: every third picture is for test."""
    place = data.parent / "splits"
    for number, path in enumerate(sorted(data.rglob("*.png"))):
        target = place / ("test" if number % 3 == 0 else "train") / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return place


def leak(data):
    place = named(data)
    shutil.copy(place / "test" / "class 0" / "0.png", place / "train" / "class 0" / "copy.png")
    return place


def contradict(data):
    shutil.copy(data / "class 0" / "0.png", data / "class 1" / "same.png")


def cut_short(data):
    path = data / "class 0" / "0.png"
    path.write_bytes(path.read_bytes()[:300])


def explode(data):
    (data / "class 0" / "bomb.png").write_bytes(bomb(10_400))


def part_not(data):
    shutil.rmtree(data / "class 1")
    for number in range(2):
        Image.new("RGB", (14, 14), (number * 90, 9, 9)).save(data / "class 0" / f"x{number}.png")
        (data / "class 1").mkdir(exist_ok=True)
        shutil.copy(data / "class 0" / f"{number}.png", data / "class 1" / f"{number}.png")
        (data / "class 0" / f"{number}.png").unlink()


def mislabel(data):
    (data / "class 0" / "3.png").rename(data / "class 1" / "wrong.png")


def shrink(data):
    for path in sorted((data / "class 2").iterdir())[3:]:
        path.unlink()


def repeat(data):
    shutil.copy(data / "class 0" / "0.png", data / "class 0" / "again.png")


def brighten(data):
    first = opened(data / "class 0" / "0.png")
    ImageEnhance.Brightness(first).enhance(0.9).save(data / "class 0" / "darker.png")


def empty(data):
    Image.new("RGB", (14, 14), "white").save(data / "class 0" / "blank.png")


def rename(data):
    opened(data / "class 0" / "0.png").save(data / "class 0" / "0.png", format="BMP")


def animate(data):
    frames = [opened(data / "class 0" / f"{number}.png") for number in range(3)]
    frames[0].save(data / "class 0" / "film.webp", save_all=True, append_images=frames[1:])


def make_gray(data):
    opened(data / "class 0" / "0.png").convert("L").save(data / "class 0" / "0.png")


def stretch(data):
    opened(data / "class 0" / "0.png").resize((60, 14)).save(data / "class 0" / "0.png")


# What is planted, and how it is called; each may make other checks find something, too.
PLANTED = {
    "duplicates-across-splits": (leak, "fail"),
    "duplicates-across-labels": (contradict, "fail"),
    "unreadable": (cut_short, "fail"),
    "too-large": (explode, "fail"),
    "splits": (part_not, "fail"),
    "label-errors": (mislabel, "warn"),
    "tiny-classes": (shrink, "warn"),
    "imbalance": (shrink, "warn"),
    "exact-duplicates": (repeat, "warn"),
    "near-duplicates": (brighten, "warn"),
    "one-color": (empty, "warn"),
    "wrong-suffix": (rename, "warn"),
    "animated": (animate, "warn"),
    "mixed-modes": (make_gray, "warn"),
    "mixed-sizes": (stretch, "warn"),
}


def findings(section):
    return {finding.check: finding for finding in section.findings}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return patterns(tmp_path_factory.mktemp("clean") / "data", classes=3, each=40)


@pytest.fixture
def garden(clean, tmp_path):
    return shutil.copytree(clean, tmp_path / "data")


def test_every_check_has_a_fault_to_find():
    of_rows = {name for name, each in CHECKS.items() if each.inputs == ("row",)}
    of_histories = {name for name, each in CHECKS.items() if each.inputs == ("history",)}
    of_lists = {name for name, each in CHECKS.items() if each.answers == ("labels",)}
    assert of_lists == PLANTED_IN_LISTS
    assert set(CHECKS) - of_rows - of_histories - of_lists == set(PLANTED) | set(PLANTED_IN_TEXTS)


def test_the_docs_name_every_check():
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
    assert [name for name in CHECKS._builtin if f"`{name}`" not in text] == []


def test_nothing_is_found_where_nothing_is_wrong(clean, tmp_path):
    section = check(clean, output=tmp_path / "run")
    assert {f.check: f.status for f in section.findings} == dict.fromkeys(PLANTED, "pass")
    assert section.copies == ()
    assert section.num_examples == 120


def test_nothing_is_found_either_where_the_data_names_its_splits(garden, tmp_path):
    section = check(named(garden), output=tmp_path / "run")
    assert {finding.status for finding in section.findings} == {"pass"}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_and_pointed_at(name, garden, tmp_path):
    plant, status = PLANTED[name]
    section = check(plant(garden) or garden, output=tmp_path / "run")
    finding = findings(section)[name]
    assert finding.status == status
    assert finding.message.endswith(".")
    assert finding.fix
    assert not any("crashed" in each.message for each in section.findings)
    assert finding.num_evidence == len(finding.evidence)
    if name not in ("splits", "imbalance"):
        assert finding.evidence
    assert all(len(each.ids) == len(each.notes) > 0 for each in finding.evidence)


@pytest.mark.parametrize("name", ["animated", "one-color", "wrong-suffix", "label-errors"])
def test_nothing_but_the_planted_fault_is_pointed_at(name, garden, tmp_path):
    PLANTED[name][0](garden)
    finding = findings(check(garden, output=tmp_path / "run"))[name]
    assert len(finding.evidence) == 1


def test_the_suspected_label_comes_with_the_one_that_it_looks_like(garden, tmp_path):
    mislabel(garden)
    finding = findings(check(garden, output=tmp_path / "run"))["label-errors"]
    assert finding.evidence[0].ids == ("class 1/wrong.png",)
    assert "looks like class 0" in finding.evidence[0].fact


def test_a_photo_that_is_turned_by_its_tag_is_no_fault(garden, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = opened(garden / "class 0" / "0.png").resize((14, 20))
    picture.save(garden / "class 0" / "0.png", exif=exif)
    section = check(garden, output=tmp_path / "run")
    assert {finding.status for finding in section.findings} == {"pass"}


def test_what_cannot_be_read_only_warns_if_it_is_left_out(garden, tmp_path):
    cut_short(garden)
    section = check({"path": garden, "unreadable": "skip"}, output=tmp_path / "run")
    assert findings(section)["unreadable"].status == "warn"


def test_a_check_that_crashes_is_a_failure_and_stops_no_other():
    def crash(data):
        raise ValueError("the roof is on fire")

    def work(data):
        return Finding(check="works", status="pass", message="Fine.")

    checks = {"breaks": Check("breaks", "Breaks", crash), "works": Check("works", "Works", work)}
    crashed, worked = run_checks(checks, Examined(ids=["a"]))
    assert (crashed.status, worked.status) == ("fail", "pass")
    assert "the roof is on fire" in crashed.message


def test_evidence_is_cut_to_a_page_and_counted_whole():
    data = Examined(ids=[str(number) for number in range(200)])
    all_of_it = [data.evidence([row], "odd") for row in range(200)]
    finding = found("x", "warn", "Odd.", all_of_it, fix="Mend it.")
    assert len(finding.evidence) == MAX_EVIDENCE
    assert finding.num_evidence == 200


def test_a_check_looks_only_at_the_kinds_of_data_that_it_is_for():
    row = [name for name, each in CHECKS.items() if each.is_for("row", "label")]
    assert row[:3] == ["splits", "tiny-classes", "imbalance"]
    assert row[3:] == [name for name, each in CHECKS.items() if each.inputs == ("row",)]
    text = [name for name, each in CHECKS.items() if each.is_for("text", "text")]
    assert text == [
        "duplicates-across-splits",
        "splits",
        "exact-duplicates",
        "near-duplicates",
        "empty-texts",
        "damaged-texts",
        "text-lengths",
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=20))
def test_exact_copies_are_the_rows_with_one_digest(digests):
    groups = exact_copies(digests)
    assert all(len({digests[row] for row in group}) == 1 for group in groups)
    grouped = [row for group in groups for row in group]
    assert len(grouped) == len(set(grouped))
    alone = [digests[row] for row in range(len(digests)) if row not in grouped]
    assert len({each for each in alone if each}) == len([each for each in alone if each])


PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_rows_that_pairs_join_are_one_group(pairs):
    pairs = [(a, b) for a, b in pairs if a != b]
    groups = connected(np.array(pairs, np.int64).reshape(-1, 2), 20)
    home = {row: number for number, group in enumerate(groups) for row in group}
    assert all(home[a] == home[b] for a, b in pairs)
    assert set(home) == {row for pair in pairs for row in pair}
    # As many groups as a plain count gives: nothing is joined that no pair joins.
    label = list(range(20))
    for a, b in pairs:
        old, new = label[a], label[b]
        label = [new if each == old else each for each in label]
    assert len(groups) == len({label[row] for row in home})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([None, "train", "test"]), min_size=2, max_size=12), PAIRS)
def test_copies_share_a_group_unless_the_data_parts_them(splits, pairs):
    ids = [f"{row:02}" for row in range(len(splits))]
    pairs = [(a, b) for a, b in pairs if a < len(ids) and b < len(ids)]
    groups = joined(ids, ids, splits, [(ids[a], ids[b]) for a, b in pairs])
    home = [split or "train" for split in splits]
    for a, b in pairs:
        assert (groups[a] == groups[b]) == (home[a] == home[b]) or groups[a] == groups[b]
        if home[a] == home[b]:
            assert groups[a] == groups[b]
    by_group = {}
    for row, group in enumerate(groups):
        assert by_group.setdefault(group, home[row]) == home[row]


def test_copies_of_two_kinds_hang_together():
    assert Copies(exact=((0, 1),), near=((1, 2), (4, 5))).groups(6) == [(0, 1, 2), (4, 5)]


def test_the_confident_joint_is_as_in_the_paper():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.95, 0.05]])
    given_labels = np.array([0, 0, 1, 1, 1])
    # Thresholds: 0.85 for the first class; (0.7 + 0.8 + 0.05) / 3 = 0.517 for the second.
    counted, margins = confident_errors(probabilities, given_labels)
    assert np.flatnonzero(margins).tolist() == [4]
    assert counted[4] == 0
    assert margins[4] == pytest.approx(0.9)


def test_the_same_data_gives_the_same_findings(garden, tmp_path):
    mislabel(garden)
    brighten(garden)
    one, other = (check(garden, output=tmp_path / name) for name in ("one", "other"))
    assert msgspec.structs.replace(one, listing_digest="") == msgspec.structs.replace(
        other, listing_digest=""
    )


def test_a_crashed_check_that_blocks_stops_training(garden, tmp_path, monkeypatch):
    from daylight.core.recipe import DataConfig, Recipe
    from daylight.data.checks import duplicates_across_splits as module
    from daylight.steps.pipeline import advance, start_check

    def crash(data):
        raise ValueError("no idea")

    broken = Check(module.NAME, "Broken", crash, inputs=("image",), blocks=True)
    monkeypatch.setattr(module, "CHECK", broken)
    run = start_check(Recipe(data=DataConfig(path=str(garden))), tmp_path / "run", Context())
    with pytest.raises(DataError, match="crashed"):
        advance(run, Context())
