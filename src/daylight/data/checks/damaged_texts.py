"""Texts that were read in a wrong encoding, here or long before, or are not in UTF-8."""

import re

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "damaged-texts"

_CANDIDATE = re.compile(r"[\u00c2-\u00f4][^\x00-\x7f]{1,3}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def look(data: Examined) -> Finding:
    """Looks for what is left of lost characters, for UTF-8 read as Latin-1, and control signs."""
    texts = data.written()
    damage = {row: why for row, text in enumerate(texts) if (why := damage_of(text))}
    others = {name: num for name, num in data.encodings.items() if name != "utf-8"}
    evidence = [data.evidence([row], why) for row, why in damage.items()]
    says = [f"{count(num, 'file')} read as {name}" for name, num in others.items()]
    if damage:
        says.insert(0, f"{count(len(damage), 'text')} with damaged characters")
    if not says:
        return passed(NAME, "No text looks as if its encoding was mistaken.")
    fix = "Save the originals as UTF-8, and look whether all characters are right."
    return found(NAME, "warn", f"{'; '.join(says)}.", evidence, fix=fix)


def damage_of(text: str) -> str:
    r"""What is wrong, for a person; empty if nothing is.

    >>> damage_of("cafÃ©"), damage_of("caf\ufffd"), damage_of("café")
    ('“Ã©” should be “é”', 'a character was lost (�)', '')
    """
    if "\ufffd" in text:
        return "a character was lost (\ufffd)"
    for match in _CANDIDATE.finditer(text):
        for end in range(match.end(), match.start() + 1, -1):
            found = text[match.start() : end]
            if (meant := _meant(found)) is not None:
                return f"“{found}” should be “{meant}”"
    if control := _CONTROL.search(text):
        return f"a control character, {control[0]!r}"
    return ""


def _meant(found: str) -> str | None:
    """One character, if these are its bytes in UTF-8, taken for Windows-1252 or Latin-1."""
    for encoding in ("cp1252", "latin-1"):
        try:
            meant = found.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if len(meant) == 1:
            return meant
    return None


CHECK = Check(NAME, "Damaged texts", look, inputs=("text",))
