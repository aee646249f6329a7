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


class Costs(Config):
    """What wrong answers cost, where there are two labels.

    Attributes:
        positive: The label that costs more to miss.
        other: The other label.
        missed: What it costs to answer ``other`` where ``positive`` is true.
        false_alarm: The reverse.
        threshold: Probability from which on ``positive`` is answered; more than 1 is never.
        cost: Of an answer, on average.
        plain: The same if the more probable label were answered.
        saved: ``plain`` less ``cost``, paired by example.
        baseline: What the baseline's answers cost.
        thresholds: From 0 to 1.
        test: What an answer would cost at each of them, on the examples that were measured.
        validation: The same where the threshold was chosen.
    """

    positive: str
    other: str
    missed: float
    false_alarm: float
    threshold: float
    cost: Measure
    plain: Measure
    saved: Measure
    baseline: Measure
    thresholds: tuple[float, ...]
    test: tuple[float, ...]
    validation: tuple[float, ...] = ()


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
