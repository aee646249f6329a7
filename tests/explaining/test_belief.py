"""How far an explanation can be believed is measured, and the measure can fail."""

from functools import partial

import numpy as np
import pytest

from daylight.core.context import Context
from daylight.core.types import Column
from daylight.explaining.deletion import NUM_SHARES, curves, judged, random_curves
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.methods import integrated_gradients, occlusion
from daylight.explaining.random_model import check, correlation
from explaining.made import Linear, network, pictures, subject, subject_of


def random(*purpose):
    return Context(seed=3).random(*purpose)


def of_corner(pixels):
    """The probability depends on the top left corner only."""
    return pixels[:, :5, :5].mean(axis=(1, 2, 3)) / 255


def corner(rows=32, side=14):
    values = pictures(rows, side=side)
    return subject(values, of_corner)


def measured(asked, maps, purpose="faithful"):
    return faithfulness(asked, maps, random("orders"), random(purpose))


def faithfulness(asked, maps, orders, draw):
    of = partial(curves, asked)
    maps = np.asarray(maps, np.float32)
    return judged(of(maps, draw), random_curves(of, asked.level, orders), draw)


def test_an_explanation_that_names_the_reason_is_more_faithful_than_a_random_order():
    asked = corner()
    maps = np.zeros(asked.values.shape[:3])
    maps[:, :5, :5] = asked.values[:, :5, :5, 0]
    found = measured(asked, maps)
    assert found.verdict == "more faithful than a random order"
    assert found.low > 0
    assert found.gain == pytest.approx(found.random_area - found.area)
    assert measured(asked, -maps).verdict == "less faithful than a random order"


def test_an_explanation_drawn_at_random_is_not_detectably_better():
    asked = corner()
    maps = np.random.default_rng(0).normal(size=asked.values.shape[:3])
    found = measured(asked, maps)
    assert found.verdict == "no detectable difference"
    assert found.low <= 0 <= found.high


def test_a_random_explanation_is_called_faithful_about_as_rarely_as_promised():
    """A 95 % interval leaves out 0 on either side in 2.5 % of cases; 9 of 100 would be too many."""
    asked = corner(rows=24, side=8)
    called = []
    for seed in range(100):
        maps = np.random.default_rng(seed).normal(size=asked.values.shape[:3])
        found = faithfulness(asked, maps, random("orders", seed), random("draw", seed))
        called.append(found.verdict)
    assert called.count("more faithful than a random order") < 9
    assert called.count("less faithful than a random order") < 9
    assert called.count("no detectable difference") < 100


def test_nothing_is_faithful_to_a_model_that_looks_at_nothing():
    asked = subject(pictures(32, side=14), lambda pixels: np.full(len(pixels), 0.7))
    for maps in (occlusion.explain(asked).values.values, asked.values[..., 0]):
        found = measured(asked, maps)
        assert found.verdict == "no detectable difference"
        assert (found.gain, found.low, found.high) == (0, 0, 0)


def test_few_examples_give_no_verdict():
    asked = corner(rows=19)
    maps = np.zeros(asked.values.shape[:3])
    maps[:, :5, :5] = 1
    found = measured(asked, maps)
    assert found.low > 0
    assert found.verdict == "no detectable difference"
    assert "Only 19 examples" in found.caution


def test_one_example_can_be_measured():
    found = measured(corner(rows=1), np.zeros((1, 14, 14)))
    assert np.isfinite([found.gain, found.low, found.high]).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (14, 14), (28, 17), (40, 64)])
def test_curves_go_from_the_whole_picture_to_none_of_it(height, width):
    values = np.full((4, height, width, 3), 255, np.uint8)
    asked = subject(values, lambda pixels: pixels.mean(axis=(1, 2, 3)) / 255)
    found = measured(asked, np.random.default_rng(0).random((4, height, width)))
    assert len(found.shares) == len(found.curve) == len(found.random_curve) == NUM_SHARES + 1
    assert (found.shares[0], found.shares[-1]) == (0, 1)
    assert found.curve[0] == found.random_curve[0] == 1
    assert found.curve[-1] == found.random_curve[-1] == 0
    assert list(found.curve) == sorted(found.curve, reverse=True)


def test_the_same_seed_measures_the_same():
    asked = corner()
    maps = np.random.default_rng(0).normal(size=asked.values.shape[:3])
    assert measured(asked, maps) == measured(asked, maps)


class Edges:
    """A method that does not look at the model: what differs from the mean is important."""

    def explain(self, asked):
        apart = np.abs(asked.values.astype(float) - asked.absent).sum(axis=3)
        return Attribution("pixels", Column(apart.astype(np.float32)))


def test_a_method_that_shows_the_same_of_any_model_is_found_out():
    fitted = network(Linear((12, 12, 1)), (12, 12, 1))
    asked = subject_of(fitted, pictures(16))
    shown = Edges().explain(asked)
    found = check(Edges(), asked, shown, random("check"))
    assert found.similarity == pytest.approx(1)
    assert found.verdict == "much the same for a random model"


def test_a_method_that_shows_what_was_learned_depends_on_the_model():
    fitted = network(Linear((12, 12, 1)), (12, 12, 1))
    asked = subject_of(fitted, pictures(16))
    shown = integrated_gradients.explain(asked)
    found = check(integrated_gradients, asked, shown, random("check"))
    assert found.verdict == "depends on the model"
    assert found.low <= found.similarity <= found.high < 0.5
    assert check(integrated_gradients, asked, shown, random("check")) == found


def test_a_model_that_cannot_be_drawn_anew_is_not_checked():
    asked = corner()
    with pytest.raises(UnableError, match="random parameters"):
        check(occlusion, asked, occlusion.explain(asked), random("check"))


def test_explanations_that_are_equal_everywhere_are_not_compared():
    fitted = network(Linear((12, 12, 1)), (12, 12, 1))
    asked = subject_of(fitted, pictures(4))
    flat = Attribution("pixels", Column(np.zeros((4, 12, 12), np.float32)))
    with pytest.raises(UnableError, match="equal everywhere"):
        check(integrated_gradients, asked, flat, random("check"))


def test_correlation_is_that_of_ranks_row_by_row():
    one = np.random.default_rng(0).normal(size=(3, 4, 4))
    found = correlation(one, np.stack([np.exp(one[0]), -one[1], np.zeros((4, 4))]))
    assert found[:2] == pytest.approx([1, -1])
    assert np.isnan(found[2])
