"""What is asked for wrongly is named by its key; what was made before is untouched."""

import os
import subprocess
from pathlib import Path

import pytest

from end_to_end.conftest import QUICK, contents

TINY_CNN = ["--model", "cnn", "--set", "settings.width=4", "--set", "training.min_steps=4"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--model", "cn"], "Did you mean 'cnn'?"),
        (["--model", "cnn", "--set", "settings.widht=3"], "widht"),
        (["--model", "cnn", "--set", "settings.width=wide"], "Expected `int`"),
        (["--model", "cnn", "--set", "training.epochs=0"], "training.epochs"),
        (["--model", "cnn", "--set", "trainnig.epochs=1"], "trainnig"),
        (["--model", "random-forest", "--set", "training.epochs=3"], "has no effect"),
        (["--set", "data.test_fraction=0.9"], "data.test_fraction"),
        (["--set", "epochs"], "no '='"),
        (["--task", "image-clasification"], "Did you mean 'image-classification'?"),
        (["--model", "mean"], "cannot do image-classification"),
    ],
)
def test_a_wrong_setting_is_named(refused, photos, tmp_path, options, words):
    assert words in refused("train", photos, "-o", "run", *options)
    assert not (tmp_path / "run").exists()


def test_a_recipe_file_is_read_and_a_typo_in_it_is_named(daylight, refused, photos, tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f'model = "majority"\n[data]\npath = "{photos}"\n')
    assert daylight("train", recipe, "-o", "run").code == 0
    recipe.write_text(f'[data]\npath = "{photos}"\ntest_fractoin = 0.2\n')
    assert "test_fractoin" in refused("train", recipe)
    recipe.write_text("[data\n")
    assert "recipe.toml" in refused("train", recipe)
    assert "never.toml" in refused("train", "never.toml")


def test_an_output_of_another_recipe_is_left_alone(refused, trained, photos):
    before = contents(trained)
    message = refused("train", photos, "-o", trained, *QUICK, "--seed", 7)
    assert "another recipe" in message
    assert "seed" in message
    assert contents(trained) == before


def test_an_output_that_is_something_else_is_left_alone(refused, photos, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    assert "thesis exists and is not a run" in refused("train", photos, "-o", "thesis", *QUICK)
    (tmp_path / "file").write_text("x")
    assert "Cannot write file" in refused("train", photos, "-o", "file", *QUICK)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"
    assert (tmp_path / "file").read_text() == "x"


@pytest.fixture
def disk(tmp_path):
    """Mounts a small disk of its own; needs root, as continuous integration has."""
    mounted = []

    def mount(name, options):
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("mounting a disk needs root")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_read_only_disk_is_named(refused, photos, disk):
    place = disk("locked", "ro")
    assert "Read-only file system" in refused("train", photos, "-o", place / "run", *QUICK)


@pytest.mark.parametrize("size", ["8k", "24k", "40k", "64k"])
def test_a_full_disk_is_named_and_a_later_run_with_room_continues(
    refused, daylight, photos, disk, size
):
    place = disk("small", f"size={size}")
    forest = ["--model", "random-forest", "--set", "settings.num_trees=40"]
    message = refused("train", photos, "-o", place / "run", *forest)
    assert "No space left" in message
    assert not [path for path in place.rglob("*.tmp") if path.is_dir()]
    subprocess.run(["mount", "-o", "remount,size=20m", place], check=True)
    assert daylight("train", photos, "-o", place / "run", *forest).code == 0


def test_a_loss_that_is_no_number_names_the_rate_to_lower(refused, photos, tmp_path):
    rate = ["--set", "training.learning_rate=1e30"]
    message = refused("train", photos, "-o", "run", *TINY_CNN, *rate)
    assert "The loss became" in message
    assert "--set training.learning_rate=" in message
    assert not (tmp_path / "run" / "package").exists()
    assert (tmp_path / "run" / "baseline" / "manifest.json").is_file()


@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_a_folder_that_is_no_run_is_named(refused, photos, command):
    assert "photos is not a run" in refused(command, photos)
    assert "is not a run" in refused(command, Path("never"))
