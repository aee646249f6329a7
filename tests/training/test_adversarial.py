"""Generators learn through what is done to pictures, and what is done is decided by the seed."""

import numpy as np
import pytest
import torch

from daylight.models.gan import Discriminator, Generator, num_stages
from daylight.training.differentiable import augment

PICTURES = torch.linspace(-1, 1, 4 * 3 * 12 * 10).reshape(4, 3, 12, 10)
EVERYTHING = {"translate": 0.25, "cutout": 0.4, "color": True}
NOTHING = {"translate": 0.0, "cutout": 0.0, "color": False}


def changed(pictures=PICTURES, seed=0, **how):
    return augment(pictures, np.random.default_rng(seed), **{**NOTHING, **how})


def test_pictures_to_which_nothing_is_done_stay_as_they_are():
    assert changed() is PICTURES


def test_an_equal_seed_changes_pictures_alike_and_another_otherwise():
    assert torch.equal(changed(**EVERYTHING), changed(**EVERYTHING))
    assert not torch.equal(changed(**EVERYTHING), changed(seed=1, **EVERYTHING))


@pytest.mark.parametrize("how", [{"translate": 0.25}, {"cutout": 0.4}, {"color": True}, EVERYTHING])
def test_gradients_pass_to_every_picture(how):
    pictures = PICTURES.clone().requires_grad_()
    after = changed(pictures, **how)
    assert after.shape == pictures.shape
    assert not torch.equal(after, pictures)
    after.square().sum().backward()
    assert (pictures.grad.abs().sum((1, 2, 3)) > 0).all()


def test_a_picture_that_moves_keeps_its_pixels_in_their_order():
    marked = torch.zeros(64, 1, 12, 12)
    marked[:, :, 5, 5] = 1
    marked[:, :, 6, 7] = 2
    places = set()
    for picture in changed(marked, translate=0.25):
        [[_, top, left]] = torch.nonzero(picture == 1).tolist()
        assert picture[0, top + 1, left + 2] == 2
        places.add((top - 5, left - 5))
    assert {abs(down) for down, _ in places} <= {0, 1, 2, 3}
    assert len(places) > 20


def test_a_hole_hides_no_more_than_its_share():
    after = changed(torch.ones(200, 1, 20, 20), cutout=0.5)
    hidden = (after == 0).sum((1, 2, 3))
    assert hidden.max() == 100
    assert hidden.min() < 100  # at the edge some of it lies outside


def test_colors_of_gray_pictures_stay_gray():
    gray = PICTURES[:, :1].expand(-1, 3, -1, -1)
    after = changed(gray, color=True)
    assert torch.allclose(after[:, :1].expand(-1, 3, -1, -1), after, atol=1e-5)


@pytest.mark.parametrize("num_classes", [0, 3])
@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (32, 16, 3), (64, 64, 3), (128, 96, 3)])
def test_networks_fit_each_other_at_every_size(shape, num_classes):
    generator = Generator(shape, width=2, latent=4, num_classes=num_classes)
    discriminator = Discriminator(shape, width=2, num_classes=num_classes)
    classes = [torch.eye(3)[:2]] if num_classes else []
    drawn = generator(torch.randn(2, 4), *classes)
    assert drawn.shape == (2, *shape)
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert discriminator(drawn.permute(0, 3, 1, 2), *classes).shape == (2,)
    assert all(side % 2 ** num_stages(max(shape[:2])) == 0 for side in shape[:2])
