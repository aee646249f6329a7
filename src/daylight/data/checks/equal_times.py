"""Times that do not tell in which order things were taken."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, found, passed, skipped

NAME = "equal-times"
MAX_SHARE = 0.5


def look(data: Examined) -> Finding:
    """By neighbours in a history whose times are equal."""
    share = data.taken().facts.get("share_tied")
    if share is None:
        return skipped(NAME, "There are no times.")
    said = f"{share:.0%} of neighbours in a history were taken at the same time."
    if share <= MAX_SHARE:
        return passed(NAME, said)
    fix = (
        "Their order is that of the table: what is called the last may be any. Give finer times, "
        "or test on random ones: --set data.split=random"
    )
    return found(NAME, "warn", said, [data.evidence([], "equal times")], fix=fix)


CHECK = Check(NAME, "Equal times", look, inputs=("history",))
