"""What is asked for wrongly is named by its key."""

from pathlib import Path

import pytest

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
        (["--set", "data.test_fraction=0.9"], "recipe: data.test_fraction: Expected"),
        (["--set", "data.test_fraction=0.9"], "Give a number above 0 and below 0.5."),
        (["--set", "data.unreadable=no"], "Give skip or stop."),
        (["--set", "data.test_fractoin=0.1"], "Known keys: path, target, drop"),
        (["--model", "cnn", "--set", "settings.width=0"], "Give a whole number of at least 1."),
        (["--model", "cnn", "--set", "training.flip=3"], "Give true or false."),
        (["--model", "vit", "--set", "settings.width=50"], "cannot be shared out to 2 heads; 56"),
        (["--set", "epochs"], "no '='"),
        (["--task", "image-clasification"], "Did you mean 'image-classification'?"),
        (["--model", "shapes-mean"], "cannot do image-classification"),
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
    message = refused("train", recipe)
    assert "recipe.toml: " in message
    assert "`test_fractoin`" in message
    recipe.write_text("[data\n")
    assert "recipe.toml" in refused("train", recipe)
    assert "never.toml" in refused("train", "never.toml")


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
    assert "File name too long" in refused(command, "x" * 300)


def test_both_runs_of_a_comparison_must_be_runs(refused, trained, photos):
    assert "photos is not a run" in refused("compare", trained, photos)
    assert "never is not a run" in refused("compare", "never", trained)


def test_weights_that_are_no_numbers_name_the_rate_to_lower(refused, photos, tmp_path):
    """One step: its loss is taken before the weights are lost."""
    steps = ["training.epochs=1", "training.min_steps=0", "training.learning_rate=1e38"]
    sets = [word for each in ("settings.width=4", *steps) for word in ("--set", each)]
    message = refused("train", photos, "-o", "run", "--model", "cnn", *sets)
    assert "in epoch 1" in message
    assert "--set training.learning_rate=" in message
    assert not (tmp_path / "run" / "package").exists()
