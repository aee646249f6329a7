"""What a network sees in answers that are pictures: the columns that their metrics compare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.config import convert
from daylight.core.errors import MissingExtraError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column, Columns
from daylight.data.benchmark import Benchmark
from daylight.metrics.image import squared_distances
from daylight.metrics.image_figures import as_bytes
from daylight.runtime.inputs import TEXT
from daylight.runtime.operations import OPERATIONS

if TYPE_CHECKING:
    from daylight.core.types import Array

SIDE = 96
"""Pixels to which pictures are brought, real and drawn ones alike."""

NUM_AXES = 64
"""A covariance of all 1,280 features would need many more pictures than a test split has."""

CHUNK = 512

EXTRACTORS = {"efficientnet-lite0": "daylight.training.backbones.efficientnet_lite0"}
"""Names of answer kinds' ``features`` to modules; torch is loaded only if one is needed."""


def check_installed(answer: str) -> None:
    """Makes sure, before anything is trained, that answers of this kind can be measured.

    Raises:
        MissingExtraError: The network that looks at them is not installed.
    """
    if name := ANSWER_KINDS[answer].features:
        _open(name)


def with_features(
    on: Benchmark, targets: Columns, answers: Sequence[Columns]
) -> tuple[Columns, list[Columns]]:
    """Adds what metrics need to targets and answers; nothing, if they compare them as they are.

    Added to both are ``features``, float64 ``(rows, axes)``, and ``nearest_distance``,
    ``(rows,)``, to the training pictures; to targets ``asked``, the label of the prompt; to answers
    ``nearest_image``, the training picture that is nearest, uint8.

    Raises:
        MissingExtraError: The network that looks at them is not installed.
    """
    name = ANSWER_KINDS[on.answer].features
    if not name:
        return targets, list(answers)
    num_pictures = len(on.reference_targets()) + len(on.rows) * (1 + len(answers))
    view = _View.over(on, _extractor(name, num_pictures))
    [key] = ANSWER_KINDS[on.answer].outputs
    seen = view.columns(targets["target"])
    found: list[Columns] = [{**each, **view.answer_columns(each[key].values)} for each in answers]
    return {**targets, **seen, "asked": _asked(on)}, found


def _asked(on: Benchmark) -> Column:
    labels = [name for name, column in on.inputs().items() if column.values.dtype == TEXT]
    if labels:
        return on.inputs()[labels[0]]
    return Column(np.full(len(on.rows), "", TEXT))


def _open(name: str) -> Any:
    try:
        module = import_module(EXTRACTORS[name])
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"Pictures are compared by {name}, which needs {error.name}.",
            hint="Install Daylight with its extras train and pretrained; the README says how.",
        ) from None
    return module.pretrained(SIDE)


def _extractor(name: str, num_pictures: int) -> "Callable[[Array], Array]":
    backbone = _open(name)
    from daylight.training.backbones.backbone import Extractor  # noqa: PLC0415 - needs torch

    like = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    return Extractor(backbone, like=like, num_pictures=num_pictures)


@dataclass(frozen=True, slots=True)
class _View:
    """Pictures as points: their features on the principal axes of the training pictures.

    Attributes:
        mean: Of the training pictures' features.
        axes: Shape ``(features, axes)``; divided by the square root of the training pictures' total
            variance, so that theirs becomes 1.
        reference: The training pictures, as paths and as points.
    """

    extract: "Callable[[Array], Array]"
    mean: "Array"
    axes: "Array"
    reference: "tuple[Column, Array]"

    @classmethod
    def over(cls, on: Benchmark, extract: "Callable[[Array], Array]") -> "_View":
        """The view that the benchmark's training pictures give."""
        paths = on.reference_targets()
        features = _features(extract, paths)
        mean = features.mean(axis=0)
        _, spread, axes = np.linalg.svd(features - mean, full_matrices=False)
        kept = min(NUM_AXES, len(features) - 1)
        total = float((spread[:kept] ** 2).sum()) / max(1, len(features) - 1)
        scaled = axes[:kept].T / max(total, 1e-12) ** 0.5
        return cls(extract, mean, scaled, (paths, (features - mean) @ scaled))

    def columns(self, pictures: Column) -> dict[str, Column]:
        """What is added to real and drawn pictures alike."""
        points = self._points(pictures)
        distances, _ = self._nearest(points)
        return {"features": Column(points), "nearest_distance": Column(distances)}

    def answer_columns(self, drawn: "Array") -> dict[str, Column]:
        """The same, with the training picture that is nearest to each."""
        pictures = np.empty(len(drawn), object)
        pictures[:] = [
            each.squeeze(-1) if each.shape[-1] == 1 else each for each in as_bytes(drawn)
        ]
        points = self._points(Column(pictures))
        distances, nearest = self._nearest(points)
        height, width, channels = drawn.shape[1:]
        paths, _ = self.reference
        read = _reader(height, width, "gray" if channels == 1 else "rgb")
        return {
            "features": Column(points),
            "nearest_distance": Column(distances),
            "nearest_image": read(paths.take(nearest))[0],
        }

    def _points(self, pictures: Column) -> "Array":
        points: Array = (_features(self.extract, pictures) - self.mean) @ self.axes
        return points

    def _nearest(self, points: "Array") -> "tuple[Array, Array]":
        """Distance and place of the nearest training picture."""
        distances, places = np.empty(len(points)), np.empty(len(points), np.int64)
        for start in range(0, len(points), CHUNK):
            some = slice(start, start + CHUNK)
            apart = squared_distances(points[some], self.reference[1])
            places[some] = apart.argmin(axis=1)
            distances[some] = np.sqrt(apart.min(axis=1))
        return distances, places


def _features(extract: "Callable[[Array], Array]", pictures: Column) -> "Array":
    """Features of paths or arrays, float64 ``(rows, features)``; read piece by piece."""
    read = _reader(SIDE, SIDE, "rgb")
    parts = [
        extract(read(pictures.slice(start, start + CHUNK))[0].values)
        for start in range(0, len(pictures), CHUNK)
    ]
    return np.concatenate(parts).astype(np.float64)


def _reader(height: int, width: int, mode: str) -> Any:
    operation = OPERATIONS["image"]
    parameters = {"height": height, "width": width, "mode": mode}
    return operation.open(convert(operation.parameters, parameters, where="image"), _no_file)


def _no_file(name: str) -> bytes:
    raise FileNotFoundError(name)
