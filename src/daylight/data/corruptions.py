"""Ways in which inputs are harmed in daily life, to see how much a model bears.

Source: Hendrycks & Dietterich, Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations (arXiv:1903.12261), whose blur, noise and JPEG these follow; levels are our own.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from daylight.core.types import FieldType
from daylight.runtime.operations.image import Parameters, flattened, opened
from daylight.runtime.words import Reader

MAX_SIDE = 512
"""Pixels; larger pictures are brought down first, so that harm at every level stays quick."""


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to harm a decoded input.

    Attributes:
        levels: How strongly, from mild to severe, in ``unit``.
        apply: ``(input, level, random) -> input``.
    """

    name: str
    title: str
    unit: str
    levels: tuple[float, ...]
    apply: Callable[[Any, float, np.random.Generator], Any]


@dataclass(frozen=True, slots=True)
class Harms:
    """What can happen to inputs of one type.

    Attributes:
        decode: A raw input, such as a path, to what ``Corruption.apply`` takes.
    """

    decode: Callable[[Any], Any]
    corruptions: tuple[Corruption, ...]


def _decode(source: Any) -> Image.Image:
    """Upright, gray or RGB, with no side longer than ``MAX_SIDE``."""
    with opened(source) as image:
        gray = image.mode in ("1", "L")
        parameters = Parameters(height=MAX_SIDE, width=MAX_SIDE, mode="gray" if gray else "rgb")
        flat = flattened(image, parameters)
    flat.thumbnail((MAX_SIDE, MAX_SIDE))
    return flat


def _blur(image: Image.Image, level: float, random: np.random.Generator) -> Image.Image:  # noqa: ARG001
    return image.filter(ImageFilter.GaussianBlur(level / 100 * min(image.size)))


def _noise(image: Image.Image, level: float, random: np.random.Generator) -> Image.Image:
    pixels = np.asarray(image, np.float32)
    noisy = pixels + random.normal(0, level, pixels.shape)
    return Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8))


def _rotate(image: Image.Image, level: float, random: np.random.Generator) -> Image.Image:
    """To either side; what comes in has the median color of the edge."""
    pixels = np.asarray(image)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    middle = np.median(edge, axis=0).astype(int)
    fill = int(middle) if middle.ndim == 0 else tuple(middle.tolist())
    angle = level if random.random() < 0.5 else -level
    return image.rotate(angle, Image.Resampling.BILINEAR, fillcolor=fill)


def _jpeg(image: Image.Image, level: float, random: np.random.Generator) -> Image.Image:  # noqa: ARG001
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(level))
    with Image.open(file) as again:
        again.load()
        return again


def _typos(text: str, level: float, random: np.random.Generator) -> str:
    """Letters are left out, doubled, or change places with the next one."""
    letters = list(text)
    for place in np.flatnonzero(random.random(len(letters)) < level / 100).tolist():
        kind = random.integers(3)
        if kind == 2 and place + 1 < len(letters):
            letters[place : place + 2] = letters[place + 1], letters[place]
        else:
            letters[place] *= 2 * int(kind)
    return "".join(letters)


def _capitals(text: str, level: float, random: np.random.Generator) -> str:
    return _by_word(text, level, random, str.upper)


def _left_out(text: str, level: float, random: np.random.Generator) -> str:
    return _by_word(text, level, random, lambda _: "")


def _by_word(
    text: str, level: float, random: np.random.Generator, change: Callable[[str], str]
) -> str:
    """Changes a share of the words, in percent; characters, in a script that puts no spaces."""
    found = Reader().words([text])
    parts, done = [], 0
    for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True):
        parts.append(text[done:start])
        word = text[start:end]
        parts.append(change(word) if random.random() < level / 100 else word)
        done = end
    return "".join((*parts, text[done:]))


HARMS: Mapping[FieldType, Harms] = {
    "image": Harms(
        _decode,
        (
            Corruption("blur", "Blur", "% of the side", (1, 2, 4), _blur),
            Corruption("noise", "Noise", "of 255", (10, 25, 50), _noise),
            Corruption("rotation", "Rotation", "degrees", (5, 15, 30), _rotate),
            Corruption("jpeg", "JPEG", "% quality", (50, 25, 10), _jpeg),
        ),
    ),
    "text": Harms(
        str,
        (
            Corruption("typos", "Typing errors", "% of the letters", (2, 5, 10), _typos),
            Corruption("capitals", "Capitals", "% of the words", (10, 50, 100), _capitals),
            Corruption("left-out", "Words left out", "% of the words", (10, 25, 50), _left_out),
        ),
    ),
}
