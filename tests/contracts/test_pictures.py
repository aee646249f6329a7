"""Pictures of any kind are read alike, in training and in serving."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from contracts.conftest import make_run
from daylight.core.sections import Scores
from daylight.core.types import Field
from daylight.data.images import image_facts
from daylight.runtime.inputs import to_columns
from daylight.runtime.operations.image import OPERATION, Parameters
from daylight.steps.families import fitting
from daylight.tasks import TASKS
from tiny import patterns

HEIGHT, WIDTH = 6, 9
FAMILIES = [spec.name for spec in fitting(TASKS["image-classification"])]
SLOWER = {"cnn", "mlp", "resnet", "rnn", "single-layer", "svm", "transfer", "vit"}
SHORT = {name: ["training.min_steps=0"] for name in ("cnn", "mlp")}

GRAY = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
RGB = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
BITS = np.random.default_rng(2).integers(0, 2, (HEIGHT, WIDTH)).astype(bool)
THRICE = np.repeat(GRAY[..., None], 3, axis=2)
OPAQUE = np.full((HEIGHT, WIDTH), 255, np.uint8)
CLEAR = np.zeros((HEIGHT, WIDTH), np.uint8)
WHITE = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
FLAT = np.full((HEIGHT, WIDTH, 3), (10, 20, 30), np.uint8)


def with_alpha(gray, alpha):
    return Image.merge("LA", [Image.fromarray(gray), Image.fromarray(alpha)])


def palette(first, second):
    image = Image.fromarray(BITS.astype(np.uint8), "P")
    image.putpalette([*first, *second])
    return image


RED, BLUE = (200, 10, 20), (30, 40, 220)
TWO_COLORS = np.where(BITS[..., None], BLUE, RED)
HALF_CLEAR = np.where(BITS[..., None], 255, RED)

# Name: how it is saved, and what must be read: (image, format, options, expected RGB).
KINDS = {
    "gray": (Image.fromarray(GRAY), "PNG", {}, THRICE),
    "gray with one clear shade": (
        Image.fromarray(np.where(BITS, 7, 99).astype(np.uint8)),
        "PNG",
        {"transparency": 7},
        np.repeat(np.where(BITS, 255, 99)[..., None], 3, axis=2),
    ),
    "rgb": (Image.fromarray(RGB), "PNG", {}, RGB),
    "rgb bitmap": (Image.fromarray(RGB), "BMP", {}, RGB),
    "rgb tiff": (Image.fromarray(RGB), "TIFF", {}, RGB),
    "rgb lossless webp": (Image.fromarray(RGB), "WEBP", {"lossless": True}, RGB),
    "rgb portable": (Image.fromarray(RGB), "PPM", {}, RGB),
    "rgba opaque": (Image.fromarray(np.dstack([RGB, OPAQUE])), "PNG", {}, RGB),
    "rgba clear": (Image.fromarray(np.dstack([RGB, CLEAR])), "PNG", {}, WHITE),
    "16-bit gray png": (Image.fromarray(GRAY.astype(np.uint16) * 257), "PNG", {}, THRICE),
    "16-bit gray tiff": (Image.fromarray(GRAY.astype(np.uint16) * 257), "TIFF", {}, THRICE),
    "16-bit gray portable": (Image.fromarray(GRAY.astype(np.uint16) * 257), "PPM", {}, THRICE),
    "gray-alpha opaque": (with_alpha(GRAY, OPAQUE), "PNG", {}, THRICE),
    "gray-alpha clear": (with_alpha(GRAY, CLEAR), "PNG", {}, WHITE),
    "palette": (palette(RED, BLUE), "PNG", {}, TWO_COLORS),
    "palette gif": (palette(RED, BLUE), "GIF", {}, TWO_COLORS),
    "palette with a clear color": (palette(RED, BLUE), "PNG", {"transparency": 1}, HALF_CLEAR),
    "palette with alphas": (palette(RED, BLUE), "PNG", {"transparency": b"\xff\0"}, HALF_CLEAR),
    "gif with a clear color": (palette(RED, BLUE), "GIF", {"transparency": 1}, HALF_CLEAR),
    "1-bit": (Image.fromarray(BITS), "PNG", {}, np.repeat(BITS[..., None] * 255, 3, axis=2)),
    "1-bit tiff": (Image.fromarray(BITS), "TIFF", {}, np.repeat(BITS[..., None] * 255, 3, axis=2)),
}


def in_time(family):
    return pytest.param(family, marks=pytest.mark.slow if family in SLOWER else ())


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened_and_loaded(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


# Ways in which one picture reaches a model; the first is the one of training.
WAYS = {
    "path": lambda data, place: str(place),
    "Path": lambda data, place: place,
    "bytes": lambda data, place: data,
    "PIL image, not yet loaded": lambda data, place: Image.open(io.BytesIO(data)),
    "PIL image, loaded": lambda data, place: opened_and_loaded(data),
}

every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def run_image(source, *, height=HEIGHT, width=WIDTH, mode="rgb"):
    run = OPERATION.open(Parameters(height=height, width=width, mode=mode), lambda name: b"")
    columns = to_columns([Field(name="image", type="image", role="input")], [source])
    pixels, size = run(columns["image"])
    return pixels.values[0], tuple(size.values[0])


def read(source, **options):
    return run_image(source, **options)[0]


def given(way, data, tmp_path):
    place = tmp_path / "picture"
    place.write_bytes(data)
    return way(data, place)


@every_way
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_read_as_it_looks(tmp_path, kind, way):
    image, suffix, options, expected = KINDS[kind]
    data = encoded(image, suffix, **options)
    assert (read(given(way, data, tmp_path)) == expected).all()


@every_way
@pytest.mark.parametrize("kind", KINDS)
def test_in_one_channel_it_is_the_gray_of_what_it_looks_like(tmp_path, kind, way):
    image, suffix, options, expected = KINDS[kind]
    gray = np.asarray(Image.fromarray(expected.astype(np.uint8)).convert("L"))
    data = encoded(image, suffix, **options)
    assert (read(given(way, data, tmp_path), mode="gray")[..., 0] == gray).all()


def test_half_transparent_is_halfway_to_white():
    half = np.full((HEIGHT, WIDTH), 128, np.uint8)
    pixels = read(encoded(Image.fromarray(np.dstack([RGB, half])), "PNG")).astype(float)
    assert np.abs(pixels - (RGB * (128 / 255) + 255 * (127 / 255))).max() <= 1


@every_way
def test_print_colors_are_read(tmp_path, way):
    data = encoded(Image.new("CMYK", (WIDTH, HEIGHT), (0, 255, 255, 0)), "JPEG")
    red = read(given(way, data, tmp_path)).reshape(-1, 3).mean(axis=0)
    assert red[0] > 200
    assert red[1:].max() < 60


@every_way
@pytest.mark.parametrize("suffix", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(tmp_path, orientation, suffix, way):
    upright = np.repeat(np.repeat(RGB, 16, axis=0), 16, axis=1)  # JPEG keeps whole blocks
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
    image = Image.fromarray(upright)
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}
    data = encoded(stored, suffix, exif=exif, **options.get(suffix, {}))
    source = given(way, data, tmp_path)
    pixels, size = run_image(source, height=upright.shape[0], width=upright.shape[1])
    assert np.abs(pixels.astype(int) - upright).max() <= (3 if suffix == "JPEG" else 0)
    assert size == (upright.shape[1], upright.shape[0])


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_size_that_is_chosen_is_that_of_the_upright_picture(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.new("RGB", (20, 10) if orientation == 1 else (10, 20))
    stored.save(tmp_path / "a.png", exif=exif)
    facts = image_facts([tmp_path / "a.png"])
    assert (facts["width"], facts["height"]) == (20, 10)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (RGB, RGB),
        (GRAY, THRICE),
        (np.dstack([RGB, OPAQUE]), RGB),
        (np.dstack([RGB, CLEAR]), WHITE),
        (GRAY.astype(np.uint16) * 257, THRICE),
        (BITS, np.repeat(BITS[..., None] * 255, 3, axis=2)),
    ],
    ids=["rgb", "gray", "rgba opaque", "rgba clear", "16-bit", "1-bit"],
)
def test_an_array_is_read_as_the_picture_that_it_is(array, expected):
    assert (read(array) == expected).all()


@every_way
@pytest.mark.parametrize("mode", ["rgb", "gray"])
def test_a_large_photo_is_scaled_nearly_alike_whichever_way_it_comes(tmp_path, mode, way):
    y, x = np.mgrid[0:192, 0:256]
    photo = np.stack([y, x, (x + y) // 2], axis=-1).clip(0, 255).astype(np.uint8)
    data = encoded(Image.fromarray(photo), "JPEG", quality=90)
    source = given(way, data, tmp_path)
    pixels = read(source, height=12, width=16, mode=mode).astype(int)
    (tmp_path / "in training").write_bytes(data)
    in_training = read(str(tmp_path / "in training"), height=12, width=16, mode=mode)
    assert np.abs(pixels - in_training).max() <= 4


def test_reading_a_picture_leaves_it_as_it_was():
    image = Image.fromarray(np.dstack([RGB, OPAQUE]))
    read(image, height=3, width=3)
    assert (image.mode, image.size) == ("RGBA", (WIDTH, HEIGHT))
    assert (np.asarray(image)[..., :3] == RGB).all()


@pytest.mark.parametrize("family", [*map(in_time, FAMILIES)])
def test_two_classes_of_five_pictures_train(family, tmp_path):
    data = patterns(tmp_path / "data", classes=2, each=5)
    run = make_run(data, tmp_path / "run", family, SHORT.get(family, ()))
    assert run.read(Scores).num_examples == 2
    assert Path(run.path / "report.html").is_file()


@pytest.mark.parametrize("family", [*map(in_time, FAMILIES)])
def test_a_hundred_classes_train(family, tmp_path):
    data = patterns(tmp_path / "data", classes=100, each=3, side=8)
    run = make_run(data, tmp_path / "run", family, SHORT.get(family, ()))
    assert run.read(Scores).num_examples == 100
    assert Path(run.path / "report.html").is_file()


def test_mixed_kinds_in_one_folder_train_and_answer(tmp_path):
    data = patterns(tmp_path / "data", classes=2, each=10)
    files = sorted(data.rglob("*.png"))
    for number, place in enumerate(files):
        mode = ["L", "RGBA", "P", "1", "LA"][number % 5]
        with Image.open(place) as image:
            converted = image.convert(mode)
        converted.save(place)
    run = make_run(data, tmp_path / "run", "random-forest")
    assert run.read(Scores).num_examples == 4
