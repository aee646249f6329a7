"""Checkpoints of others are read as the library that wrote them reads them, and never run."""

import json

import numpy as np
import pytest
import torch
import transformers
from open_checkpoints import CONFIGS, SCALING, model, write

from daylight.core.context import Decisions
from daylight.core.errors import IntegrityError, NotFoundError, UserError
from daylight.training.backbones import open_models, opening, scaling
from daylight.training.backbones.backbone import Extractor, features
from daylight.training.backbones.checkpoint import locate
from daylight.training.backbones.open_models import ARCHITECTURES

PICTURES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)

every_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES)


def opened(folder, size=None):
    return open_models.pretrained(locate(str(folder), Decisions()), size)


def as_transformers_sees(architecture, values=SCALING):
    """Features of ``PICTURES`` by the classifier's own body and an image processor of its own."""
    processor = transformers.ViTImageProcessorPil(**values)
    whole = model(architecture)
    with torch.inference_mode():
        batch = processor(list(PICTURES), return_tensors="pt")["pixel_values"]
        found = getattr(whole, whole.base_model_prefix)(pixel_values=batch)
    if ARCHITECTURES[architecture].first_token:
        return found.last_hidden_state[:, 0].numpy()
    return found.pooler_output.flatten(1).numpy()


def test_there_is_a_tiny_checkpoint_of_every_architecture():
    assert CONFIGS.keys() == ARCHITECTURES.keys()


@every_architecture
def test_features_are_those_that_transformers_gives(architecture, tmp_path):
    backbone = opened(write(tmp_path, architecture))
    expected = as_transformers_sees(architecture)
    assert expected.std(axis=0).max() > 1e-3  # not all pictures look alike to it
    assert np.abs(features(backbone, PICTURES) - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.slow
@every_architecture
def test_every_architecture_can_be_exported(architecture, tmp_path):
    backbone = opened(write(tmp_path, architecture))
    by_graph = Extractor(backbone, like=PICTURES, num_pictures=10**6)(PICTURES)
    expected = features(backbone, PICTURES)
    assert np.abs(by_graph - expected).max() < 1e-4 * np.abs(expected).max()


@every_architecture
def test_a_backbone_is_built_again_from_its_facts_alone(architecture, tmp_path):
    backbone = opened(write(tmp_path, architecture))
    again = opening.build(backbone.facts).eval()
    again.load_state_dict(backbone.state_dict())
    assert (features(again, PICTURES) == features(backbone, PICTURES)).all()
    assert "label2id" not in backbone.facts.config


@pytest.mark.parametrize(
    "values",
    [
        {"do_normalize": False},
        {"image_mean": [0.5] * 3, "image_std": [0.5] * 3},
        {"do_rescale": False, "image_mean": [120.0] * 3, "image_std": [60.0] * 3},
    ],
    ids=["unnormalised", "halves", "bytes"],
)
def test_pictures_are_normalised_as_the_checkpoint_says(values, tmp_path):
    values = {**SCALING, **values}
    found = features(opened(write(tmp_path, scaling=values)), PICTURES)
    assert np.abs(found - as_transformers_sees("resnet", values)).max() < 1e-3


def test_what_efficientnet_does_besides_is_done():
    values = {**SCALING, "rescale_offset": True, "rescale_factor": 1 / 127.5, "include_top": True}
    processor = transformers.EfficientNetImageProcessorPil(**values, do_resize=False)
    expected = processor(list(PICTURES), return_tensors="np")["pixel_values"]
    mean, deviation = scaling.normalisation(values, "here")
    ours = (PICTURES - np.array(mean)) / np.array(deviation)
    assert np.abs(ours.transpose(0, 3, 1, 2) - expected).max() < 1e-4


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"size": 224}, (224, 224)),
        ({"size": {"shortest_edge": 384}}, (384, 384)),
        ({"size": {"height": 30, "width": 40}}, (30, 40)),
        ({"size": 256, "crop_size": {"height": 224, "width": 224}}, (224, 224)),
        ({"size": 256, "crop_size": 224, "do_center_crop": False}, (256, 256)),
    ],
)
def test_the_size_is_what_is_left_after_scaling_and_cutting(values, size):
    assert scaling.size(values, "here") == size


def test_a_size_of_ones_own_is_taken_where_the_network_can(tmp_path):
    assert opened(write(tmp_path / "a", "convnext"), size=64).facts.size == (64, 64)
    with pytest.raises(UserError, match="32 x 32 pixels only") as caught:
        opened(write(tmp_path / "b", "vit"), size=64)
    assert "settings.size=32" in caught.value.hint


def test_the_license_is_the_cards(tmp_path):
    assert opened(write(tmp_path / "a", card="cc-by-nc-4.0")).facts.license == "cc-by-nc-4.0"
    assert opened(write(tmp_path / "b")).facts.license == "unknown"


def test_half_precision_weights_are_taken_as_float32(tmp_path):
    write(tmp_path)
    halved = transformers.ResNetForImageClassification.from_pretrained(tmp_path).half()
    halved.save_pretrained(tmp_path)
    assert features(opened(tmp_path), PICTURES).dtype == np.float32


def test_an_architecture_that_is_not_in_the_table_is_refused(tmp_path):
    with pytest.raises(UserError, match="'clip'") as caught:
        opened(write(tmp_path, model_type="clip"))
    assert "resnet" in caught.value.hint


def test_a_pickle_is_refused_and_never_opened(tmp_path, monkeypatch):
    write(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(UserError, match="can run code") as caught:
        opened(tmp_path)
    assert "model.safetensors" in caught.value.hint


def test_code_that_comes_with_a_checkpoint_is_never_run(tmp_path):
    write(tmp_path, auto_map={"AutoConfig": "theirs.Config", "AutoModel": "theirs.Model"})
    trace = tmp_path / "was-run"
    (tmp_path / "theirs.py").write_text(f"open({str(trace)!r}, 'w')")
    with pytest.raises(UserError, match="auto_map"):
        opened(tmp_path)
    assert not trace.exists()


def test_kernels_that_a_configuration_names_are_not_fetched(tmp_path):
    write(tmp_path, "vit", _attn_implementation="kernels-community/flash-attn")
    backbone = opened(tmp_path)
    assert backbone.network.model.config._attn_implementation == "eager"


@pytest.mark.parametrize("kept", [0, 7, 500, -1])
def test_a_checkpoint_that_is_cut_short_is_refused(tmp_path, kept):
    weights = write(tmp_path) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(IntegrityError, match="damaged") as caught:
        opened(tmp_path)
    assert caught.value.hint


def test_weights_that_do_not_fit_their_configuration_are_refused(tmp_path):
    with pytest.raises(IntegrityError, match="do not fit"):
        opened(write(tmp_path / "a", hidden_sizes=[8, 24]))
    with pytest.raises(IntegrityError, match="lacks"):
        opened(write(tmp_path / "b", hidden_sizes=[8, 16, 16], depths=[1, 1, 1]))
    with pytest.raises(IntegrityError, match="makes no network"):
        opened(write(tmp_path / "c", hidden_sizes="large"))


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "model.safetensors"])
def test_a_file_that_is_missing_is_named(tmp_path, name):
    (write(tmp_path) / name).unlink()
    with pytest.raises(UserError, match=name):
        opened(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]"])
def test_a_file_that_is_no_json_object_is_named(tmp_path, text):
    (write(tmp_path) / "config.json").write_text(text)
    with pytest.raises(IntegrityError, match=r"config\.json"):
        opened(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [{"image_mean": [0.5]}, {"image_std": [0, 0, 0]}, {"rescale_factor": "1/255"}, {"size": None}],
)
def test_scaling_that_says_nothing_usable_is_refused(tmp_path, wrong):
    write(tmp_path).joinpath("preprocessor_config.json").write_text(
        json.dumps({**SCALING, **wrong})
    )
    with pytest.raises(UserError, match="does not say"):
        opened(tmp_path)


@pytest.mark.parametrize("name", ["resnet", "hf:", "hf:one/two/three", "hf:a b/c", "hf:a/b@"])
def test_a_name_that_cannot_be_a_backbone_is_refused_before_anything_is_read(name):
    with pytest.raises(UserError) as caught:
        opening.check(name)
    assert caught.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="nowhere"):
        opened(tmp_path / "nowhere")
