"""What every method of explanation promises, of every family that it can explain."""

import io
import json
import shutil
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import daylight
from contracts.conftest import PAIRS, make_run, marked, prepared_of
from daylight.cli.main import main
from daylight.core.config import decode
from daylight.core.context import Context
from daylight.core.errors import MissingExtraError
from daylight.core.explained import ExplainedSection
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.sections import TrainedSection
from daylight.explaining import EXPLAINERS
from daylight.explaining.explainer import ABILITIES, UnableError
from daylight.explaining.texts import MAX_PLACES, pieces_of
from daylight.package.manifest import read_manifest, seal
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.explain import explain
from daylight.steps.explaining import (
    attribute,
    load_fitted,
    methods_for,
    open_method,
    picture_column,
    prove,
    subject_of,
)
from daylight.tasks import TASKS
from tiny import reviews

HAS_METHODS = [pair for pair in PAIRS if methods_for(TASKS[pair[0]])]
EXPLAINED = [pair for pair in HAS_METHODS if TASKS[pair[0]].input == "image"]
ROWS = [pair for pair in HAS_METHODS if TASKS[pair[0]].input == "row"]
TEXTS = [pair for pair in HAS_METHODS if TASKS[pair[0]].input == "text"]
RUNS = [pair for pair in HAS_METHODS if TASKS[pair[0]].input == "history"]
CERTAIN = {
    ("contributions", "ease"),
    ("contributions", "item-knn"),
    ("leave-one-out", "ease"),
    ("word-contributions", "tfidf-linear"),
    ("word-contributions", "naive-bayes-svm"),
    ("word-occlusion", "tfidf-linear"),
    ("word-occlusion", "naive-bayes-svm"),
    ("integrated-gradients", "single-layer"),
    ("integrated-gradients", "cnn"),
    ("grad-cam", "cnn"),
    ("tree-shap", "random-forest"),
    ("occlusion", "single-layer"),
    ("occlusion", "cnn"),
    ("occlusion", "random-forest"),
}
"""Methods that must explain a family; of others they may say why they cannot."""

LEARNING = ("fasttext", "static-embedding", "text-cnn", "text-rnn", "text-transfer", "transformer")
"""Networks over words, which learn enough of tiny data to rest on what is planted in it."""

CERTAIN_OF_ROWS = {
    ("linear-terms", "linear"),
    ("tree-shap", "boosted-trees"),
    ("tree-shap", "decision-tree"),
    ("occlusion", "linear"),
    ("occlusion", "boosted-trees"),
    ("occlusion", "svm"),
    ("occlusion", "mlp"),
    ("tree-shap", "random-forest"),
}


def subject_for(run, *, rows=6):
    """Some test examples, with the mean of train and the proven model."""
    splits = prepared_of(run).splits
    predictor = Predictor.open(run.package)
    name = picture_column(splits["train"].inputs)
    absent = splits["train"].inputs[name].values.mean(axis=0).round().astype(np.uint8)
    shown = {name: splits["test"].inputs[name].slice(0, rows)}
    found = subject_of(predictor, shown, absent)
    return prove(load_fitted(predictor.package), found, predictor)


@pytest.fixture(params=map(marked, EXPLAINED))
def pair(request):
    return request.param


@pytest.fixture
def explained(pair, trained):
    """A run of a task that has methods, and its family."""
    return trained(*pair), pair[1]


@pytest.fixture
def able(explained):
    """What is explained, beside each method that can."""
    run, family = explained
    found = []
    for spec in methods_for(TASKS[run.recipe.task]):
        try:
            subject = subject_for(run)
            attribute(spec, subject)
        except UnableError as error:
            assert (spec.name, family) not in CERTAIN, error
        else:
            found.append((spec, subject))
    return found


@pytest.mark.parametrize("spec", EXPLAINERS.values(), ids=EXPLAINERS)
def test_a_method_is_for_known_kinds_and_asks_for_what_a_model_can_have(spec):
    assert set(spec.inputs) <= set(INPUT_KINDS)
    assert set(spec.answers) <= set(ANSWER_KINDS)
    assert spec.asks == "answers" or spec.asks in ABILITIES
    assert callable(open_method(spec).explain)
    assert spec.sentence.endswith(".")


def test_values_are_finite_and_one_for_each_place_of_each_row(able):
    for spec, asked in able:
        found = attribute(spec, asked)
        assert found.column == asked.column
        assert found.values.values.shape == asked.values.shape[:3]
        assert found.values.values.dtype == np.float32
        assert spec.signed or (found.values.values >= 0).all()


def test_explaining_twice_gives_the_same_bytes(able):
    for spec, asked in able:
        one, other = (attribute(spec, asked).values.values.tobytes() for _ in range(2))
        assert one == other


def test_a_row_is_explained_alike_alone_and_among_others(able):
    for spec, asked in able:
        one = replace(asked, values=asked.values[1:2], classes=asked.classes[1:2])
        among, alone = (attribute(spec, each).values.values for each in (asked, one))
        assert np.abs(among[1] - alone[0]).max() <= 1e-3 * np.abs(among).max() + 1e-6


def test_values_add_up_where_that_is_promised(able):
    for spec, asked in able:
        gap = attribute(spec, asked).gap
        assert gap is None or gap < 0.05


def test_nothing_is_written_into_what_is_explained(able):
    for spec, asked in able:
        before = asked.values.tobytes(), asked.absent.tobytes()
        answers = asked.probabilities(asked.values)
        attribute(spec, asked)
        assert (asked.values.tobytes(), asked.absent.tobytes()) == before
        assert (asked.probabilities(asked.values) == answers).all()


def test_every_method_was_used_or_says_why_not(explained):
    run, family = explained
    found = {each.method: each for each in run.read(ExplainedSection).explanations}
    assert list(found) == [spec.name for spec in methods_for(TASKS[run.recipe.task])]
    for each in found.values():
        assert bool(each.skipped) == (each.faithfulness is None)
        assert bool(each.skipped) == (not each.examples)
        if not each.skipped:
            assert (each.random_model is None) == bool(each.unchecked)
        assert not (each.skipped and (each.method, family) in CERTAIN)


@pytest.mark.parametrize("pair", list(map(marked, ROWS)))
def test_what_columns_say_adds_up_and_the_answer_falls_without_them(pair, trained):
    run = trained(*pair)
    section = run.read(ExplainedSection)
    specs = methods_for(TASKS[pair[0]])
    assert [each.method for each in section.explanations] == [spec.name for spec in specs]
    used = [each for each in section.explanations if not each.skipped]
    assert {each.method for each in used} >= {m for m, f in CERTAIN_OF_ROWS if f == pair[1]}
    names = {field.name for field in Predictor.open(run.package).package.program.fields}
    for each in used:
        assert each.gap is None or each.gap < 1e-3
        assert each.faithfulness.curve[-1] == pytest.approx(each.faithfulness.random_curve[-1])
        assert {place.name for place in each.importance} <= names
        for example in each.examples:
            values = [place.value for place in example.places]
            assert values == sorted(values, reverse=True)
            assert {place.name for place in example.places} <= names
    if used:
        typical = json.loads((run.package / "explain" / "typical-row.json").read_text())
        assert typical.keys() == names


@pytest.mark.parametrize("method", ["", "tree-shap", "occlusion"])
def test_a_row_of_ones_own_is_explained_by_its_columns(method, trained, capsys):
    run = trained("tabular-classification", "boosted-trees")
    row = {"since": "2020-02-03", "age": 20, "income": None, "job": "nurse"}
    main(
        [
            "predict",
            str(run.path),
            json.dumps(row),
            "--json",
            *["--explain", method][: 1 + bool(method)],
        ]
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["method"] in ("tree-shap", "occlusion")
    assert answer["because"].keys() <= row.keys()


@pytest.mark.parametrize("pair", list(map(marked, RUNS)))
def test_what_speaks_for_a_list_is_what_it_falls_without(pair, trained):
    section = trained(*pair).read(ExplainedSection)
    specs = methods_for(TASKS[pair[0]])
    assert [each.method for each in section.explanations] == [spec.name for spec in specs]
    used = [each for each in section.explanations if not each.skipped]
    assert {each.method for each in used} >= {m for m, f in CERTAIN if f == pair[1]}
    labels = set(Predictor.open(trained(*pair).package).package.labels)
    for each in used:
        assert each.gap is None or each.gap < 1e-3
        assert each.faithfulness.curve[0] == pytest.approx(1)
        assert each.faithfulness.curve[-1] == pytest.approx(0)
        assert each.examples
        for example in each.examples:
            values = [place.value for place in example.places]
            assert values == sorted(values, reverse=True)
            assert {example.label, *(place.name for place in example.places)} <= labels


@pytest.mark.parametrize("pair", list(map(marked, TEXTS)))
def test_every_word_of_a_text_says_how_much_it_speaks_for_the_class(pair, trained):
    run = trained(*pair)
    used = [each for each in run.read(ExplainedSection).explanations if not each.skipped]
    assert {each.method for each in used} >= {m for m, f in CERTAIN if f == pair[1]}
    texts = dict(zip(benchmark(run).column("id"), benchmark(run).column("text"), strict=True))
    for each in used:
        assert each.gap is None or each.gap < 1e-3
        if (each.method, pair[1]) in CERTAIN:
            assert each.faithfulness.curve[0] >= each.faithfulness.curve[-1]
        for example in each.examples:
            assert "".join(word.name for word in example.words) == texts[example.id]
            assert each.gap is None or any(word.value for word in example.words)


@pytest.mark.slow
@pytest.mark.parametrize("family", LEARNING)
def test_without_the_words_that_networks_rest_on_their_answers_fall(family, tmp_path):
    """Faster than without any others, on average over texts: of one, they may make anything."""
    data = reviews(tmp_path / "data", each=75)
    run = make_run(data, tmp_path / "run", family, ["training.min_steps=150"])
    [found] = [each for each in run.read(ExplainedSection).explanations if not each.skipped]
    assert found.faithfulness.low > 0, found.faithfulness
    assert found.faithfulness.curve[0] > found.faithfulness.curve[-1]


def test_long_texts_and_odd_ones_are_cut_into_few_pieces_that_make_up_the_whole():
    texts = ["", "...", "  two  words ", "电影很好看", "word " * 500, "\n"]
    pieces = pieces_of(texts)
    lengths = np.diff(pieces.offsets)
    assert lengths.max() == MAX_PLACES
    assert lengths.min() == 1
    parts = [pieces.texts[a:b] for a, b in pairwise(pieces.offsets.tolist())]
    assert ["".join(part) for part in parts] == texts
    assert parts[2] == ("  two  ", "words ")


def test_what_speaks_for_a_text_is_said_by_the_command(trained, capsys):
    run = trained("text-classification", "tfidf-linear")
    text = "a lovely film, not awful"
    main(["predict", str(run.path), "--explain", "word-contributions", "--", text])
    assert "for it: " in capsys.readouterr().out
    main(["predict", str(run.path), "--json", "--explain=", "--", text])
    found = json.loads(capsys.readouterr().out)
    assert "".join(word["name"] for word in found["words"]) == text
    values = {word["name"].strip(): word["value"] for word in found["words"]}
    assert values["lovely"] * values["awful"] < 0


def test_a_task_without_methods_is_explained_by_none(run):
    if not methods_for(TASKS[run.recipe.task]):
        assert run.read(ExplainedSection).explanations == ()


def test_a_model_that_is_shown_nothing_is_not_explained(trained):
    section = trained("image-classification", "majority").read(ExplainedSection)
    assert section.num_examples == 0
    assert {each.skipped for each in section.explanations} == {"the model is not shown a picture"}


def test_what_was_found_cites_the_model_and_makes_no_new_one(run):
    section = run.read(ExplainedSection)
    assert section.model_digest == run.read(TrainedSection).model_digest
    assert section.model_digest == read_manifest(run.package).model_digest


def test_run_and_package_hold_the_same_files(run):
    folders = [run.path / "explain", run.package / "explain"]
    one, other = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in folders
    )
    assert one == other
    data = (run.package / "explain" / "explanations.json").read_bytes()
    section = decode(ExplainedSection, data, where="explanations.json")
    assert section.explanations == run.read(ExplainedSection).without_texts().explanations


def test_every_picture_is_there_and_numbers_go_with_them(explained):
    run, _ = explained
    for each in run.read(ExplainedSection).explanations:
        for example in each.examples:
            with Image.open(run.path / "explain" / example.picture) as image:
                assert image.width > image.height
            assert 0 < example.probability <= 1
        if each.examples:
            maps = np.load(run.path / "explain" / each.method / "attributions.npy")
            assert len(maps) == len(each.examples)
            assert np.isfinite(maps).all()


def test_explaining_a_run_again_finds_the_same_and_leaves_nothing_over(explained, tmp_path):
    run, _ = explained
    copy = type(run)(shutil.copytree(run.path, tmp_path / "run"))
    for place in ("explain", "package/explain"):
        (copy.path / place / "of-an-older-method.png").write_bytes(b"old")
    seal(copy.package, version=daylight.__version__)
    before = copy.read(ExplainedSection)
    assert explain(copy, Context()) == before
    for place in ("explain", "package/explain"):
        assert not (copy.path / place / "of-an-older-method.png").exists()
    assert (
        Predictor.open(copy.package).package.manifest
        == Predictor.open(run.package).package.manifest
    )


def test_a_model_that_answers_otherwise_than_its_package_is_not_explained(trained):
    run = trained("image-classification", "random-forest")
    asked = subject_for(run)
    other = asked.fitted.redrawn(np.random.default_rng(0))
    with pytest.raises(UnableError, match="answers otherwise than the package"):
        prove(other, asked, Predictor.open(run.package))


def test_a_method_whose_library_is_missing_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "shap", None)
    monkeypatch.delitem(sys.modules, EXPLAINERS["tree-shap"].module, raising=False)
    with pytest.raises(MissingExtraError, match="shap") as refused:
        open_method(EXPLAINERS["tree-shap"])
    assert refused.value.library == "shap"
    assert "extra explain" in refused.value.hint


def test_the_mean_picture_is_what_the_model_would_be_shown(explained):
    run, family = explained
    if run.read(ExplainedSection).num_examples:
        data = (run.package / "explain" / "mean-picture.png").read_bytes()
        splits = prepared_of(run).splits
        pixels = splits["train"].inputs[picture_column(splits["train"].inputs)].values
        with Image.open(io.BytesIO(data)) as image:
            shown = np.asarray(image).reshape(pixels.shape[1:])
        assert (shown == pixels.mean(axis=0).round()).all()
    else:
        assert family == "majority"
