"""Pictures that show nothing."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed
from daylight.data.picture_scan import ONE_COLOR

NAME = "one-color"


def look(data: Examined) -> Finding:
    """By the distance between the darkest and the brightest value of any channel."""
    pictures = data.pictured()
    rows = pictures.readable
    rows = rows[pictures.spreads[rows] <= ONE_COLOR]
    if not len(rows):
        return passed(NAME, "No picture is of one color.")
    rows = rows[np.argsort(pictures.spreads[rows], kind="stable")]
    evidence = [data.evidence([row], "of one color") for row in rows.tolist()]
    message = f"{count(len(rows), 'picture')} of one color."
    fix = "Remove them, unless that is what was meant."
    if data.labels:
        fix = "Remove them, unless an empty picture is what their label means."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "One-color pictures", look, inputs=("image",))
