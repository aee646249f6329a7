"""Processes that train together make the steps of one."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from daylight.core.context import Context
from daylight.models import cnn, gan, transfer
from daylight.training.distributed import Meeting, most_processes
from training import two_processes


@pytest.mark.parametrize("size", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_several_processes_come_to_what_one_comes_to(tmp_path, size):
    meeting = Meeting(two_processes.HOST)
    command = [sys.executable, Path(two_processes.__file__)]
    others = [
        subprocess.Popen([*command, str(rank), str(size), str(meeting.port), tmp_path])
        for rank in range(size)
    ]
    assert [each.wait(timeout=120) for each in others] == [0] * size
    alone = two_processes.train(Context(seed=3))
    found = [load_file(tmp_path / f"{rank}.safetensors") for rank in range(size)]
    for name, weights in alone.items():
        for theirs in found:
            assert torch.equal(theirs[name], found[0][name])
            torch.testing.assert_close(theirs[name], weights, rtol=2e-3, atol=2e-4)


def test_who_shares_a_training_has_a_row_of_every_batch():
    assert most_processes(cnn.Settings(training=two_processes.TRAINING), 50) == 10
    assert most_processes(transfer.Settings(), 10) == 10
    assert most_processes(gan.Settings(), 1000) == 1
