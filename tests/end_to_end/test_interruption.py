"""Kill it any time: the same command continues, and ends with the same model."""

import math
import signal
import subprocess
import sys

import pytest

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.errors import TrainingError
from daylight.core.log import silent
from daylight.core.sections import TrainedSection
from daylight.steps import packaging, pipeline
from daylight.training import checkpoint, pace
from end_to_end.conftest import contents
from tiny import patterns

CNN = ["training.epochs=12", "training.min_steps=0", "settings.width=4", "settings.size=8"]
FOREST = ["settings.num_trees=2"]


class Killed(BaseException):
    """Stands for a signal: nothing may catch it."""


def train(data, output, overrides, *, model="cnn", log=silent):
    values = {"data": {"path": str(data)}, "model": model}
    recipe = recipes.resolve(values, overrides)
    run = pipeline.start(recipe, output, Context(log=log))
    pipeline.advance(run, Context(log=log))
    return run


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nobody killed."""
    place = tmp_path_factory.mktemp("whole")
    return train(patterns(place / "photos", classes=2, each=8), place / "run", CNN)


def hear_ctrl_c():
    """As on a terminal: a shell has what it starts in the background ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def save_always(monkeypatch):
    """After every step, however dear."""
    monkeypatch.setattr(checkpoint, "EVERY_S", 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", math.inf)


def weights(run):
    return (run.package / "model.safetensors").read_bytes()


@pytest.mark.parametrize("epoch", [1, 10])
def test_a_killed_network_ends_with_the_same_bytes(whole, tmp_path, monkeypatch, epoch):
    save_always(monkeypatch)
    data = whole.recipe.data.path

    def kill(event, /, **fields):
        if event == "batch" and fields["epoch"] == epoch:
            raise Killed

    with pytest.raises(Killed):
        train(data, tmp_path / "run", CNN, log=kill)
    resumed = []

    def watch(event, /, **fields):
        if event == "epoch" and fields.get("resumed"):
            resumed.append(fields["epoch"])

    again = train(data, tmp_path / "run", CNN, log=watch)
    assert resumed == list(range(1, epoch + 1))
    assert weights(again) == weights(whole)
    digests = [run.read(TrainedSection).model_digest for run in (whole, again)]
    assert digests[0] == digests[1]
    assert len(again.read(TrainedSection).curve) == 12


def test_a_network_killed_in_bfloat16_ends_with_the_same_bytes(whole, tmp_path, monkeypatch):
    save_always(monkeypatch)
    monkeypatch.setattr(pace, "_fastest", lambda *_: pace.Pace(bfloat16=True, num_threads=1))
    data = whole.recipe.data.path
    through = train(data, tmp_path / "through", CNN)

    def kill(event, /, **fields):
        if event == "batch" and fields["epoch"] == 3:
            raise Killed

    with pytest.raises(Killed):
        train(data, tmp_path / "run", CNN, log=kill)
    monkeypatch.undo()  # decided anew, it would be float32
    again = train(data, tmp_path / "run", CNN)
    assert weights(again) == weights(through) != weights(whole)


@pytest.mark.parametrize("event", ["prepare", "fit", "export", "evaluate", "explain"])
def test_a_run_killed_anywhere_continues(photos, tmp_path, event):
    def kill(name, /, **fields):
        if name == event:
            raise Killed

    with pytest.raises(Killed):
        train(photos, tmp_path / "run", FOREST, model="random-forest", log=kill)
    run = train(photos, tmp_path / "run", FOREST, model="random-forest")
    assert not [step.name for step in pipeline.STEPS if pipeline.is_due(step, run)]


def test_a_new_run_killed_over_an_old_one_leaves_the_old_package_whole(daylight, trained, photos):
    before = contents(trained / "package")
    (photos / "class 0" / "0.png").unlink()

    def kill(name, /, **fields):
        if name == "export":
            raise Killed

    with pytest.raises(Killed):
        train(photos, trained, FOREST, model="random-forest", log=kill)
    assert contents(trained / "package") == before
    assert daylight("predict", trained, photos / "class 0" / "1.png").code == 0


def test_a_package_that_a_kill_left_moved_aside_still_answers_and_is_put_back(
    daylight, trained, photos
):
    before = contents(trained / "package")
    aside = trained / ".package.old"
    (trained / "package").rename(aside)
    asked = photos / "class 0" / "1.png"
    for place in (trained, trained / "package"):
        assert daylight("predict", place, asked).code == 0
    assert aside.exists()
    assert daylight("evaluate", trained).code == 0
    assert contents(trained / "package") == before
    assert not aside.exists()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow),
        (signal.SIGKILL, -9),
    ],
)
def test_a_signal_loses_nothing_and_the_same_command_finishes(whole, tmp_path, sent, code):
    data = whole.path.parent / "photos"
    before = contents(data)
    sets = [word for each in CNN for word in ("--set", each)]
    command = [sys.executable, "-m", "daylight", "train", data, "-o", tmp_path / "run"]
    command += ["--model", "cnn", *sets]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - it starts no thread
    )
    for line in process.stderr:
        if "epoch" in line:
            break
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    if sent != signal.SIGKILL:
        assert "The same command continues." in err
        assert "Traceback" not in err
    assert contents(data) == before
    assert not (tmp_path / "run" / "train.json").exists()
    again = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert again.returncode == 0, again.stderr
    assert "prepare: kept, nothing has changed" in again.stderr
    made = (tmp_path / "run" / "package" / "model.safetensors").read_bytes()
    assert made == weights(whole)


def test_an_export_that_answers_otherwise_leaves_the_old_package(photos, tmp_path, monkeypatch):
    run = train(photos, tmp_path / "run", FOREST, model="random-forest")
    before = contents(run.package)
    (run.path / "train.json").unlink()

    def broken(place, fitted, prepared):
        return 1.0 if "package" in place.name else 0.0

    monkeypatch.setattr(packaging, "largest_difference", broken)
    with pytest.raises(TrainingError, match="answers differently"):
        pipeline.advance(run, Context())
    assert contents(run.package) == before
    assert not (run.path / ".package.tmp").exists()
