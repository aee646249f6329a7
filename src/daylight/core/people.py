"""What ``evaluate`` finds that people who are judged by a model want to know."""

from daylight.core.config import Config


class Measure(Config):
    """A value with its 95 % interval; ``None`` where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


class GroupRates(Config):
    """How the examples of one group are answered.

    Attributes:
        selected: Share that is answered with the label.
        true_positive: The same of those whose label it is.
        false_positive: The same of all others.
    """

    group: str
    num_examples: int
    selected: Measure
    true_positive: Measure
    false_positive: Measure


class Fairness(Config):
    """Whether groups of a sensitive column are treated alike.

    Attributes:
        attribute: The column.
        label: The answer that is looked at.
        parity: Largest difference between groups in ``selected``: demographic parity is 0.
        odds: The larger one of the largest differences in both other rates: equalised odds are 0.
    """

    attribute: str
    label: str
    groups: tuple[GroupRates, ...]
    parity: Measure
    odds: Measure


class Spread(Config):
    """How far from an answer the truth may be.

    Attributes:
        level: Share of the truths that should be within.
        half_width: To both sides of the answer, in the target's unit.
        num_calibrated: Validation examples that it comes from.
        coverage: Share of test examples that were within.
    """

    level: float
    half_width: float
    num_calibrated: int
    coverage: Measure
