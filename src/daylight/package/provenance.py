"""Where a model comes from: data, code, libraries, machine."""

import os
import platform
import sys
from importlib.metadata import distributions

from daylight.core.config import Config


class Provenance(Config):
    """What somebody needs to repeat the training.

    Attributes:
        data_digest: SHA-256 over the bytes of the data.
        lock: Every installed distribution and its version.
        duration_s: Wall time of the fit.
        cpu_time_s: Of this process, all threads.
    """

    data_digest: str
    daylight_version: str
    python: str
    platform: str
    machine: str
    num_cpus: int
    lock: dict[str, str]
    duration_s: float
    cpu_time_s: float


def observe(*, data_digest: str, version: str, duration_s: float, cpu_time_s: float) -> Provenance:
    """Looks at this machine and this environment."""
    lock = {each.metadata["Name"]: each.version for each in distributions()}
    return Provenance(
        data_digest=data_digest,
        daylight_version=version,
        python=platform.python_version(),
        platform=sys.platform,
        machine=platform.machine(),
        num_cpus=os.cpu_count() or 1,
        lock=dict(sorted(lock.items(), key=lambda item: item[0].lower())),
        duration_s=round(duration_s, 3),
        cpu_time_s=round(cpu_time_s, 3),
    )
