"""Where a model comes from: data, code, libraries, machine."""

import os
import platform
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from daylight.core.config import Config
from daylight.core.hashing import sha256_file, sha256_json
from daylight.package import processor


class Environment(Config):
    """What, beside data and recipe, decides which bytes come of a training.

    Attributes:
        code_digest: SHA-256 over names and bytes of Daylight's own source files.
        lock: Every installed distribution and its version.
        cpu: The processor's name.
        instructions: Its instruction sets that decide which kernels run; with ``cpu`` its class.
        num_threads: That libraries were given to compute with.
    """

    daylight_version: str
    code_digest: str
    python: str
    lock: dict[str, str]
    platform: str
    machine: str
    cpu: str
    instructions: tuple[str, ...]
    num_threads: int


class Provenance(Config):
    """What somebody needs to repeat the training.

    Attributes:
        data_digest: SHA-256 over the bytes of the data.
        duration_s: Wall time of the fit.
        cpu_time_s: Of this process, all threads.
    """

    data_digest: str
    environment: Environment
    num_cpus: int
    duration_s: float
    cpu_time_s: float


def observe(*, data_digest: str, version: str, duration_s: float, cpu_time_s: float) -> Provenance:
    """Looks at this machine and this environment."""
    return Provenance(
        data_digest=data_digest,
        environment=environment(version),
        num_cpus=os.cpu_count() or 1,
        duration_s=round(duration_s, 3),
        cpu_time_s=round(cpu_time_s, 3),
    )


def environment(version: str) -> Environment:
    """What there is now.

    Args:
        version: Of Daylight.
    """
    lock = {each.metadata["Name"]: each.version for each in distributions()}
    facts = processor.facts()
    return Environment(
        daylight_version=version,
        code_digest=code_digest(),
        python=platform.python_version(),
        lock=dict(sorted(lock.items(), key=lambda item: item[0].lower())),
        platform=sys.platform,
        machine=platform.machine(),
        cpu=processor.model(facts),
        instructions=processor.instructions(facts),
        num_threads=processor.num_threads(),
    )


@cache
def code_digest() -> str:
    """SHA-256 over names and bytes of Daylight's source files, as this process found them."""
    root = Path(__file__).parents[1]
    files = sorted(root.rglob("*.py"))
    return sha256_json([(path.relative_to(root).as_posix(), sha256_file(path)) for path in files])
