"""Columns of numbers in which some values are words."""

from daylight.core.sections import Evidence, Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "words-among-numbers"


def look(data: Examined) -> Finding:
    """Such values count as missing."""
    mixed = [field for field in data.tabled().fields if field.facts.get("num_words")]
    if not mixed:
        return passed(NAME, "Columns of numbers hold nothing else.")
    evidence = []
    for field in mixed:
        shown = ", ".join(map(repr, field.facts["words"]))
        fact = f"{count(field.facts['num_words'], 'value')} no number: {shown}"
        evidence.append(Evidence(ids=(field.name,), notes=("column",), fact=fact))
    names = ", ".join(field.name for field in mixed[:5])
    message = f"Words stand among the numbers of {names}; they count as missing."
    fix = "Leave the cell empty where a number is missing, or mend it."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Words among numbers", look, inputs=("row",))
