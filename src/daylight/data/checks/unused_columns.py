"""Columns that are not learned from."""

from daylight.core.sections import Evidence, Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "unused-columns"

_WHY = {
    "identifiers": "names the rows: nearly every value is another",
    "texts": "holds free text",
    "one value": "holds the same value everywhere",
    "nothing": "is empty",
}


def look(data: Examined) -> Finding:
    """Those that the recipe drops are not told again."""
    unused = [field for field in data.tabled().unused if field.facts["holds"] != "sensitive"]
    if not unused:
        return passed(NAME, "Every column is learned from.")
    evidence = [
        Evidence(
            ids=(field.name,),
            notes=("column",),
            fact=_WHY.get(field.facts["holds"], "has a name that is kept for other uses"),
        )
        for field in unused
    ]
    names = ", ".join(field.name for field in unused[:5])
    message = f"{count(len(unused), 'column')} left out: {names}."
    fix = "Make numbers, categories or dates of what they hold, if it matters."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Unused columns", look, inputs=("row",))
