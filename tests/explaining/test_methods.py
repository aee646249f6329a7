"""Each method finds reasons that are known."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
import torch
from torch import nn

from daylight.core.context import Context
from daylight.explaining.explainer import UnableError
from daylight.explaining.gradients import network_of
from daylight.explaining.methods import grad_cam, integrated_gradients, occlusion, tree_shap
from daylight.training.trees import Tree, TreeEnsemble
from explaining.made import Bright, Linear, network, pictures, subject, subject_of


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("channels", [1, 3])
def test_integrated_gradients_are_what_they_are_for_a_linear_score(channels):
    """The gradient is the weight times one number, so each pixel gets its share of w(x - x')."""
    values = pictures(5, channels=channels)
    absent = pictures(1, channels=channels, seed=1)[0]
    fitted = network(Linear(values.shape[1:]), values.shape[1:])
    found = integrated_gradients.explain(subject_of(fitted, values, absent=absent))
    weight = fitted.module.scores.weight[0].detach().numpy().reshape(values.shape[1:])
    moved = weight * (values.astype(float) - absent) / 255
    ends = [sigmoid((weight * each / 255).sum(axis=(-3, -2, -1))) for each in (values, absent)]
    change = (ends[0] - ends[1])[:, None, None]
    expected = moved.sum(axis=3) * change / moved.sum(axis=(1, 2, 3))[:, None, None]
    assert np.abs(found.values.values - expected).max() < 1e-4 * np.abs(expected).max() + 1e-7
    assert found.gap < 1e-3


def test_integrated_gradients_of_either_class_are_opposite():
    values = pictures(4)
    fitted = network(Linear(values.shape[1:]), values.shape[1:])
    one = integrated_gradients.explain(subject_of(fitted, values))
    ones = np.ones(4, np.int64)
    other = integrated_gradients.explain(subject_of(fitted, values, classes=ones))
    assert np.allclose(one.values.values, -other.values.values, atol=1e-6)


class Steep(nn.Module):
    """Its answer jumps in a small part of the path, which few points miss."""

    def forward(self, pixels):
        jump = 80 * (pixels.float().mean((1, 2, 3)) / 255 - 0.45)
        return torch.stack([jump, -jump], dim=1)


def test_integrated_gradients_take_as_many_steps_as_they_need(monkeypatch):
    values = np.full((2, 6, 6, 1), 230, np.uint8)
    asked = subject_of(network(Steep(), (6, 6, 1)), values)
    found = integrated_gradients.explain(asked)
    assert found.gap < 0.05
    monkeypatch.setattr(integrated_gradients, "NUM_STEPS", (32,))
    assert integrated_gradients.explain(asked).gap > 0.05


def test_occlusion_finds_the_one_corner_that_an_answer_depends_on():
    values = pictures(6, side=20)
    values[:, :4, :4] = 255

    def bright_corner(pixels):
        return pixels[:, :4, :4].mean(axis=(1, 2, 3)) / 255

    maps = occlusion.explain(subject(values, bright_corner)).values.values
    assert (maps[:, :4, :4].sum(axis=(1, 2)) > 0.5 * maps.sum(axis=(1, 2))).all()
    assert np.abs(maps[:, 8:, :]).max() == np.abs(maps[:, :, 8:]).max() == 0


def test_occlusion_is_negative_where_a_place_speaks_against_the_class():
    values = np.full((2, 10, 10, 1), 200, np.uint8)

    def dark_corner(pixels):
        return 1 - pixels[:, -2:, -2:].mean(axis=(1, 2, 3)) / 255

    maps = occlusion.explain(subject(values, dark_corner)).values.values
    assert (maps[:, -1, -1] < 0).all()
    assert maps.max() == 0


@pytest.mark.parametrize("side", [1, 2, 3, 7, 28])
def test_occlusion_covers_every_pixel_of_any_size(side):
    values = np.full((1, side, side, 1), 255, np.uint8)
    found = occlusion.explain(subject(values, lambda pixels: pixels.mean(axis=(1, 2, 3)) / 255))
    assert found.values.values.shape == (1, side, side)
    assert (found.values.values > 0).all()


def trees(random, *, num_features, num_trees, num_classes=3):
    """Full trees of depth 3 with random splits, whose leaves are shares of a probability."""
    inner, nodes = 7, 15
    here = np.arange(nodes)
    return TreeEnsemble.of(
        [
            Tree(
                np.where(here >= inner, -1, random.integers(0, num_features, nodes)),
                random.integers(0, 255, nodes) + 0.5,
                2 * here + 1,
                2 * here + 2,
                random.dirichlet(np.ones(num_classes), nodes) / num_trees,
            )
            for _ in range(num_trees)
        ],
        "probabilities",
    )


def shapley(value, num_players):
    """By definition: Shapley 1953."""
    found = np.zeros(num_players)
    for player in range(num_players):
        others = [each for each in range(num_players) if each != player]
        for size in range(num_players):
            weight = factorial(size) * factorial(num_players - size - 1) / factorial(num_players)
            for some in combinations(others, size):
                found[player] += weight * (value({*some, player}) - value({*some}))
    return found


@pytest.mark.parametrize("num_trees", [1, 4])
def test_tree_shap_gives_the_shapley_values_of_the_definition(num_trees):
    values = pictures(3, side=2)
    absent = pictures(1, side=2, seed=5)[0]
    fitted = trees(np.random.default_rng(num_trees), num_features=4, num_trees=num_trees)
    classes = np.array([0, 2, 2])
    asked = subject_of(fitted, values, absent=absent, classes=classes)
    found = tree_shap.explain(asked)
    for row in range(3):

        def value(players, row=row):
            shown = np.where(np.isin(np.arange(4), [*players]), values[row].ravel(), absent.ravel())
            rows = np.tile(shown.astype(np.uint8).reshape(2, 2, 1), (3, 1, 1, 1))
            return asked.probabilities(rows)[row]

        assert np.allclose(found.values.values[row].ravel(), shapley(value, 4), atol=1e-6)
    assert found.gap < 1e-5


def test_tree_shap_gives_nothing_to_pixels_that_no_tree_looks_at():
    fitted = trees(np.random.default_rng(0), num_features=10, num_trees=3)
    values = pictures(5, side=6, channels=3)
    maps = tree_shap.explain(subject_of(fitted, values)).values.values
    assert np.abs(maps[:, 1:]).max() == 0
    assert np.abs(maps[:, 0]).max() > 0


def test_trees_whose_answer_is_not_their_sum_are_not_explained_as_if_it_were():
    fitted = trees(np.random.default_rng(0), num_features=36, num_trees=3)
    values = pictures(5, side=6)

    def squared(pixels):
        return subject_of(fitted, pixels).probabilities(pixels) ** 2

    with pytest.raises(UnableError, match="not the sum of what its trees say"):
        tree_shap.explain(subject(values, squared, fitted=fitted))


def test_grad_cam_lies_on_the_map_that_raises_the_score():
    values = np.zeros((3, 12, 12, 1), np.uint8)
    values[:, 2:5, 7:10] = 255
    fitted = network(Bright(), values.shape[1:])
    maps = grad_cam.explain(subject_of(fitted, values)).values.values
    assert maps.shape == (3, 12, 12)
    assert (maps[:, 2:5, 7:10].sum(axis=(1, 2)) > 0.99 * maps.sum(axis=(1, 2))).all()
    against = grad_cam.explain(subject_of(fitted, values, classes=np.ones(3, np.int64)))
    assert np.abs(against.values.values).max() == 0


class Residual(nn.Module):
    """Its last convolution adds nothing; what the block gives is what the answer sees."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 2, 3, padding=1)
        self.block = nn.Identity()
        self.change = nn.Conv2d(2, 2, 1)
        self.scores = nn.Linear(2, 2)

    def forward(self, pixels):
        x = self.first(pixels.permute(0, 3, 1, 2).float())
        return self.scores(self.block(x + 0 * self.change(x)).mean((2, 3)))


class Tokens(nn.Module):
    """A picture cut into patches by a convolution, then attention."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 4, 4, 4)
        self.attend = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.scores = nn.Linear(4, 2)

    def forward(self, pixels):
        x = self.patches(pixels.permute(0, 3, 1, 2).float())
        return self.scores(self.attend(x.flatten(2).mT).mean(1))


class Whole(nn.Module):
    """Looks bytes up in a table, which real numbers cannot."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(256, 2)

    def forward(self, pixels):
        return self.table(pixels.flatten(1).int() if pixels.dtype == torch.uint8 else pixels).mean(
            1
        )


def test_the_last_map_is_the_one_that_the_answer_sees():
    module = Residual()
    assert grad_cam.last_map(module, torch.zeros(1, 8, 8, 1)) is module.block


@pytest.mark.parametrize(
    ("module", "why"), [(Linear((8, 8, 1)), "no convolution"), (Tokens(), "tokens")]
)
def test_grad_cam_says_why_it_cannot(module, why):
    asked = subject_of(network(module, (8, 8, 1)), pictures(2, side=8))
    with pytest.raises(UnableError, match=why):
        grad_cam.explain(asked)


def test_a_network_of_whole_numbers_has_no_gradients():
    asked = subject_of(network(Whole(), (8, 8, 1)), pictures(2, side=8))
    with pytest.raises(UnableError, match="real numbers"):
        network_of(asked)


@pytest.mark.parametrize(
    "fitted",
    [
        network(Tokens(), (8, 8, 1)),
        trees(np.random.default_rng(0), num_features=64, num_trees=3),
    ],
    ids=["network", "trees"],
)
def test_an_equal_model_with_random_parameters_is_another_and_leaves_this_one(fitted):
    shown = subject_of(fitted, pictures(4, side=8))
    before = shown.probabilities(shown.values)
    others = [fitted.redrawn(Context(seed=seed).random("redrawn")) for seed in (1, 1, 2)]
    found = [subject_of(each, shown.values).probabilities(shown.values) for each in others]
    assert (shown.probabilities(shown.values) == before).all()
    assert (found[0] == found[1]).all()
    assert np.abs(found[0] - before).max() > 1e-3
    assert np.abs(found[0] - found[2]).max() > 1e-3
