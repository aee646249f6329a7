"""A last layer on what others trained: what stays, what moves, and what a package tells."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from open_checkpoints import write

from contracts.conftest import fit, make_run, prepared_of
from daylight.core.errors import IntegrityError, UserError
from daylight.models import transfer
from daylight.runtime.predictor import Predictor
from daylight.training import checkpoint as states
from daylight.training.backbones.backbone import Extractor
from tiny import patterns

QUICK = ["training.epochs=3", "training.min_steps=0"]
FINE = ["settings.fine_tune.epochs=3", "settings.fine_tune.learning_rate=0.001"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("transfer")


@pytest.fixture(scope="module")
def checkpoint(place):
    return write(place / "secret place" / "tiny-resnet", card="cc-by-4.0")


@pytest.fixture(scope="module")
def photos(place):
    return patterns(place / "photos")


@pytest.fixture(scope="module")
def settings(checkpoint):
    return [f"settings.backbone='hf:{checkpoint}'", *QUICK]


@pytest.fixture(scope="module")
def frozen(photos, place, settings):
    return make_run(photos, place / "frozen", "transfer", settings)


@pytest.fixture(scope="module")
def tuned(photos, place, settings):
    return make_run(photos, place / "tuned", "transfer", [*settings, *FINE])


def weights(run):
    return transfer.load(run.package).module.state_dict()


def changed(run, start, part):
    """Which of the weights under a name are not as the checkpoint had them."""
    names = [name for name in start if name.startswith(part)]
    assert names
    return [name for name in names if not torch.equal(weights(run)[name], start[name])]


@pytest.fixture(scope="module")
def start(checkpoint):
    """The backbone before anything was trained."""
    found = transfer.opening.open_backbone(
        f"hf:{checkpoint}", size=None, longest_side=14, decisions=transfer.Context().decisions
    )
    return {f"backbone.{name}": value for name, value in found.state_dict().items()}


def test_without_fine_tuning_the_backbone_stays_as_it_came(frozen, start):
    assert changed(frozen, start, "backbone.") == []
    assert weights(frozen)["scores.weight"].abs().max() > 0


def test_fine_tuning_moves_the_convolutions_but_not_the_statistics_of_the_norms(tuned, start):
    moved = changed(tuned, start, "backbone.")
    assert [name for name in moved if name.endswith("convolution.weight")]
    assert [name for name in moved if "running_" in name or "num_batches" in name] == []


def test_fine_tuned_weights_are_what_the_package_answers_with(tuned):
    inputs = prepared_of(tuned).splits["test"].inputs
    ours = fit(tuned).predict(inputs)["probabilities"].values
    theirs = Predictor.open(tuned.package).program.answer(inputs)["probabilities"].values
    assert np.abs(ours - theirs).max() <= 1e-4


def test_the_curve_of_fine_tuning_goes_on_where_that_of_the_last_layer_ended(tuned):
    curve = json.loads((tuned.path / "train.json").read_text())["curve"]
    assert [line["epoch"] for line in curve] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("epochs_seen", [2, 5])
def test_fine_tuning_that_was_cut_short_continues_to_the_same_model(
    tuned, photos, tmp_path, settings, monkeypatch, epochs_seen
):
    monkeypatch.setattr(states, "EVERY_S", 0.0)
    monkeypatch.setattr(states, "SHARE", math.inf)
    seen = []

    def cut(event, **fields):
        seen.append(event)
        if seen.count("epoch") == epochs_seen:
            raise KeyboardInterrupt

    arguments = (photos, tmp_path / "run", "transfer", [*settings, *FINE])
    with pytest.raises(KeyboardInterrupt):
        make_run(*arguments, log=cut)
    continued = make_run(*arguments)
    digests = [
        Predictor.open(run.package).package.manifest.model_digest for run in (tuned, continued)
    ]
    assert digests[0] == digests[1]


def test_features_that_were_taken_are_not_taken_again(
    frozen, photos, tmp_path, settings, monkeypatch
):
    monkeypatch.setattr(transfer, "CHUNK", 5)

    def cut(event, **fields):
        if event == "epoch":
            raise KeyboardInterrupt

    arguments = (photos, tmp_path / "run", "transfer", settings)
    with pytest.raises(KeyboardInterrupt):
        make_run(*arguments, log=cut)
    monkeypatch.setattr(Extractor, "__call__", lambda *_: pytest.fail("they were taken again"))
    continued = make_run(*arguments)
    apart = [weights(run)["scores.weight"] for run in (frozen, continued)]
    assert (apart[0] - apart[1]).abs().max() < 1e-3  # pieces of another size


def test_a_package_answers_without_the_checkpoint_that_it_came_from(photos, place, tmp_path):
    mine = shutil.copytree(place / "secret place" / "tiny-resnet", tmp_path / "mine")
    run = make_run(photos, tmp_path / "run", "transfer", [f"settings.backbone='hf:{mine}'", *QUICK])
    picture = next(photos.rglob("*.png"))
    before = Predictor.open(run.package).predict([picture])[0]
    shutil.rmtree(mine)
    assert Predictor.open(run.package).predict([picture])[0] == before
    inputs = prepared_of(run).splits["test"].inputs
    assert len(transfer.load(run.package).predict(inputs)["probabilities"]) > 0


def test_a_package_tells_the_license_and_the_digest_of_what_it_started_from(frozen, checkpoint):
    config = json.loads((frozen.package / "config.json").read_text())
    assert config["license"] == "cc-by-4.0"
    assert config["settings"]["backbone"]["source"] == "tiny-resnet"
    assert len(config["settings"]["backbone"]["weights_digest"]) == 64
    assert "\nlicense: cc-by-4.0\n" in (frozen.package / "README.md").read_text()


def test_a_package_does_not_tell_where_the_checkpoint_lay(frozen):
    for path in filter(Path.is_file, frozen.package.rglob("*")):
        assert b"secret place" not in path.read_bytes(), path.name
    assert "hf:tiny-resnet" in (frozen.package / "recipe.json").read_text()


def test_changing_pictures_for_the_last_layer_alone_is_refused(photos, tmp_path):
    with pytest.raises(UserError, match="not changed at random") as caught:
        make_run(photos, tmp_path / "run", "transfer", ["training.flip=true"])
    assert "fine_tune.flip" in caught.value.hint


def test_a_checkpoint_that_is_cut_short_is_a_matter_of_integrity(photos, tmp_path):
    file = write(tmp_path / "cut") / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(IntegrityError, match="damaged"):
        make_run(photos, tmp_path / "run", "transfer", [f"settings.backbone='hf:{file.parent}'"])


def test_a_wrong_name_is_refused_before_pictures_are_read(photos, tmp_path):
    events = []
    with pytest.raises(UserError, match="Unknown backbone"):
        make_run(
            photos,
            tmp_path / "run",
            "transfer",
            ["settings.backbone=resnet-50"],
            log=lambda event, **_: events.append(event),
        )
    assert "prepare" not in events


@pytest.mark.parametrize(("side", "seen"), [(28, 128), (150, 150), (400, 224)])
def test_pictures_are_seen_at_their_own_size_within_bounds(side, seen):
    found = transfer.opening.open_backbone(
        "efficientnet-lite0",
        size=None,
        longest_side=side,
        decisions=transfer.Context().decisions,
    )
    assert found.facts.size == (seen, seen)
