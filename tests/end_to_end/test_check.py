"""``daylight check`` and what ``train`` makes of it, as a person meets them."""

import json
import shutil

import msgspec
import numpy as np
import pytest
from PIL import Image

import daylight as package
from daylight.core.sections import CheckedSection
from daylight.runtime.inputs import to_columns
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import read, split_rows
from end_to_end.conftest import QUICK, contents
from tiny import TINY, patterns

WAIVE = ["--set", 'data.waive=["duplicates-across-splits"]']


@pytest.fixture
def leaky(tmp_path):
    """Splits of its own, and one picture of test that is in train, too."""
    for split, each in (("train", 8), ("test", 4)):
        patterns(tmp_path / split, classes=2, each=each)
        shutil.move(tmp_path / split, tmp_path / "leaky" / split)
    # patterns() draws the same noise again, so all of test is in train: drawn anew but for one.
    random = np.random.default_rng(1)
    for path in sorted((tmp_path / "leaky" / "test").rglob("*.png"))[1:]:
        pixels = np.asarray(Image.open(path)).astype(float)
        noisy = (pixels + random.normal(0, 40, pixels.shape)).clip(0, 255)
        Image.fromarray(noisy.astype(np.uint8)).save(path)
    return tmp_path / "leaky"


def test_findings_are_printed_the_worst_first_and_a_failure_is_told_by_the_exit_code(
    daylight, leaky, tmp_path
):
    before = contents(leaky)
    outcome = daylight("check", leaky, "-o", "run")
    assert outcome.code == 2
    lines = [line for line in outcome.out.splitlines() if line[:1].strip()]
    assert lines[0].startswith("fail   duplicates-across-splits: 1 test example is copied")
    statuses = [line.split()[0] for line in lines[:-1]]
    order = ["fail", "warn", "skip", "pass"]
    assert statuses == sorted(statuses, key=order.index)
    assert "train/class 0/0.png, test/class 0/0.png: equal bytes" in outcome.out
    assert lines[-1] == "sheet  run/check.html"
    assert contents(leaky) == before


def test_clean_data_is_fine_and_looked_at_once(daylight, photos, tmp_path):
    assert daylight("check", photos).code == 0
    again = daylight("check", photos)
    assert "check: kept, nothing has changed" in again.err
    assert again.code == 0


def test_programs_get_json(daylight, leaky):
    outcome = daylight("check", leaky, "--json")
    assert outcome.code == 2
    section = msgspec.json.decode(outcome.out, type=CheckedSection)
    assert {finding.check for finding in section.failed(())} == {"duplicates-across-splits"}


def test_python_gets_the_section(leaky, tmp_path):
    section = package.check(leaky, output=tmp_path / "run")
    assert [finding.check for finding in section.failed(())] == ["duplicates-across-splits"]


def test_the_sheet_shows_both_pictures_of_a_pair_and_nobodys_disk(daylight, leaky, tmp_path):
    daylight("check", leaky, "-o", "run")
    page = (tmp_path / "run" / "check.html").read_text()
    assert page.count("data:image/png;base64,") >= 2
    assert "class 0, train" in page
    assert "class 0, test" in page
    assert str(tmp_path) not in page
    assert "<script" not in page


def test_training_stops_at_leakage_and_names_both_ways_on(refused, leaky, tmp_path):
    message = refused("train", leaky, "-o", "run", *QUICK)
    assert "1 test example is copied in another split" in message
    assert "run/check.html and mend the data" in message
    assert """--set data.waive='["duplicates-across-splits"]'""" in message
    assert not (tmp_path / "run" / "prepare.json").exists()
    again = refused("train", leaky, "-o", "run", *QUICK)
    assert "check: kept" in again
    assert "copied in another split" in again


def test_what_was_waived_is_in_the_card_and_in_the_report(daylight, refused, leaky, tmp_path):
    refused("train", leaky, "-o", "run", *QUICK)
    outcome = daylight("train", leaky, "-o", "run", *QUICK, *WAIVE)
    assert outcome.code == 0, outcome.err
    card = (tmp_path / "run" / "package" / "README.md").read_text()
    assert "## Known problems that were waived" in card
    assert "`duplicates-across-splits`: 1 test example is copied" in card
    report = (tmp_path / "run" / "report.html").read_text()
    assert '<span class="badge waived">waived</span>' in report
    assert daylight("check", leaky, "-o", "run", *WAIVE).code == 0


def test_a_card_without_waivers_says_nothing_of_them(trained):
    assert "waived" not in (trained / "package" / "README.md").read_text()


def test_mended_data_trains_in_the_same_run(daylight, refused, leaky):
    refused("train", leaky, "-o", "run", *QUICK)
    (leaky / "test" / "class 0" / "0.png").unlink()
    assert daylight("train", leaky, "-o", "run", *QUICK).code == 0


def test_a_waiver_of_a_check_that_there_is_not_is_refused(refused, photos):
    wrong = ["--set", 'data.waive=["duplicates-across-split"]']
    message = refused("train", photos, *QUICK, *wrong)
    assert "Unknown check 'duplicates-across-split'" in message
    assert "'duplicates-across-splits'" in message


def test_a_run_that_was_only_checked_trains_any_model(daylight, photos):
    assert daylight("check", photos).code == 0
    outcome = daylight("train", photos, *QUICK)
    assert outcome.code == 0, outcome.err
    assert "check: kept" in outcome.err


def test_a_run_that_was_trained_can_be_checked(daylight, photos, trained, tmp_path):
    before = contents(trained)
    outcome = daylight("check", photos, "-o", trained)
    assert outcome.code == 0, outcome.err
    assert "check: kept" in outcome.err
    after = contents(trained)
    del before[trained / "log.jsonl"], after[trained / "log.jsonl"]
    assert after == before


def test_a_changed_recipe_is_checked_anew(daylight, photos):
    daylight("check", photos)
    assert "check: done" in daylight("check", photos, "--set", "data.test_fraction=0.4").err


@pytest.mark.parametrize("seed", range(6))
def test_a_split_of_ours_never_parts_copies(tmp_path, seed):
    data = patterns(tmp_path / "data", classes=2, each=12)
    for number in range(6):
        for copy in range(3):
            source = data / "class 0" / f"{number}.png"
            shutil.copy(source, source.with_name(f"copy {copy} of {number}.png"))
    run = checked(data, tmp_path / "run", seed)
    section = run.read(CheckedSection)
    assert {len(group) for group in section.copies} == {4}
    dataset = read(run)
    ids = dataset.tables["examples"]["id"].to_pylist()
    homes = {ids[row]: name for name, rows in split_rows(dataset, run).items() for row in rows}
    assert all(len({homes[name] for name in group}) == 1 for group in section.copies)
    assert {f.status for f in section.findings if f.check == "duplicates-across-splits"} == {"pass"}


def checked(data, output, seed=0):
    from daylight.core.context import Context
    from daylight.core.recipe import DataConfig, Recipe
    from daylight.steps.pipeline import advance, start_check

    run = start_check(Recipe(data=DataConfig(path=str(data)), seed=seed), output, Context())
    advance(run, Context(), through="check")
    return run


def test_a_class_of_nothing_but_copies_is_named(refused, photos):
    for path in (photos / "class 1").iterdir():
        shutil.copy(photos / "class 1" / "0.png", path) if path.name != "0.png" else None
    message = refused("train", photos, *QUICK)
    assert "'class 1' has 1 group, too few to train and test (8 examples, but copies" in message


def test_pictures_are_denoised_alike_in_training_and_in_serving(daylight, photos, tmp_path):
    clean = ["--set", 'data.clean=["denoise"]']
    assert daylight("train", photos, "-o", "run", *QUICK, *clean).code == 0
    program = json.loads((tmp_path / "run" / "package" / "program.json").read_text())
    assert [node["operation"] for node in program["nodes"]][:2] == ["image", "denoise"]
    model = Predictor.open(tmp_path / "run" / "package")
    pixels = np.full((14, 14, 3), 90, np.uint8)
    speckled = pixels.copy()
    speckled[5, 5] = 255
    seen = model.program.process(to_columns(model.package.program.fields, [pixels, speckled]))
    one, other = seen["pixels"].values
    assert (one == other).all()


def test_cleaning_of_a_kind_that_there_is_not_is_refused(daylight, photos):
    outcome = daylight("train", photos, *QUICK, "--set", 'data.clean=["bleach"]')
    assert outcome.code == 2
    assert "data.clean[0]: Invalid enum value 'bleach'" in outcome.err


def test_cleaning_of_what_is_no_picture_is_refused(refused, tmp_path):
    data = TINY["row-to-real"](tmp_path / "rows")
    message = refused("train", data, "--set", 'data.clean=["denoise"]')
    assert "data.clean has no effect" in message


def test_a_class_folder_without_pictures_is_named(daylight, photos, tmp_path):
    (photos / "class 7").mkdir()
    (photos / "notes").mkdir()
    (photos / "notes" / "a.txt").write_text("nothing")
    outcome = daylight("check", photos)
    assert "(left out: 1 file of another kind, .txt; no pictures in class 7, notes)" in outcome.err
    for split in ("train", "test"):
        shutil.copytree(photos, tmp_path / "own" / split)
    shutil.rmtree(tmp_path / "own" / "train" / "notes")
    outcome = daylight("check", tmp_path / "own")
    assert "no pictures in test/class 7, test/notes, train/class 7)" in outcome.err
