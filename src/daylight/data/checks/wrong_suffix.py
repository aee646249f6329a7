"""Files whose name says another format than their content."""

from pathlib import PurePath

from PIL import Image

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "wrong-suffix"

_SAME = {"MPO": "JPEG"}
"""Photos of many telephones are a JPEG with a preview behind it."""


def look(data: Examined) -> Finding:
    """A suffix that is not known to Pillow says nothing."""
    formats = Image.registered_extensions()
    evidence = []
    for row, content in enumerate(data.pictured().formats):
        suffix = _suffix(data.ids[row])
        said = formats.get(suffix)
        if content and said and _SAME.get(content, content) != said:
            evidence.append(data.evidence([row], f"{content} by content, not {suffix}"))
    if not evidence:
        return passed(NAME, "Every file is what its name says.")
    message = f"{count(len(evidence), 'file')} of another format than the name says."
    fix = "Daylight reads them by content; rename them for the sake of other programs."
    return found(NAME, "warn", message, evidence, fix=fix)


def _suffix(name: str) -> str:
    """A row of a table may carry ``#<number>`` behind the name."""
    return PurePath(name).suffix.lower().partition("#")[0]


CHECK = Check(NAME, "Wrong suffix", look, inputs=("image",))
