"""Files that training could not read: cut short, damaged, empty, or no pictures."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, left_out, passed

NAME = "unreadable"


def look(data: Examined) -> Finding:
    """Takes the reasons from the pass over the pictures, which reads them as training does."""
    reasons = data.pictured().unreadable
    if not reasons:
        return passed(NAME, "Every file can be read.")
    message = f"{count(len(reasons), 'file')} cannot be read."
    return left_out(NAME, data, reasons, message, fix="Replace or remove them")


CHECK = Check(NAME, "Unreadable files", look, inputs=("image",))
