"""Pictures of any kind are read alike, in training and in serving."""

import io

import numpy as np
import pytest
from PIL import Image

from contracts.conftest import make_run
from daylight.core.sections import Scores
from daylight.core.types import Field
from daylight.runtime.inputs import to_columns
from daylight.runtime.operations.image import OPERATION, Parameters
from tiny import patterns

HEIGHT, WIDTH = 6, 9
FAMILIES = ["majority", "single-layer", "random-forest", "cnn"]


def read(source, mode="rgb"):
    run = OPERATION.open(Parameters(height=HEIGHT, width=WIDTH, mode=mode), lambda name: b"")
    columns = to_columns([Field(name="image", type="image", role="input")], [source])
    return run(columns["image"])[0].values[0]


@pytest.fixture
def gray():
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), np.uint8)


@pytest.fixture
def rgb():
    return np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def saved(tmp_path, image, name, **options):
    image.save(tmp_path / name, **options)
    return str(tmp_path / name)


def test_gray_is_itself_in_one_channel_and_thrice_in_three(tmp_path, gray):
    path = saved(tmp_path, Image.fromarray(gray), "a.png")
    assert (read(path, "gray")[..., 0] == gray).all()
    assert (read(path) == gray[..., None]).all()


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path, gray):
    path = saved(tmp_path, Image.fromarray(gray.astype(np.uint16) * 257), "a.png")
    assert (read(path, "gray")[..., 0] == gray).all()


def test_opaque_is_as_without_transparency_and_clear_is_white(tmp_path, rgb):
    opaque = np.dstack([rgb, np.full((HEIGHT, WIDTH), 255, np.uint8)])
    clear = np.dstack([rgb, np.zeros((HEIGHT, WIDTH), np.uint8)])
    assert (read(saved(tmp_path, Image.fromarray(opaque), "a.png")) == rgb).all()
    assert (read(saved(tmp_path, Image.fromarray(clear), "b.png")) == 255).all()


def test_gray_with_transparency_is_laid_on_white(tmp_path, gray):
    image = Image.merge("LA", [Image.fromarray(gray), Image.new("L", (WIDTH, HEIGHT), 255)])
    assert (read(saved(tmp_path, image, "a.png"), "gray")[..., 0] == gray).all()


def test_a_palette_is_looked_up(tmp_path):
    image = Image.new("P", (WIDTH, HEIGHT), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    assert (read(saved(tmp_path, image, "a.png")) == [10, 20, 30]).all()
    clear = saved(tmp_path, image, "b.png", transparency=1)
    assert (read(clear) == 255).all()


def test_one_bit_is_black_and_white(tmp_path):
    bits = np.eye(HEIGHT, WIDTH, dtype=bool)
    path = saved(tmp_path, Image.fromarray(bits), "a.png")
    assert (read(path, "gray")[..., 0] == bits * 255).all()


def test_print_colors_are_read(tmp_path):
    path = saved(tmp_path, Image.new("CMYK", (WIDTH, HEIGHT), (0, 255, 255, 0)), "a.jpg")
    red = read(path).reshape(-1, 3).mean(axis=0)
    assert red[0] > 200
    assert red[1:].max() < 60


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(tmp_path, rgb, orientation):
    upright = Image.fromarray(rgb)
    methods = Image.Transpose
    undo = {
        2: methods.FLIP_LEFT_RIGHT,
        3: methods.ROTATE_180,
        4: methods.FLIP_TOP_BOTTOM,
        5: methods.TRANSPOSE,
        6: methods.ROTATE_90,
        7: methods.TRANSVERSE,
        8: methods.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, stored, "a.png", exif=exif)
    run = OPERATION.open(Parameters(height=HEIGHT, width=WIDTH), lambda name: b"")
    column = to_columns([Field(name="i", type="image", role="input")], [path])["i"]
    pixels, size = run(column)
    assert (pixels.values[0] == rgb).all()
    assert size.values[0].tolist() == [WIDTH, HEIGHT]


def test_path_bytes_image_and_array_are_the_same_picture(tmp_path, rgb):
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    path = saved(tmp_path, Image.fromarray(rgb), "a.png")
    for source in (path, tmp_path / "a.png", buffer.getvalue(), Image.fromarray(rgb), rgb):
        assert (read(source) == rgb).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_two_classes_of_five_pictures_train(family, tmp_path):
    run = make_run(patterns(tmp_path / "data", classes=2, each=5), tmp_path / "run", family)
    assert run.read(Scores).num_examples == 2


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hundred_classes_train(family, tmp_path):
    data = patterns(tmp_path / "data", classes=100, each=3, side=8)
    run = make_run(data, tmp_path / "run", family)
    assert run.read(Scores).num_examples == 100


def test_mixed_modes_in_one_folder_train_and_answer(tmp_path):
    data = patterns(tmp_path / "data", classes=2, each=8)
    for place, mode in zip(
        sorted(data.rglob("*.png")), ["L", "RGBA", "P", "1", "LA"], strict=False
    ):
        with Image.open(place) as image:
            converted = image.convert(mode)
        converted.save(place)
    run = make_run(data, tmp_path / "run", "random-forest")
    assert run.read(Scores).num_examples == 4
