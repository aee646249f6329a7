"""Networks over rows are trained for probabilities that are right."""

import numpy as np
import pytest
import torch

from contracts.conftest import make_run
from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.errors import TrainingError
from daylight.core.sections import TrainedSection
from daylight.models.tabm import Bins, Shared
from daylight.steps.pipeline import advance, start
from daylight.training.heads import head
from tiny import FAST, TINY


def test_numbers_are_shown_as_how_far_they_reach_into_their_bins():
    bins = Bins(np.array([1]), 4, 1)
    bins.measure(np.array([[9, 0], [9, 1], [9, 3]], np.float32))
    with torch.no_grad():
        bins.weight.copy_(torch.tensor([[[1.0], [10.0], [0.0], [0.0]]]))
        bins.bias.zero_()
    rows = torch.tensor([[9.0, value] for value in (-5, 0, 0.5, 1, 2, 3, 50)])
    assert bins(rows).flatten().tolist() == [0, 0, 0.5, 1, 6, 11, 11]


def test_a_number_of_few_values_has_fewer_bins_and_one_value_has_none():
    bins = Bins(np.array([0, 1]), 8, 3)
    bins.measure(np.array([[0, 7], [1, 7], [1, 7], [2, 7]], np.float32))
    assert (bins.width > 0).sum(dim=1).tolist() == [2, 0]
    assert bins(torch.zeros(1, 2)).isfinite().all()


def test_members_differ_from_the_first_layer_on_and_share_its_weights():
    layer = Shared(5, 4, 3, is_first=True)
    found = layer(torch.ones(1, 1, 5))
    assert found.shape == (1, 3, 4)
    assert sum(each.numel() for each in layer.parameters()) == 5 * 4 + 3 * (5 + 4 + 4)
    assert not torch.allclose(found[0, 0], found[0, 1])


def test_each_member_learns_by_itself_and_all_answer_together():
    raw = torch.tensor([[[2.0, 0.0], [0.0, 2.0]]])
    alone = [head("label").loss(raw[:, m], torch.tensor([1]), 0.0) for m in range(2)]
    together = head("label").loss(raw, torch.tensor([1]), 0.0)
    assert float(together) == pytest.approx(float(sum(alone)) / 2)
    assert head("label").finish(raw)[0][0].tolist() == pytest.approx([0.5, 0.5])
    numbers = torch.tensor([[1.0, 3.0]])
    assert float(head("real").loss(numbers, torch.tensor([2.0]), 0.0)) == 1
    assert head("real").finish(numbers)[0].tolist() == [2.0]


def measures(data, output, family, overrides=()):
    """By which metrics the epochs of a training were compared."""
    recipe = recipes.resolve(
        {"data": {"path": str(data)}, "model": family}, [*FAST[family], *overrides]
    )
    run = start(recipe, output, Context())
    advance(run, Context(), through="train")
    return {epoch.measure for epoch in run.read(TrainedSection).curve}


@pytest.mark.parametrize("family", ["mlp", pytest.param("tabm", marks=pytest.mark.slow)])
def test_the_best_epoch_is_told_by_log_loss(tmp_path, family):
    data = TINY["tabular-classification"](tmp_path / "data")
    assert measures(data, tmp_path / "run", family) == {"Log loss"}
    asked = ["training.best_by=accuracy"]
    assert measures(data, tmp_path / "other", family, asked) == {"Accuracy"}


def test_a_metric_of_another_answer_is_refused(tmp_path):
    data = TINY["tabular-classification"](tmp_path / "data")
    with pytest.raises(TrainingError, match="best_by is rmse") as refused:
        make_run(data, tmp_path / "run", "mlp", ["training.best_by=rmse"])
    assert "log_loss" in refused.value.hint
