"""Trained twice from the same data, recipe, choice and decisions, a model has the same bytes."""

import json
import shutil

import msgspec
import pytest

import daylight as public
from contracts.conftest import PAIRS
from daylight.cli.main import main
from daylight.core import recipe as recipes
from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.errors import DataError, IntegrityError, OutputError
from daylight.core.recipe import Limits
from daylight.core.reproduced import ReproducedSection
from daylight.core.sections import CheckedSection, TrainedSection
from daylight.package import processor
from daylight.package.manifest import read_manifest, seal
from daylight.steps.pipeline import advance, start
from daylight.steps.reproduce import reproduce
from daylight.training import loop, pace
from end_to_end.conftest import contents
from tiny import FAST, TINY

SOON = {"mlp", "random-forest", "boosted-trees", "svm", "linear"}
"""Families that the default suite trains twice; the others take longer."""


def is_quick(task, family):
    return task == "image-classification" and family in SOON


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, id="-by-".join(pair), marks=() if is_quick(*pair) else pytest.mark.slow)
        for pair in PAIRS
    ],
)
def test_a_model_that_is_trained_again_has_the_same_bytes(pair, trained):
    run = trained(*pair)
    found = reproduce(run, Context())
    assert found.verdict == "same bytes"
    assert found.changes == found.decided_anew == ()
    assert found.model_digest == read_manifest(run.package).model_digest
    assert {"package/program.json", "baseline/program.json"} <= found.files.keys()
    assert found == run.read(ReproducedSection)


@pytest.fixture
def photos(tmp_path):
    return TINY["image-classification"](tmp_path / "photos")


def trained_only(data, output, model):
    recipe = recipes.resolve({"data": {"path": str(data)}, "model": model}, FAST.get(model, ()))
    run = start(recipe, output, Context())
    advance(run, Context(), through="train")
    return run


@pytest.fixture
def tree(photos, tmp_path):
    return trained_only(photos, tmp_path / "run", "decision-tree")


@pytest.fixture
def network(photos, tmp_path):
    return trained_only(photos, tmp_path / "run", "mlp")


def code_of(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main([str(each) for each in arguments])
    return stopped.value.code


def test_card_and_report_say_so_until_another_model_is_trained(tree, photos):
    advance(tree, Context())
    pages = [tree.package / "README.md", tree.package / "report.html", tree.path / "report.html"]

    def told():
        return ["Trained twice, same bytes, on " in page.read_text() for page in pages]

    assert told() == [False] * 3
    assert public.reproduce(tree.path).verdict == "same bytes"
    assert told() == [True] * 3
    assert json.loads((tree.package / "reproduce.json").read_bytes())["verdict"] == "same bytes"
    (photos / "class 0" / "1.png").unlink()
    advance(tree, Context())
    assert told() == [False] * 3


def test_a_changed_picture_is_named_before_anything_is_trained(tree, photos, capsys):
    picture = photos / "class 1" / "3.png"
    picture.write_bytes((photos / "class 0" / "3.png").read_bytes())
    before = contents(tree.path)

    def log(event, /, **fields):
        assert event != "step"

    with pytest.raises(DataError, match=f"Changed since then: {picture}"):
        reproduce(tree, Context(log=log))
    assert code_of("reproduce", tree.path) == 2
    assert str(picture) in capsys.readouterr().err
    assert contents(tree.path) == before


def changed_environment(run, **changes):
    """The run's package, as if it had been made elsewhere."""
    file = run.package / "provenance.json"
    provenance = json.loads(file.read_bytes())
    provenance["environment"] |= changes
    file.write_text(json.dumps(provenance))
    seal(run.package, version=public.__version__)


def test_other_versions_and_hardware_are_named_before_and_after(tree, capsys):
    provenance = json.loads((tree.package / "provenance.json").read_bytes())
    lock = {**provenance["environment"]["lock"], "numpy": "1.0", "gone": "3.1"}
    changed_environment(tree, lock=lock, cpu="Another", code_digest="0" * 64, instructions=["x"])
    main(["reproduce", str(tree.path)])
    printed = capsys.readouterr()
    assert "not the same: versions: numpy was 1.0, is " in printed.err
    found = tree.read(ReproducedSection)
    changes = {(change.of, change.name): change for change in found.changes}
    assert changes.keys() == {
        ("code", "Daylight's source"),
        ("versions", "gone"),
        ("versions", "numpy"),
        ("hardware", "cpu"),
        ("hardware", "instructions"),
    }
    assert changes["versions", "gone"].second == ""
    assert changes["hardware", "cpu"].first == "Another"
    assert found.verdict == "same bytes"
    assert "with other code and hardware and versions." in printed.out


def test_another_decision_is_named_and_what_came_of_it_is_measured(network, capsys):
    file = network.path / "decisions.json"
    decisions = json.loads(file.read_bytes())
    decisions["mlp.pace"]["bfloat16"] ^= True
    file.write_text(json.dumps(decisions))
    assert code_of("reproduce", network.path) == 2
    found = network.read(ReproducedSection)
    assert [(change.of, change.name) for change in found.changes] == [("decisions", "mlp.pace")]
    assert '"bfloat16":false' in found.changes[0].first
    assert '"bfloat16":true' in found.changes[0].second
    assert found.verdict != "same bytes"
    assert not found.files["package/model.safetensors"]
    assert 0 < found.largest_weight_difference < 1
    assert 0 < found.largest_answer_difference < 1
    assert found.score.metric == "accuracy"
    assert "what else is not the same: decisions." in capsys.readouterr().err


def test_what_the_clock_decided_is_replayed_and_not_measured_again(network, monkeypatch):
    def measured(*_):
        raise AssertionError

    monkeypatch.setattr(pace, "_fastest", measured)
    assert reproduce(network, Context()).verdict == "same bytes"


def test_an_end_that_a_deadline_brought_nearer_is_replayed_without_it(photos, tmp_path):
    long = ["training.epochs=100000", "settings.units=16"]
    recipe = recipes.resolve({"data": {"path": str(photos)}, "model": "mlp"}, long)
    run = start(recipe, tmp_path / "run", Context())
    advance(run, Context(), through="prepare")
    advance(run, Context().within(1.0), through="train")
    decided = json.loads((run.package / "decisions.json").read_bytes())
    assert [name for name in decided if name.startswith("mlp.ends ")]
    found = reproduce(run, Context())
    assert found.verdict == "same bytes"
    assert found.changes == found.decided_anew == ()


def test_a_model_that_won_a_race_is_trained_again_without_another_race(photos, tmp_path):
    recipe = recipes.resolve({"data": {"path": str(photos)}})
    run = start(recipe, tmp_path / "run", Context(), raced=True)
    advance(run, Context(), through="check")
    won = ChosenSection(
        model="decision-tree", settings={"max_leaves": 4}, training={}, reason="it won a race"
    )
    run.write(won, after=(CheckedSection,))
    advance(run, Context(), through="train")
    assert run.recipe.model == ""
    slower = msgspec.structs.replace(run.recipe, limits=Limits(latency_ms=1e-6))
    run.recipe_file.write_bytes(slower.to_json())  # as on a machine that takes longer to answer
    found = reproduce(run, Context())
    assert found.verdict == "same bytes"
    assert run.read(TrainedSection).model == "decision-tree"


def test_decisions_that_are_gone_are_made_anew_and_named(network):
    (network.path / "decisions.json").unlink()
    found = reproduce(network, Context())
    assert "mlp.pace" in found.decided_anew
    assert not found.is_unexplained
    assert found.changes == ()
    assert not (network.path / "decisions.json").exists()


def test_other_bytes_of_what_was_all_the_same_are_a_fault(network, monkeypatch, capsys):
    monkeypatch.setattr(loop, "learning_rate", lambda *_: 1e-3)
    assert code_of("reproduce", network.path, "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] != "same bytes"
    assert found["changes"] == []
    assert found["largest_weight_difference"] > 0


def test_until_the_end_nothing_of_the_run_is_touched_and_nothing_is_left(tree):
    class Killed(BaseException):
        pass

    before, beside = contents(tree.path), sorted(tree.path.parent.iterdir())

    def kill(event, /, **fields):
        if event == "fit" and fields["family"] == "decision-tree":
            assert contents(tree.path) == before
            raise Killed

    with pytest.raises(Killed):
        reproduce(tree, Context(log=kill))
    assert contents(tree.path) == before
    assert sorted(tree.path.parent.iterdir()) == beside
    reproduce(tree, Context())
    after = contents(tree.path)
    assert sorted(tree.path.parent.iterdir()) == beside
    assert {path.name for path in after if after[path] != before.get(path)} == {
        "reproduce.json",
        "README.md",
        "manifest.json",
    }


def test_a_second_run_is_kept_where_it_is_asked_for_and_overwrites_nothing(tree, photos, tmp_path):
    reproduce(tree, Context(), output=tmp_path / "again")
    assert contents(tmp_path / "again" / "package").keys() == {
        tmp_path / "again" / path.relative_to(tree.path)
        for path in contents(tree.package)
        if path.name != "reproduce.json"
    }
    for taken in (tmp_path / "again", photos / "inside"):
        with pytest.raises(OutputError):
            reproduce(tree, Context(), output=taken)
    assert not (photos / "inside").exists()


def test_a_package_that_is_not_what_was_trained_is_refused(tree, tmp_path):
    shutil.rmtree(tree.package)
    shutil.copytree(tree.baseline, tree.package)
    with pytest.raises(IntegrityError, match="is not the model that the run trained"):
        reproduce(tree, Context())


def test_a_processor_is_told_apart_by_its_name_and_what_it_computes_with(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert processor.facts() == {}
    assert processor.model({})
    assert processor.instructions({})
    first = "processor : 0\nmodel name : Fast (R) 9\nflags : fpu avx2 sse2\n\n"
    (tmp_path / "cpuinfo").write_text(first + "processor : 1\nmodel name : Slow\n")
    facts = processor.facts()
    assert processor.model(facts) == "Fast (R) 9"
    assert processor.instructions(facts) == ("avx2", "sse2")


@pytest.mark.parametrize(("asked", "expected"), [("3", 3), ("2,4", 2), ("", None), ("many", None)])
def test_threads_are_as_many_as_were_asked_for(monkeypatch, asked, expected):
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    given = processor.num_threads()
    assert given == expected if expected else given >= 1
