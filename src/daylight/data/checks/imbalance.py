"""Classes of very different size, of which a model may forget the small ones."""

import math
from collections import Counter

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, found, passed

NAME = "imbalance"
MAX_RATIO = 10.0


def look(data: Examined) -> Finding:
    """By the ratio of the largest class to the smallest.

    The effective number of classes is the exponential of the entropy of their shares (Hill,
    Ecology 54 (1973), order 1): as many equal classes would be as hard to guess.
    """
    counts = Counter(data.labels).most_common()
    (most, largest), (least, smallest) = counts[0], counts[-1]
    ratio = largest / smallest
    shares = [number / len(data.labels) for _, number in counts]
    effective = math.exp(-sum(share * math.log(share) for share in shares))
    sizes = (
        f"the largest class is {ratio:.1f} times the smallest; {len(counts):,} classes count as "
        f"{effective:.1f} equal ones."
    )
    if ratio < MAX_RATIO:
        return passed(NAME, f"Classes are balanced well enough: {sizes}")
    message = f"{most} has {largest:,} examples, {least} {smallest:,}: {sizes}"
    fix = "Look at the scores by class, and at macro F1 rather than accuracy; add rare examples."
    return found(NAME, "warn", message, [], fix=fix)


CHECK = Check(NAME, "Imbalance", look, answers=("label",))
