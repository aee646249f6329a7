"""Where a run cannot be written is named, and what lay there before is untouched."""

import os
import subprocess

import pytest
from PIL import Image

from end_to_end.conftest import QUICK, contents


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


def test_an_output_under_a_file_or_with_too_long_a_name_is_named(refused, photos, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "Cannot write file/run: Not a directory" in refused("train", photos, "-o", "file/run")
    assert "File name too long" in refused("train", photos, "-o", "x" * 300, *QUICK)
    assert "Cannot write file/fashion" in refused("demo", "-o", "file")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert "Cannot write link" in refused("train", photos, "-o", "link", *QUICK)


def test_a_run_never_lies_inside_of_its_data(refused, daylight, photos, monkeypatch):
    before = contents(photos)
    assert "run would lie inside of the data" in refused("train", photos, "-o", photos / "run")
    monkeypatch.chdir(photos)
    message = refused("train", ".", *QUICK)
    assert "photos-run would lie inside of the data" in message
    assert f"-o {photos}-run" in message
    assert contents(photos) == before
    assert daylight("train", ".", "-o", "../photos-run", *QUICK).code == 0
    assert contents(photos) == before


def test_a_folder_with_a_dot_in_its_name_gives_its_whole_name_to_the_run(
    daylight, photos, tmp_path
):
    photos.rename(tmp_path / "photos.v2")
    assert daylight("train", "photos.v2", *QUICK).code == 0
    assert (tmp_path / "photos.v2-run" / "report.html").is_file()


@pytest.mark.parametrize("name", ["recipe", "prepare", "train", "evaluate", "report"])
def test_a_section_that_is_damaged_is_named(refused, trained, photos, name):
    (trained / f"{name}.json").write_text("{")
    assert f"{name}.json: " in refused("train", photos, "-o", trained, *QUICK)


def test_prepared_data_that_is_damaged_is_named_and_can_be_made_again(
    refused, daylight, trained, photos
):
    (trained / "train.json").unlink()
    for path in trained.rglob("train.inputs.pixels.npy"):
        path.write_bytes(path.read_bytes()[:150])
    message = refused("train", photos, "-o", trained, *QUICK)
    assert "train.inputs.pixels.npy is damaged" in message
    subprocess.run(message.split("again: ")[1].split(",")[0], shell=True, check=True)
    assert daylight("train", photos, "-o", trained, *QUICK).code == 0


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


@pytest.mark.parametrize("size", ["4k", "8k", "24k", "40k", "64k", "96k"])
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


def test_a_disk_that_fills_up_under_an_old_run_leaves_it_whole(refused, daylight, photos, disk):
    place = disk("small", "size=20m")
    run = place / "run"
    assert daylight("train", photos, "-o", run, *QUICK).code == 0
    before = contents(run / "package")
    old = photos / "class 0" / "0.png"
    Image.new("RGB", (14, 14), "green").save(photos / "class 0" / "1.png")
    trained = (run / "train.json").read_bytes()
    disk_now = os.statvfs(place)
    used_kib = (disk_now.f_blocks - disk_now.f_bfree) * disk_now.f_frsize // 1024
    refusals = 0
    for room_kib in range(0, 400, 12):
        size = f"remount,size={used_kib + room_kib}k"
        subprocess.run(["mount", "-o", size, place], check=True)
        outcome = daylight("train", photos, "-o", run, *QUICK)
        assert daylight("predict", run, old).code == 0
        if outcome.code == 0:
            break
        refusals += 1
        assert outcome.code == 2
        assert "No space left" in outcome.err
        if (run / "train.json").read_bytes() == trained:
            assert contents(run / "package") == before
    assert refusals > 3
    assert outcome.code == 0
    assert contents(run / "package") != before


def test_a_disk_too_small_for_a_network_is_named(refused, photos, disk):
    place = disk("small", "size=150k")
    cnn = ["--model", "cnn", "--set", "training.epochs=1", "--set", "settings.size=8"]
    assert "No space left" in refused("train", photos, "-o", place / "run", *cnn)
    assert (place / "run" / "baseline" / "manifest.json").is_file()
    assert not (place / "run" / "package").exists()
