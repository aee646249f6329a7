"""What each item of a history adds to a score that is a sum over them.

Source: Sarwar et al., Item-based collaborative filtering, WWW (2001), section 3.2.
"""

from daylight.explaining.explainer import Attribution, Sums, UnableError
from daylight.explaining.runs import RunSubject


def explain(subject: RunSubject) -> Attribution:
    """The terms of each row's sum."""
    if not isinstance(subject.fitted, Sums):
        raise UnableError("the model's scores are not sums over what it is shown")
    values = subject.fitted.contributions(subject.runs, subject.things)
    return Attribution(subject.column, values, totals=subject.totals())
