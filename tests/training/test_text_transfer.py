"""A last layer on an encoder: what stays, what moves, and what a package tells."""

import json
import math

import numpy as np
import pytest
import torch

import tiny_encoder
from contracts.conftest import fit, make_run, prepared_of
from daylight.core.context import Context, Decisions
from daylight.core.errors import UserError
from daylight.models import text_transfer
from daylight.runtime.predictor import Predictor
from daylight.training import checkpoint as states
from daylight.training.backbones import encoder
from tiny import reviews

FINE = ["settings.fine_tune.epochs=2", "settings.fine_tune.learning_rate=0.001"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("text-transfer")


@pytest.fixture(scope="module")
def data(place):
    return reviews(place / "reviews")


@pytest.fixture(scope="module")
def settings(place):
    folder = tiny_encoder.write(place / "secret place" / "tiny-bert", card="cc-by-4.0")
    return [f"settings.backbone='hf:{folder}'", "training.epochs=2", "training.min_steps=0"]


@pytest.fixture(scope="module")
def tuned(data, place, settings):
    return make_run(data, place / "tuned", "text-transfer", [*settings, *FINE])


def moved(network):
    """Which weights of the encoder are not as the checkpoint had them."""
    start = encoder.pretrained(
        encoder.find(f"hf:{tiny_encoder.shared()}", Decisions()), longest=None, pooling="mean"
    )
    now = network.module.encoder.state_dict()
    return [name for name, value in start.state_dict().items() if not torch.equal(value, now[name])]


def test_without_fine_tuning_the_encoder_stays_as_it_came(tuned):
    family_settings = text_transfer.Settings(backbone=f"hf:{tiny_encoder.shared()}")
    frozen = text_transfer.fit(prepared_of(tuned), family_settings, Context(decisions=Decisions()))
    assert moved(frozen) == []
    assert frozen.module.last_layer.answers.scores.weight.abs().max() > 0


def test_fine_tuned_weights_are_what_the_package_answers_with(tuned):
    assert moved(text_transfer.load(tuned.package))
    inputs = prepared_of(tuned).splits["test"].inputs
    ours = fit(tuned).predict(inputs)["probabilities"].values
    theirs = Predictor.open(tuned.package).program.answer(inputs)["probabilities"].values
    assert np.abs(ours - theirs).max() <= 1e-4


def test_the_curve_of_fine_tuning_goes_on_where_that_of_the_last_layer_ended(tuned):
    curve = json.loads((tuned.path / "train.json").read_text())["curve"]
    assert [line["epoch"] for line in curve] == [1, 2, 3, 4]


def test_fine_tuning_that_was_cut_short_continues_to_the_same_model(
    tuned, data, tmp_path, settings, monkeypatch
):
    monkeypatch.setattr(states, "EVERY_S", 0.0)
    monkeypatch.setattr(states, "SHARE", math.inf)
    seen = []

    def cut(event, **fields):
        seen.append(event)
        if seen.count("epoch") == 3:
            raise KeyboardInterrupt

    arguments = (data, tmp_path / "run", "text-transfer", [*settings, *FINE])
    with pytest.raises(KeyboardInterrupt):
        make_run(*arguments, log=cut)
    continued = make_run(*arguments)
    digests = [
        Predictor.open(run.package).package.manifest.model_digest for run in (tuned, continued)
    ]
    assert digests[0] == digests[1]


def test_the_package_tells_the_license_of_the_encoder_and_not_where_it_lay(tuned):
    config = json.loads((tuned.package / "config.json").read_text())
    assert config["license"] == "cc-by-4.0"
    assert config["settings"]["encoder"]["source"] == "tiny-bert"
    for path in tuned.package.iterdir():
        if path.is_file():
            assert b"secret place" not in path.read_bytes(), path.name


def test_a_text_of_nothing_and_a_text_that_is_too_long_are_answered(tuned):
    found = Predictor.open(tuned.package).predict(["", "film " * 5000])
    assert [sum(each["probabilities"].values()) for each in found] == pytest.approx(
        [1, 1], abs=1e-5
    )


def test_an_encoder_that_is_not_known_is_refused_before_anything_is_prepared(data, tmp_path):
    with pytest.raises(UserError, match="Unknown backbone 'word2vec'"):
        make_run(data, tmp_path / "run", "text-transfer", ["settings.backbone=word2vec"])
