"""Sheets of pictures that were drawn, and of the training pictures that they are nearest to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.png import data_uri
from daylight.core.sections import Figure
from daylight.core.types import Columns
from daylight.metrics.image import COPY_QUANTILE, NEAR_COPIES

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_COLUMNS = 10
MAX_LABELS = 20
NUM_UNLABELLED = 6
"""Strips of pictures that have no label."""

SPREADS = 1.645
"""Standard errors above the expected share up to which near copies are chance: of 20 models that
copy nothing, 19 stay below."""


def samples(
    targets: Columns,
    outputs: Columns,
    labels: Sequence[str],  # noqa: ARG001 - one signature
) -> Figure:
    """The first drawn pictures of each label that was asked for; not chosen for their looks."""
    pictures = as_bytes(outputs["image"].values)
    asked = np.asarray(targets["asked"].values)
    names = np.unique(asked).tolist()
    if len(names) > 1:
        rows = [
            _strip(name, pictures[np.flatnonzero(asked == name)[:NUM_COLUMNS]])
            for name in names[:MAX_LABELS]
        ]
    else:
        some = pictures[: NUM_COLUMNS * NUM_UNLABELLED]
        starts = range(0, len(some), NUM_COLUMNS)
        rows = [_strip("", some[start : start + NUM_COLUMNS]) for start in starts]
    note = "The first of each, not chosen for their looks."
    if len(names) > MAX_LABELS:
        note += f" {MAX_LABELS} of {len(names)} labels are shown."
    return Figure(
        name="samples",
        title="Drawn pictures",
        kind="pictures",
        data={"rows": rows, "note": note},
    )


def nearest(
    targets: Columns,
    outputs: Columns,
    labels: Sequence[str],  # noqa: ARG001 - one signature
) -> Figure:
    """The drawn pictures that are nearest to a training picture, above that picture."""
    closest = np.argsort(outputs["nearest_distance"].values, kind="stable")[:NUM_COLUMNS]
    drawn = as_bytes(outputs["image"].values[closest])
    rows = [
        _strip("Drawn", drawn),
        _strip("Nearest in train", outputs["nearest_image"].values[closest]),
    ]
    return Figure(
        name="nearest",
        title="Drawn pictures that are nearest to a training picture",
        kind="pictures",
        data={"rows": rows, "note": _verdict(targets, outputs)},
    )


def _verdict(targets: Columns, outputs: Columns) -> str:
    rows = len(outputs["image"])
    [share] = NEAR_COPIES.score(targets, outputs, np.ones((1, rows))).tolist()
    found = (
        f"{share * 100:.1f} % of the drawn pictures lie nearer to a training picture than "
        f"{(1 - COPY_QUANTILE) * 100:.0f} % of the real test pictures do; of pictures that copy "
        f"nothing, about {COPY_QUANTILE * 100:.0f} % would."
    )
    # The limit and the share are both measured, on as many pictures each.
    spread = (2 * COPY_QUANTILE * (1 - COPY_QUANTILE) / rows) ** 0.5
    if share <= COPY_QUANTILE + SPREADS * spread:
        return f"{found} So there is no sign of copying."
    if share <= 2 * COPY_QUANTILE:
        return f"{found} A little more may come of drawing what is typical: look at the pairs."
    return f"{found} It may be copying: look at the pairs."


def as_bytes(pictures: "Array") -> "Array":
    """Numbers from 0 to 1 to uint8, as answers are shown."""
    rounded: Array = (np.asarray(pictures) * 255).round().astype(np.uint8)
    return rounded


def _strip(title: str, pictures: "Array") -> dict[str, object]:
    """Uint8 ``(count, height, width, channels)`` side by side as one picture."""
    strip = np.concatenate(list(pictures), axis=1)
    return {
        "title": title,
        "uri": data_uri(strip),
        "count": len(pictures),
        "height_px": strip.shape[0],
        "width_px": strip.shape[1],
    }
