"""Changes of pictures that gradients pass through, so that a generator learns in spite of them.

Source: Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, arXiv:2006.10738.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


def augment(
    pictures: Tensor,
    random: np.random.Generator,
    *,
    translate: float,
    cutout: float,
    color: bool,
) -> Tensor:
    """Changes each picture in a way of its own.

    Args:
        pictures: Float ``(rows, channels, height, width)``, -1 to 1.
        random: Decides; an equal generator changes other pictures alike.
        translate: They move by up to this share of their size; what moves in is 0.
        cutout: Side of the square that becomes 0, as a share of the side; its middle is anywhere.
        color: Whether brightness, saturation and contrast change.
    """
    if color:
        pictures = _recolor(pictures, random)
    if translate:
        pictures = _move(pictures, translate, random)
    if cutout:
        pictures = pictures * _holes(pictures, cutout, random)
    return pictures


def _recolor(pictures: Tensor, random: np.random.Generator) -> Tensor:
    shape = (3, len(pictures), 1, 1, 1)
    brightness, saturation, contrast = torch.from_numpy(random.random(shape, np.float32))
    pictures = pictures + (brightness - 0.5)
    gray = pictures.mean(1, keepdim=True)
    pictures = gray + (pictures - gray) * (2 * saturation)
    mean = pictures.mean((1, 2, 3), keepdim=True)
    recolored: Tensor = mean + (pictures - mean) * (contrast + 0.5)
    return recolored


def _move(pictures: Tensor, share: float, random: np.random.Generator) -> Tensor:
    height, width = pictures.shape[2:]
    down, right = round(share * height), round(share * width)
    padded = functional.pad(pictures, (right, right, down, down))
    tops = random.integers(0, 2 * down + 1, len(pictures)).tolist()
    lefts = random.integers(0, 2 * right + 1, len(pictures)).tolist()
    return torch.stack(
        [
            picture[:, top : top + height, left : left + width]
            for picture, top, left in zip(padded, tops, lefts, strict=True)
        ]
    )


def _holes(pictures: Tensor, share: float, random: np.random.Generator) -> Tensor:
    """0 inside of each picture's square and 1 outside: ``(rows, 1, height, width)``."""
    rows, _, height, width = pictures.shape

    def inside(size: int) -> Tensor:
        middle = random.random((rows, 1)) * size
        covered = np.abs(np.arange(size) + 0.5 - middle) < share * size / 2
        return torch.from_numpy(covered)

    hole = inside(height)[:, :, None] & inside(width)[:, None, :]
    return (~hole)[:, None].to(pictures.dtype)
