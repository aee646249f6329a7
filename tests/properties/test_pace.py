"""Choosing how steps run leaves the network, its randomness and the threads as they were."""

import pytest
import torch
from torch import nn

from daylight.core.context import Decisions
from daylight.training import pace
from daylight.training.pace import Pace


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.BatchNorm1d(8), nn.Linear(8, 3))


@pytest.fixture
def measured(monkeypatch):
    """Every step counts as long, and bfloat16 as what the processor computes with."""
    monkeypatch.setattr(pace, "WORTHWHILE_FLOP", 0)
    monkeypatch.setattr(pace, "_has_bfloat16", lambda: True)


BATCH = [torch.ones(5, 6)]


def test_measuring_changes_nothing(network, measured):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    drawn, threads = torch.get_rng_state(), torch.get_num_threads()
    pace.decide(network, BATCH, Decisions())
    assert all(torch.equal(before[name], now) for name, now in network.state_dict().items())
    assert all(each.grad is None for each in network.parameters())
    assert torch.equal(drawn, torch.get_rng_state())
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("fast", [Pace(bfloat16=b, num_threads=1) for b in (False, True)])
def test_the_fastest_way_is_taken(network, measured, monkeypatch, fast):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr(pace, "_seconds", lambda way, *_: 0.5 if way == fast else 1.0)
    assert pace.decide(network, BATCH, Decisions()) == fast


def test_a_small_gain_is_not_taken(network, measured, monkeypatch):
    monkeypatch.setattr(pace, "_seconds", lambda way, *_: 0.95 if way.bfloat16 else 1.0)
    plain = Pace(bfloat16=False, num_threads=torch.get_num_threads())
    assert pace.decide(network, BATCH, Decisions()) == plain


def test_a_short_step_and_a_processor_without_bfloat16_stay_in_float32(network, monkeypatch):
    monkeypatch.setattr(pace, "_seconds", lambda way, *_: 0.001 if way.bfloat16 else 1.0)
    assert not pace.decide(network, BATCH, Decisions()).bfloat16
    monkeypatch.setattr(pace, "WORTHWHILE_FLOP", 0)
    monkeypatch.setattr(pace, "_has_bfloat16", lambda: False)
    assert not pace.decide(network, BATCH, Decisions()).bfloat16


def test_what_was_decided_is_replayed(network, tmp_path):
    other = Pace(bfloat16=True, num_threads=7)
    decisions = Decisions(tmp_path / "decisions.json", scope="cnn")
    decisions.decide("pace", other.to_dict)
    again = Decisions(tmp_path / "decisions.json", scope="cnn")
    assert pace.decide(network, BATCH, again) == other
    assert list(again.all()) == ["cnn.pace"]


def test_bfloat16_gives_float32_near_the_exact_answer(network):
    network.eval()
    exact = Pace(bfloat16=False, num_threads=1).forward(network, BATCH)
    rounded = Pace(bfloat16=True, num_threads=1).forward(network, BATCH)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, exact)
    torch.testing.assert_close(rounded, exact, rtol=0.05, atol=0.05)
