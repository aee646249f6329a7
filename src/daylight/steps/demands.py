"""Whether a package keeps to what a person demands of it: its license, its size, its latency."""

import shlex
import time
from pathlib import Path
from statistics import median

from daylight.core.errors import ResourceError
from daylight.core.recipe import Limits
from daylight.core.rows import size
from daylight.core.run import Run
from daylight.core.types import Columns
from daylight.models import FAMILIES
from daylight.package.package import Package
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.packaging import packed, with_license

NUM_ASKED = 21
"""Questions of which the first warms up."""


def latency_ms(package: Path, inputs: Columns) -> float:
    """Milliseconds of one answer, raw inputs asked one by one; the median.

    Args:
        package: Is opened before the clock starts.
        inputs: Of the program's fields; the first ``NUM_ASKED`` rows are used.
    """
    model = Predictor.of(Package.open(package))
    times = []
    for row in range(min(NUM_ASKED, len(next(iter(inputs.values()))))):
        one = {name: column.slice(row, row + 1) for name, column in inputs.items()}
        start = time.perf_counter()
        model.predict_columns(one)
        times.append(1000 * (time.perf_counter() - start))
    return median(times[1:] or times)


def license_refusal(limits: Limits, license_name: str) -> str:
    """Why a license is not accepted, with the license; empty if it is."""
    if not limits.licenses or license_name.lower() in map(str.lower, limits.licenses):
        return ""
    return f"its license, {license_name}, is none of {', '.join(limits.licenses)}"


def size_refusal(limits: Limits, size_bytes: int) -> str:
    """Why a size is not accepted, with the number; empty if it is."""
    if limits.size_bytes is None or size_bytes <= limits.size_bytes:
        return ""
    return f"its package takes {size(size_bytes)}, more than the {size(limits.size_bytes)} allowed"


def latency_refusal(limits: Limits, measured_ms: float) -> str:
    """Why a latency is not accepted, with the number; empty if it is."""
    if limits.latency_ms is None or measured_ms <= limits.latency_ms:
        return ""
    return f"an answer takes {measured_ms:.3g} ms, more than the {limits.latency_ms:.3g} ms allowed"


def check_package(run: Run) -> None:
    """Refuses the run's package if it is over a limit of the recipe.

    Raises:
        ResourceError: Names the limit and the number.
    """
    limits, package = run.recipe.limits, Package.open(run.package)
    refusals = [
        license_refusal(limits, with_license(FAMILIES[packed(run).model], run.package).license),
        size_refusal(limits, package.manifest.size_bytes),
    ]
    if limits.latency_ms is not None:
        inputs = benchmark(run, "validation", at_most=NUM_ASKED).inputs()
        refusals.append(latency_refusal(limits, latency_ms(run.package, inputs)))
    if found := [each for each in refusals if each]:
        raise ResourceError(
            f"The model is not accepted: {'; '.join(found)}.",
            hint="Let another be found within the limits: daylight choose "
            f"{shlex.quote(run.recipe.data.path)} -o NEW-FOLDER; or allow more.",
        )
