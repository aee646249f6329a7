"""Trees answer as the library that grew them does, here and exported."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split
from daylight.models import boosted_trees, decision_tree, random_forest
from daylight.runtime.engines import open_graph
from daylight.training.trees import Tree, TreeEnsemble, rounded_down

NUMBERS = st.floats(-1e6, 1e6)
NUM_CLASSES = 4


def pictures(rows=90, classes=(0, 1, 3), seed=0):
    """Blurred patterns of some of four classes: the vocabulary's class 2 is never shown."""
    random = np.random.default_rng(seed)
    target = np.array(classes)[np.arange(rows) % len(classes)]
    middles = np.random.default_rng(1).integers(60, 200, (NUM_CLASSES, 5, 4, 1))
    pixels = (middles[target] + random.normal(0, 40, (rows, 5, 4, 1))).clip(0, 255).astype(np.uint8)
    return pixels, target


def prepared(**options):
    def split(seed):
        pixels, target = pictures(seed=seed, **options)
        return Split({"pixels": Column(pixels)}, {"target": Column(target)})

    return Prepared(
        splits={"train": split(0), "validation": split(1), "test": split(2)},
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("pixels",),
        answer="label",
        labels=tuple("abcd"),
    )


def answers(model, pixels):
    return model.predict({"pixels": Column(pixels)})["probabilities"].values


def exported(model, pixels, tmp_path):
    model.export(tmp_path)
    [found] = open_graph((tmp_path / "model.onnx").read_bytes(), name="model.onnx")([pixels])
    return found


FITS = {
    "random-forest": lambda data: random_forest.fit(
        data, random_forest.Settings(num_trees=7), Context()
    ),
    "decision-tree": lambda data: decision_tree.fit(data, decision_tree.Settings(), Context()),
    "boosted-trees": lambda data: boosted_trees.fit(
        data, boosted_trees.Settings(rounds=7, feature_share=1.0), Context()
    ),
}

every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)


@every_fit
@pytest.mark.parametrize("classes", [(0, 1, 3), (0, 3), (0,)], ids=len)
def test_classes_that_train_lacks_are_never_answered(fit, classes, tmp_path):
    model = fit(prepared(classes=classes))
    pixels, target = pictures(seed=2, classes=classes)
    found = answers(model, pixels)
    assert found.shape == (len(pixels), NUM_CLASSES)
    assert np.abs(found.sum(axis=1) - 1).max() <= 1e-6
    assert found[:, [c for c in range(NUM_CLASSES) if c not in classes]].max() <= 1e-9
    assert np.mean(found.argmax(axis=1) == target) > 0.7
    assert np.abs(found - exported(model, pixels, tmp_path)).max() <= 1e-6


@every_fit
def test_so_few_examples_that_no_tree_can_split_give_the_shares_of_the_classes(fit, tmp_path):
    model = fit(prepared(rows=3, classes=(0, 1)))
    pixels, _ = pictures(seed=2)
    found = answers(model, pixels)
    assert np.abs(found.sum(axis=1) - 1).max() <= 1e-6
    assert np.abs(found - exported(model, pixels, tmp_path)).max() <= 1e-6


def test_a_forest_answers_as_scikit_learn_does():
    data = prepared()
    pixels, _ = pictures(seed=2)
    model = random_forest.fit(data, random_forest.Settings(num_trees=7), Context())
    train = data.splits["train"]
    theirs = RandomForestClassifier(
        7, min_samples_leaf=2, random_state=Context().key("forest") % 2**32
    ).fit(train.inputs["pixels"].values.reshape(90, -1), train.targets["target"].values)
    expected = theirs.predict_proba(pixels.reshape(90, -1))
    assert np.abs(answers(model, pixels)[:, [0, 1, 3]] - expected).max() <= 1e-6


def test_boosted_trees_answer_as_lightgbm_does(monkeypatch):
    import lightgbm

    grown = []
    train = lightgbm.train
    monkeypatch.setattr(lightgbm, "train", lambda *a, **k: grown.append(train(*a, **k)) or grown[0])
    model = FITS["boosted-trees"](prepared())
    pixels, _ = pictures(seed=2)
    expected = grown[0].predict(pixels.reshape(90, -1), num_iteration=grown[0].best_iteration)
    assert np.abs(answers(model, pixels) - expected).max() <= 1e-6


@given(arrays.arrays(np.float64, 20, elements=NUMBERS), arrays.arrays(np.float32, 20))
def test_a_rounded_threshold_sends_every_float32_to_the_same_side(thresholds, rows):
    rows = np.concatenate([rows, thresholds.astype(np.float32)])
    thresholds = np.concatenate([thresholds, thresholds])
    rounded = rounded_down(thresholds)
    assert rounded.dtype == np.float32
    assert ((rows.astype(float) <= thresholds) == (rows <= rounded)).all()


@pytest.mark.parametrize("alpha", [0.0, 0.005, 0.02, 0.05, 0.2])
@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99))
def test_the_subtrees_that_pruning_passes_are_those_of_scikit_learn(alpha, seed):
    pixels, target = pictures(seed=seed)
    rows = pixels.reshape(len(pixels), -1)
    options = {"min_samples_leaf": 2, "random_state": 0}
    grown = DecisionTreeClassifier(**options).fit(rows, target)
    expected = DecisionTreeClassifier(ccp_alpha=alpha, **options).fit(rows, target)
    whole = Tree.of_sklearn(grown, leaves=grown.tree_.value[:, 0, :])
    passed = list(decision_tree.subtrees(whole, decision_tree.node_risk(grown), 1000))
    assert [int((each.feature < 0).sum()) for each in passed][-1] == 1
    [same] = [each for each in passed if (each.feature < 0).sum() == expected.get_n_leaves()]
    found = TreeEnsemble.of([same], votes="probabilities")
    assert np.abs(answers(found, pixels) - expected.predict_proba(rows)).max() <= 1e-6


@pytest.mark.parametrize("max_leaves", [1, 2, 5])
def test_a_tree_has_no_more_leaves_than_are_allowed(max_leaves):
    model = decision_tree.fit(prepared(), decision_tree.Settings(max_leaves=max_leaves), Context())
    assert (model.feature < 0).sum() <= max_leaves
    assert len(model.feature) == 2 * (model.feature < 0).sum() - 1
