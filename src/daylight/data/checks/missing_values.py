"""Columns of which much is missing."""

from daylight.core.sections import Evidence, Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "missing-values"
MAX_SHARE = 0.5


def look(data: Examined) -> Finding:
    """By share; that a value is missing is learned from, too."""
    rows = data.tabled()
    shares = {field.name: float(rows.missing(field).mean()) for field in rows.fields}
    much = sorted((name for name in shares if shares[name] > MAX_SHARE), key=lambda n: -shares[n])
    if not much:
        some = [share for share in shares.values() if share]
        if not some:
            return passed(NAME, "No value is missing.")
        most = max(some)
        message = f"{count(len(some), 'column')} lack values, {most:.1%} at most."
        return passed(NAME, message.replace("1 column lack ", "1 column lacks "))
    evidence = [
        Evidence(ids=(name,), notes=("column",), fact=f"{shares[name]:.1%} missing")
        for name in much
    ]
    message = f"More than half of the values are missing in {', '.join(much[:5])}."
    fix = "Find out why: if it is known only afterwards, leave it out with data.drop."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Missing values", look, inputs=("row",))
