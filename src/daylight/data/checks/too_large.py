"""Pictures of so many pixels that decoding them would take the memory of the machine."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "too-large"


def look(data: Examined) -> Finding:
    """Only headers were read: a file of a few kilobytes can claim billions of pixels."""
    reasons = data.pictured().too_large
    if not reasons:
        return passed(NAME, "No picture is too large to be decoded.")
    evidence = [data.evidence([row], reason) for row, reason in reasons.items()]
    message = f"{count(len(reasons), 'picture')} would take too much memory and cannot be read."
    if data.skips_unreadable:
        fix = "They are left out, as the recipe says; scale them down if they are missed."
        return found(NAME, "warn", message, evidence, fix=fix)
    fix = "Scale them down or remove them, or leave them out: --set data.unreadable=skip"
    return found(NAME, "fail", message, evidence, fix=fix)


CHECK = Check(NAME, "Decompression bombs", look, inputs=("image",))
