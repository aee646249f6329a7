"""The training loop keeps its promises where memory is short and where time is."""

import time

import numpy as np
import pytest
import torch
from torch import nn

from daylight.core.context import Context, Decisions
from daylight.core.recipe import resolve
from daylight.core.types import Column, Prepared, Split
from daylight.steps.families import open_family, settings_of
from daylight.training import loop
from daylight.training.checkpoint import load_state, save_state
from daylight.training.network import Network
from daylight.training.settings import Training

TRAINING = Training(epochs=3, batch_size=8, learning_rate=0.05)


def split_of(rows):
    random = np.random.default_rng(rows)
    values = random.normal(size=(rows, 4)).astype(np.float32)
    return Split({"x": Column(values)}, {"target": Column((values[:, 0] > 0).astype(np.int64))})


@pytest.fixture
def prepared():
    return Prepared(
        splits={"train": split_of(40), "validation": split_of(16), "test": split_of(8)},
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("x",),
        answer="label",
        labels=("no", "yes"),
    )


class Greedy(nn.Sequential):
    """Refuses batches of more than ``most`` rows, as a machine without memory does."""

    most = 1000

    def forward(self, x):
        if self.training and len(x) > self.most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried too much")
        return super().forward(x)


def trained(prepared, context, *, most=1000, training=TRAINING, norm=False, dropout=0.1):
    torch.manual_seed(0)
    layers = [nn.Linear(4, 6), nn.BatchNorm1d(6) if norm else nn.Identity(), nn.ReLU()]
    module = Greedy(*layers, nn.Dropout(dropout), nn.Linear(6, 2))
    module.most = most
    network = Network.of(module, prepared, {})
    loop.fit(network, prepared, training, context)
    return {name: value.clone() for name, value in module.state_dict().items()}


def differs_by(one, other):
    return max(float((one[name].float() - other[name].float()).abs().max()) for name in one)


def test_where_memory_is_short_batches_go_through_in_parts_and_it_is_said_once(prepared):
    heard = []
    context = Context(
        decisions=Decisions(), log=lambda event, **fields: heard.append((event, fields))
    )
    trained(prepared, context, most=3)
    assert [fields["parts"] for event, fields in heard if event == "memory"] == [2, 4]
    assert context.decisions.all()["parts as of step 0"] == 4


def test_parts_give_the_gradient_of_the_whole(prepared):
    whole, parts = (
        trained(prepared, Context(decisions=Decisions()), most=most, dropout=0) for most in (9, 3)
    )
    assert 0 < differs_by(whole, parts) < 1e-5


def test_parts_are_replayed_where_memory_is_not_short(prepared):
    decisions = Decisions()
    first = trained(prepared, Context(decisions=decisions), most=3, norm=True)
    again = trained(prepared, Context(decisions=decisions), norm=True)
    assert differs_by(first, again) == 0


def test_a_row_that_does_not_fit_is_an_error(prepared):
    with pytest.raises(RuntimeError, match="allocate memory"):
        trained(prepared, Context(decisions=Decisions()), most=0)


def test_other_errors_of_a_network_are_not_taken_for_want_of_memory(prepared):
    class Broken(Greedy):
        def forward(self, x):
            if self.training:
                raise RuntimeError("shapes do not match")
            return super().forward(x)

    torch.manual_seed(0)
    network = Network.of(Broken(nn.Linear(4, 2)), prepared, {})
    with pytest.raises(RuntimeError, match="shapes"):
        loop.fit(network, prepared, TRAINING, Context(decisions=Decisions()))


def test_a_deadline_ends_training_at_a_step_and_that_is_replayed(prepared, monkeypatch):
    clock = iter(np.arange(0, 1000, 0.25))
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(clock)))
    decisions, steps = Decisions(), []

    def log(event, **fields):
        if event == "batch":
            steps.append(fields)

    long = Training(epochs=200, batch_size=8, learning_rate=0.05)
    hurried = trained(prepared, Context(decisions=decisions, deadline=40.0, log=log), training=long)
    assert 1 <= len(steps) < 200 * 5
    assert decisions.hurried()
    monkeypatch.undo()
    assert differs_by(hurried, trained(prepared, Context(decisions=decisions), training=long)) == 0


def test_a_state_that_the_disk_has_harmed_is_passed_over(tmp_path):
    for number in range(3):
        save_state(tmp_path, {"x": torch.full((5,), float(number))}, {"number": number})
    old, last = sorted(tmp_path.iterdir())
    assert load_state(tmp_path)[1] == {"number": 2}
    harmed = bytearray(last.read_bytes())
    harmed[-1] ^= 1
    last.write_bytes(harmed)
    assert load_state(tmp_path)[1] == {"number": 1}
    old.write_bytes(b"torn")
    assert load_state(tmp_path) is None


def test_time_that_is_up_before_the_first_step_still_gives_a_model(prepared):
    state = trained(prepared, Context(decisions=Decisions(), deadline=time.monotonic()))
    assert all(bool(value.isfinite().all()) for value in state.values())


def test_who_sets_epochs_gets_so_many_whatever_a_family_adds_for_small_data():
    family, asked = open_family("cnn"), {"data": {"path": "photos"}, "model": "cnn"}

    def least(**training):
        return settings_of(family, resolve({**asked, "training": training})).training.min_steps

    assert least() > 0
    assert least(learning_rate=0.01) == least()
    assert least(epochs=3) == 0
    assert least(epochs=3, min_steps=7) == 7
