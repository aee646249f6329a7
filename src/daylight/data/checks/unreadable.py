"""Files that training could not read: cut short, damaged, empty, or no pictures."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "unreadable"


def look(data: Examined) -> Finding:
    """Takes the reasons from the pass over the pictures, which reads them as training does."""
    reasons = data.pictured().unreadable
    if not reasons:
        return passed(NAME, "Every file can be read.")
    evidence = [data.evidence([row], reason) for row, reason in reasons.items()]
    message = f"{count(len(reasons), 'file')} cannot be read."
    if data.skips_unreadable:
        fix = "They are left out, as the recipe says; replace them if they are missed."
        return found(NAME, "warn", message, evidence, fix=fix)
    fix = "Replace or remove them, or leave them out: --set data.unreadable=skip"
    return found(NAME, "fail", message, evidence, fix=fix)


CHECK = Check(NAME, "Unreadable files", look, inputs=("image",))
