"""Whether the costs of a recipe are for the labels of its data."""

import math
from collections.abc import Mapping

from daylight.core.errors import DataError
from daylight.core.types import Dataset


def check_costs(costs: Mapping[str, float], dataset: Dataset, answer: str) -> None:
    """Makes sure that the costs of a recipe are for the labels of the data.

    Raises:
        DataError: They are not.
    """
    if not costs:
        return
    labels = dataset.labels if answer == "label" else ()
    if len(labels) != 2:
        raise DataError(
            "data.costs says what wrong answers cost, which takes answers of two labels; "
            f"there are {len(labels)}.",
            hint="Leave out data.costs.",
        )
    if costs.keys() != set(labels) or not all(map(math.isfinite, costs.values())):
        raise DataError(
            f"data.costs names {', '.join(map(repr, costs))}; the labels are "
            f"{', '.join(map(repr, labels))}.",
            hint="Say what it costs to miss each: "
            f'--set data.costs=\'{{"{labels[0]}" = 1, "{labels[1]}" = 5}}\'',
        )
    if not all(costs.values()):
        raise DataError(
            "data.costs has a wrong answer that costs nothing.",
            hint="Give both labels a cost above 0: who never errs on one would answer it always.",
        )
