"""Pictures of several frames or pages, of which the first is used."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "animated"


def look(data: Examined) -> Finding:
    """Animated GIF, PNG and WebP, and TIFF of several pages."""
    rows = np.flatnonzero(data.pictured().animated).tolist()
    if not rows:
        return passed(NAME, "Every picture has one frame.")
    evidence = [data.evidence([row], "several frames") for row in rows]
    message = f"{count(len(rows), 'picture')} with several frames; only the first is used."
    fix = "Save the frames that matter as pictures of their own."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Several frames", look, inputs=("image",))
