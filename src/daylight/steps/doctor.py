"""doctor: what this machine has, what is missing, and how to get it."""

import os
import platform
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from daylight import __version__
from daylight.data.checks import CHECKS
from daylight.explaining import EXPLAINERS
from daylight.models import FAMILIES
from daylight.tasks import TASKS

_MIN_FREE_BYTES = 2_000_000_000


def examine() -> list[dict[str, str]]:
    """Facts with ``name``, ``state`` and ``hint`` (empty if all is well); imports no framework."""
    facts = [
        _fact("daylight", __version__),
        _fact("python", platform.python_version()),
        _fact("machine", f"{platform.machine()}, {os.cpu_count()} cores, {_memory()}"),
        _disk(),
        _gpu(),
    ]
    return [*facts, *_libraries(), *_broken_entries()]


def _fact(name: str, state: str, hint: str = "") -> dict[str, str]:
    return {"name": name, "state": state, "hint": hint}


def _memory() -> str:
    try:
        size_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "memory unknown"
    return f"{size_bytes / 2**30:.0f} GiB memory"


def _disk() -> dict[str, str]:
    free_bytes = shutil.disk_usage(Path.cwd()).free
    hint = "" if free_bytes > _MIN_FREE_BYTES else "Free some space before you train."
    return _fact("disk", f"{free_bytes / 1e9:.0f} GB free here", hint)


def _gpu() -> dict[str, str]:
    if Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi"):
        return _fact("gpu", "NVIDIA, not used yet", "This version trains on the CPU.")
    return _fact("gpu", "none; training runs on the CPU")


def _libraries() -> list[dict[str, str]]:
    """Each library that Daylight names, with the extra that brings it."""
    facts: dict[str, dict[str, str]] = {}
    for line in requires("daylight") or ():
        found = re.match(r"([A-Za-z0-9_.-]+)", line)
        extra = re.search(r"extra == ['\"](\w+)['\"]", line)
        if not found or found[1] == "daylight" or (extra and extra[1] in ("test", "dev")):
            continue
        name = found[1]
        if name in facts:
            continue
        try:
            facts[name] = _fact(name, version(name))
        except PackageNotFoundError:
            brings = f" (the extra {extra[1]})" if extra else ""
            pip = f"{Path(sys.executable).name} -m pip"
            facts[name] = _fact(name, "missing", f"{pip} install {name}{brings}")
    return list(facts.values())


def _broken_entries() -> list[dict[str, str]]:
    hint = "Mend it, or uninstall the package that brings it."
    return [
        _fact(f"{table.kind} {name}", reason, hint)
        for table in (TASKS, FAMILIES, CHECKS, EXPLAINERS)
        for name, reason in table.broken().items()
    ]
