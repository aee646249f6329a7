"""The picture of an explanation can be read."""

import numpy as np
import pytest

from daylight.explaining.overlay import GAP, MIN_SIDE, overlay, png, to_image
from explaining.made import pictures


def halves(picture, values):
    image = overlay(picture, values).convert("RGB")
    width = (image.width - GAP) // 2
    left = image.crop((0, 0, width, image.height))
    return np.asarray(left), np.asarray(image.crop((width + GAP, 0, image.width, image.height)))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_left_half_is_what_the_model_was_shown(channels):
    [picture] = pictures(1, side=24, channels=channels)
    left, _ = halves(picture, np.zeros((24, 24)))
    assert left.shape == (168, 168, 3)
    assert (left[::7, ::7] == picture).all()


def test_orange_speaks_for_the_class_and_blue_against_it():
    picture = np.full((8, 8, 1), 128, np.uint8)
    values = np.zeros((8, 8))
    values[0, 0], values[7, 7] = 1, -1
    _, right = (half.astype(int) for half in halves(picture, values))
    red, _, blue = right[0, 0]
    assert red > blue + 100
    red, _, blue = right[-1, -1]
    assert blue > red + 100
    assert (right[80, 80] == right[80, 80][0]).all()


def test_no_value_gives_no_colour():
    [picture] = pictures(1, side=10)
    _, right = halves(picture, np.zeros((10, 10)))
    assert (right == right[..., :1]).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 200), (28, 28), (300, 224)])
def test_small_pictures_are_enlarged_and_large_ones_kept(height, width):
    image = overlay(np.zeros((height, width, 3), np.uint8), np.ones((height, width)))
    one = (image.width - GAP) // 2
    assert one / width == image.height / height
    assert max(one, image.height) >= min(MIN_SIDE, max(height, width))
    if max(height, width) > MIN_SIDE:
        assert (one, image.height) == (width, height)


def test_equal_pictures_are_equal_files():
    [picture] = pictures(1)
    one, other = (png(overlay(picture, picture[..., 0] - 100.0)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize("channels", [1, 3])
def test_a_mean_picture_comes_back_as_it_was(channels):
    [picture] = pictures(1, channels=channels)
    assert (np.asarray(to_image(picture)).reshape(picture.shape) == picture).all()
