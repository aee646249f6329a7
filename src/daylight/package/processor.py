"""Which processor this is: what of it decides the last bits of a sum."""

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

CPUINFO = Path("/proc/cpuinfo")

_KERNELS = re.compile(r"s?sse|avx|amx|fma|f16c")
"""Of x86's many flags, the instruction sets by which libraries pick their kernels."""


def model(facts: Mapping[str, str]) -> str:
    """Its name, as its maker gives it; on ARM its maker's and part's codes.

    >>> model({"CPU implementer": "0x41", "CPU part": "0xd0c"})
    '0x41 0xd0c'
    """
    codes = " ".join(facts[key] for key in ("CPU implementer", "CPU part") if key in facts)
    return facts.get("model name") or codes or platform.processor() or platform.machine()


def instructions(facts: Mapping[str, str]) -> tuple[str, ...]:
    """The instruction sets that decide which kernels run, sorted.

    >>> instructions({"flags": "fpu vme sse2 avx2 aes"})
    ('avx2', 'sse2')
    """
    if flags := facts.get("flags"):
        return tuple(sorted(flag for flag in flags.split() if _KERNELS.match(flag)))
    if features := facts.get("Features"):  # ARM
        return tuple(sorted(features.split()))
    found = np.show_config(mode="dicts") or {}
    extensions = found.get("SIMD Extensions", {})
    return tuple(sorted((*extensions.get("baseline", ()), *extensions.get("found", ()))))


def facts() -> dict[str, str]:
    """What Linux says of the first processor; nothing elsewhere. Source: proc_cpuinfo(5)."""
    try:
        text = CPUINFO.read_text("utf-8", "replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}


def num_threads() -> int:
    """How many threads libraries are given to compute with: as was asked for, else one a CPU.

    Source: OpenMP 5.2, section 21.2, OMP_NUM_THREADS (a list is of nested levels).
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if asked.isdecimal() and int(asked):
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
