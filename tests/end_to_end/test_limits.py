"""A limit on memory is kept, and what it stops is said."""

import resource
import subprocess
import sys

import pytest

from daylight.core.errors import ResourceError
from daylight.steps.limits import memory
from end_to_end.conftest import QUICK


def test_more_memory_than_allowed_is_refused_in_words():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    held = 4_000_000_000
    with (
        pytest.raises(ResourceError, match="more memory than the 2 GB allowed") as refused,
        memory(held // 2),
    ):
        bytearray(held)
    assert "--memory" in refused.value.hint
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_refusal_by_torch_is_said_in_the_same_words():
    code = (
        "import torch; from daylight.steps.limits import memory\n"
        "with memory(2_000_000_000): torch.zeros(10**9)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ResourceError: It takes more memory than the 2 GB allowed." in made.stderr


def test_under_a_limit_tables_take_no_more_than_they_hold():
    code = (
        "import re, pyarrow as pa; from daylight.steps.limits import memory\n"
        "with memory(2_000_000_000): table = pa.table({'a': ['x' * 40] * 20_000})\n"
        "print(re.search(r'VmData:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(made.stdout) < 600_000  # kilobytes; Arrow alone would ask for a million ahead


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="something else"), memory(None):
        raise RuntimeError("something else")


def test_a_limit_that_suffices_changes_nothing(daylight, photos):
    assert daylight("train", photos, "-o", "run", *QUICK, "--memory", "20GB").code == 0


@pytest.mark.parametrize("size", ["lots", "1GB2", "10MB", "-3GB", "1.2.3GB"])
def test_a_size_that_cannot_be_is_named(daylight, photos, size):
    outcome = daylight("train", photos, f"--memory={size}")
    assert outcome.code == 2
    assert repr(size) in outcome.err
