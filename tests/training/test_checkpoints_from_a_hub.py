"""Only what was named is asked for, at one commit, and what the hub refuses is said plainly."""

import json
import os
import subprocess
import sys

import pytest
from open_checkpoints import hub, write

COMMIT = "c0ffee" * 6 + "c0ff"

LOCATE = """
import sys
from pathlib import Path
from daylight.core.context import Decisions
from daylight.core.errors import UserError
from daylight.training.backbones.checkpoint import locate
try:
    found = locate(sys.argv[1], Decisions(Path(sys.argv[2])))
except UserError as error:
    sys.exit(f"{type(error).__name__}: {error} ({error.hint})")
print(found.folder, found.source, found.license, sep="\\n")
"""


@pytest.fixture
def ask(tmp_path):
    """Locates a repository in a process of its own: the client reads its address once."""

    def run(name, endpoint, **environment):
        own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "home"), **environment}
        return subprocess.run(
            [sys.executable, "-c", LOCATE, name, str(tmp_path / "decisions.json")],
            env={**os.environ, **own, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_three_files_are_fetched_once_and_a_second_fit_asks_nobody(ask, tmp_path):
    folder = write(tmp_path / "tiny", card="cc-by-4.0")
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    with hub(folder) as (address, asked, agents):
        first = ask("team/tiny@v1", address)
        fetched = {each.rpartition("/")[2] for each in asked if "resolve" in each}
        number = len(asked)
        second = ask("team/tiny@v1", address)
        assert len(asked) == number
    assert first.returncode == 0, first.stderr
    assert fetched == {"config.json", "preprocessor_config.json", "model.safetensors"}
    place, source, license_said = first.stdout.splitlines()
    assert source == f"hf:team/tiny@{COMMIT}"
    assert license_said == "cc-by-4.0"
    assert not [each for each in asked if "team/tiny" not in each]
    assert not [each for each in agents if "torch" in each or "agent" in each]
    got = {name: (tmp_path / place / name).read_bytes() for name in fetched}
    assert got == {name: (folder / name).read_bytes() for name in fetched}
    assert second.stdout == first.stdout
    decided = json.loads((tmp_path / "decisions.json").read_text())
    assert COMMIT in decided.values()


@pytest.mark.parametrize(
    ("name", "says", "hint"),
    [
        ("team/other", "NotFoundError: No model hf:team/other", "hf auth login"),
        ("team/tiny@v2", "NotFoundError: hf:team/tiny@v2: no such revision", "follows the @"),
        ("team/private", "UserError: hf:team/private: its owners want to be asked", "auth login"),
    ],
)
def test_what_the_hub_refuses_is_said_with_a_way_on(ask, tmp_path, name, says, hint):
    with hub(write(tmp_path / "tiny")) as (address, *_):
        ended = ask(name, address)
    assert ended.returncode != 0
    assert says in ended.stderr
    assert hint in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_repository_with_a_pickle_only_is_refused_before_anything_is_fetched(ask, tmp_path):
    folder = write(tmp_path / "tiny")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with hub(folder) as (address, asked, _):
        ended = ask("team/tiny", address)
    assert "can run code" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not [each for each in asked if "resolve" in each]


@pytest.mark.parametrize("offline", ["0", "1"])
def test_a_hub_out_of_reach_is_said_with_a_way_on(ask, offline):
    ended = ask("team/tiny", "http://127.0.0.1:9", HF_HUB_OFFLINE=offline)
    assert "UserError: hf:team/tiny cannot be had" in ended.stderr
    assert "hf:/folder" in ended.stderr
    assert "Traceback" not in ended.stderr
