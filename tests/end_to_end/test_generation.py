"""Pictures are drawn for a seed and a label, kept as files, and measured beside a baseline."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from daylight.core.run import Run
from daylight.core.sections import PreparedSection, Scores
from daylight.runtime.predictor import Predictor
from end_to_end.conftest import contents, picture

TASK = ["--task", "unconditional-image-generation"]
QUICK = [*TASK, "--model", "pixel-gaussian"]
GAN = [*TASK, "--set", "training.steps=6", "--set", "settings.width=4"]


@pytest.fixture
def drawing(daylight, photos, tmp_path):
    assert daylight("train", photos, "-o", tmp_path / "run", *QUICK).code == 0
    return tmp_path / "run"


def read(path):
    return np.asarray(Image.open(path), float)


def test_class_folders_are_for_classification_unless_generation_is_named(daylight, photos):
    unnamed = daylight("train", photos, "-o", "a", "--model", "majority")
    assert "image-classification by" in unnamed.err
    outcome = daylight("train", photos, "-o", "b", *QUICK)
    assert "16 pictures of 2 classes, to draw more like them" in outcome.err
    assert outcome.code == 0


def test_pictures_without_class_folders_are_taken_to_draw_more(daylight, tmp_path):
    for number in range(9):
        picture(tmp_path / "flat" / f"{number}.png", color=(20 * number, 0, 0))
    outcome = daylight("train", "flat", "--model", "pixel-gaussian")
    assert "9 pictures without classes, to draw more like them" in outcome.err
    assert outcome.code == 0
    run = Run.open(tmp_path / "flat-run")
    assert [f.name for f in run.read(PreparedSection).fields] == ["id", "seed", "image"]


def test_split_folders_of_pictures_without_classes_are_splits(daylight, tmp_path):
    for number in range(13):
        split = "train" if number < 6 else "val" if number < 9 else "test"
        picture(tmp_path / "flat" / split / f"{number}.png", color=(19 * number, 0, 0))
    outcome = daylight("train", "flat", "--model", "pixel-gaussian")
    assert "13 pictures without classes, to draw more like them" in outcome.err
    assert outcome.code == 0
    found = Run.open(tmp_path / "flat-run").read(PreparedSection)
    assert found.num_examples == {"train": 6, "validation": 3, "test": 4}


def test_a_seed_and_a_label_give_a_picture_of_that_label(daylight, drawing, photos):
    prompts = [json.dumps({"seed": seed, "label": "class 1"}) for seed in (1, 2, 3)]
    outcome = daylight("predict", drawing, *prompts, "-o", "drawn", "--json")
    paths = [json.loads(line)["image"] for line in outcome.out.splitlines()]
    assert len(set(paths)) == 3
    of = {
        name: np.mean([read(path) for path in (photos / name).iterdir()], axis=0)
        for name in ("class 0", "class 1")
    }
    for path in paths:
        apart = {name: np.abs(read(path) - mean).mean() for name, mean in of.items()}
        assert apart["class 1"] < apart["class 0"] / 2


def test_a_seed_alone_will_do_and_draws_the_same_again(daylight, drawing, tmp_path):
    assert daylight("predict", drawing, "1", "2", "-o", "one").code == 0
    assert daylight("predict", drawing, "2", "1", "-o", "other").code == 0
    one, other = contents(tmp_path / "one"), contents(tmp_path / "other")
    assert [path.name for path in one] == ["1.png", "2.png"]
    assert list(one.values()) == list(other.values())
    assert len(set(one.values())) == 2


def test_pictures_land_in_predictions_and_replace_nothing(daylight, drawing, tmp_path):
    first = daylight("predict", drawing, "1")
    assert "predictions/1.png (14 x 14 pixels)" in first.out
    before = contents(tmp_path / "predictions")
    assert daylight("predict", drawing, "1").out == first.out
    assert contents(tmp_path / "predictions") == before
    mine = tmp_path / "predictions" / "2.png"
    mine.write_bytes(b"my own")
    assert "predictions/2-2.png" in daylight("predict", drawing, "2").out
    assert mine.read_bytes() == b"my own"


@pytest.mark.parametrize(
    "wrong", ["x", "{}", '{"label": "class 1"}', '{"seed": 1, "size": 2}', "[1]", "-1", "1.5"]
)
def test_what_is_no_prompt_is_refused(refused, drawing, wrong):
    said = refused("predict", drawing, "--", wrong)
    assert "not an input of unconditional-image-generation" in said


def test_a_label_that_nobody_learned_is_refused_with_those_that_are_known(refused, drawing):
    prompt = '{"seed": 1, "label": "hat"}'
    assert "Known: class 0, class 1." in refused("predict", drawing, prompt)


def test_a_label_is_refused_where_none_was_learned(daylight, refused, tmp_path):
    for number in range(9):
        picture(tmp_path / "flat" / f"{number}.png", color=(20 * number, 0, 0))
    assert daylight("train", "flat", "--model", "pixel-gaussian").code == 0
    assert "knows no labels" in refused("predict", "flat-run", '{"seed": 1, "label": "hat"}')
    assert daylight("predict", "flat-run", '{"seed": 1, "label": null}').code == 0


def test_pictures_to_draw_more_of_are_checked_like_others(daylight, photos, tmp_path):
    flat = tmp_path / "flat"
    for number, path in enumerate(sorted(photos.rglob("*.png"))):
        place = flat / ("test" if number % 3 == 0 else "train") / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    (flat / "test" / "leak.png").write_bytes((flat / "train" / "1.png").read_bytes())
    (flat / "train" / "cut.png").write_bytes((flat / "train" / "2.png").read_bytes()[:90])
    outcome = daylight("check", "flat")
    assert outcome.code == 2
    said = {line.split(":")[0] for line in outcome.out.splitlines() if line[:1].strip()}
    assert {"fail   duplicates-across-splits", "fail   unreadable"} <= said
    assert "pass   one-color" in said
    assert "label" not in outcome.out
    page = (tmp_path / "flat-run" / "check.html").read_text()
    assert page.count("data:image/png;base64,") >= 2
    assert daylight("train", "flat", *QUICK, "-o", "run").code == 2


def test_a_table_is_refused_with_what_to_do(refused, tmp_path):
    (tmp_path / "table.csv").write_text("image,label\na.png,x\n")
    assert "folder" in refused("train", "table.csv", *TASK)


def test_a_class_that_is_not_in_train_is_named(refused, tmp_path):
    for split, names in (("train", "ab"), ("val", "ab"), ("test", "abc")):
        for name in names:
            picture(tmp_path / "data" / split / name / "1.png")
    assert "'c'" in refused("train", "data", *TASK)


def test_without_the_weights_nothing_is_trained(refused, photos, tmp_path, monkeypatch):
    from daylight.training.backbones import efficientnet_lite0

    absent = replace(efficientnet_lite0.INSTALLED, package="not-installed-here")
    monkeypatch.setattr(efficientnet_lite0, "INSTALLED", absent)
    assert "EfficientNet-lite0" in refused("train", photos, "-o", "run", *TASK)
    assert not (tmp_path / "run").exists()


def test_a_picture_that_is_damaged_is_named_or_left_out(daylight, refused, photos, tmp_path):
    (photos / "class 0" / "0.png").write_bytes(b"no picture")
    assert "0.png" in refused("train", photos, "-o", "run", *QUICK)
    outcome = daylight("train", photos, "-o", "other", *QUICK, "--set", "data.unreadable=skip")
    assert outcome.code == 0
    found = Run.open(tmp_path / "other").read(PreparedSection)
    assert list(found.skipped) == ["class 0/0.png"]


def test_a_gan_learns_labels_and_its_report_shows_a_sheet_of_them(daylight, photos, tmp_path):
    assert daylight("train", photos, "-o", "run", *GAN).code == 0
    prompts = [{"seed": 1, "label": name} for name in ("class 0", "class 1")]
    drawn = Predictor.open(tmp_path / "run").predict(prompts).columns["image"].values
    assert drawn.shape == (2, 16, 16, 3)
    assert not np.array_equal(drawn[0], drawn[1])
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Drawn pictures" in page
    assert page.count('<img src="data:image/png;base64,') == 4  # two classes; two rows of pairs
    scores = Run.open(tmp_path / "run").read(Scores)
    assert scores.scores[0].metric == "frechet_distance"
    assert "Fréchet distance over pixels on validation" in page


def test_two_runs_are_compared_on_the_same_features(daylight, drawing):
    outcome = daylight("compare", drawing, drawing, "--json")
    found = {one["metric"]: one for one in json.loads(outcome.out)["differences"]}
    assert found["frechet_distance"]["method"] == "paired jackknife"
    assert found["near_copies"]["method"] == "paired bootstrap"
