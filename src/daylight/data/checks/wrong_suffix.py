"""Files whose name says another format than their content."""

from PIL import Image

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "wrong-suffix"

_SAME = {"MPO": "JPEG"}
"""Photos of many telephones are a JPEG with a preview behind it."""


def look(data: Examined) -> Finding:
    """A suffix that is not known to Pillow says nothing."""
    formats = Image.registered_extensions()
    pictures = data.pictured()
    evidence = []
    for row, (path, content) in enumerate(zip(pictures.paths, pictures.formats, strict=True)):
        said = formats.get(path.suffix.lower())
        if content and said and _SAME.get(content, content) != said:
            evidence.append(data.evidence([row], f"{content} by content, not {path.suffix}"))
    if not evidence:
        return passed(NAME, "Every file is what its name says.")
    message = f"{count(len(evidence), 'file')} of another format than the name says."
    fix = "Daylight reads them by content; rename them for the sake of other programs."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Wrong suffix", look, inputs=("image",))
