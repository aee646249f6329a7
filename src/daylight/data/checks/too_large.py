"""Pictures of so many pixels that decoding them would take the memory of the machine."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, left_out, passed

NAME = "too-large"


def look(data: Examined) -> Finding:
    """Only headers were read: a file of a few kilobytes can claim billions of pixels."""
    reasons = data.pictured().too_large
    if not reasons:
        return passed(NAME, "No picture is too large to be decoded.")
    message = f"{count(len(reasons), 'picture')} would take too much memory and cannot be read."
    return left_out(NAME, data, reasons, message, fix="Scale them down or remove them")


CHECK = Check(NAME, "Decompression bombs", look, inputs=("image",))
