"""Folders that cannot be used are named, with the next step; what lay there is untouched."""

import json
import os
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from end_to_end.conftest import QUICK, contents, picture
from tiny import patterns


def test_a_missing_folder_is_named(refused):
    assert "nowhere does not exist" in refused("train", "nowhere")


def test_an_empty_folder_is_named(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty is empty" in refused("train", "empty")


def test_a_folder_of_something_else_says_what_it_saw(refused, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.docx").write_text("x")
    assert ".docx" in refused("train", "notes")


def test_one_class_is_not_enough(refused, tmp_path):
    for number in range(5):
        picture(tmp_path / "one" / "cat" / f"{number}.png")
    assert "one class (cat)" in refused("train", "one", *QUICK)


def test_a_class_with_one_picture_is_named(refused, photos):
    picture(photos / "rare" / "only.png")
    assert "'rare' has 1 example" in refused("train", photos, *QUICK)


def test_pictures_beside_the_class_folders_are_named(refused, photos):
    picture(photos / "loose.png")
    assert "loose.png" in refused("train", photos, *QUICK)


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def harm(photos):
    """Four pictures that cannot be read, each in its own way."""
    place = photos / "class 0"
    (place / "text.jpg").write_text("this is no picture")
    (place / "nothing.png").write_bytes(b"")
    for name in ("half.jpg", "half.png"):
        truncate(picture(place / name, size=(64, 64)))
    return ["text.jpg", "nothing.png", "half.jpg", "half.png"]


def test_unreadable_pictures_are_all_named_at_once(refused, photos, tmp_path):
    names = harm(photos)
    before = contents(photos)
    message = refused("train", photos, "-o", "run", *QUICK)
    assert "4 files cannot be read" in message
    assert all(name in message for name in names)
    assert "--set data.unreadable=skip" in message
    assert contents(photos) == before


def test_unreadable_pictures_can_be_left_out_and_are_counted(daylight, photos, tmp_path):
    names = harm(photos)
    skip = ["--set", "data.unreadable=skip"]
    assert daylight("train", photos, "-o", "run", *QUICK, *skip).code == 0
    section = json.loads((tmp_path / "run" / "prepare.json").read_text())
    assert {key.split("/")[-1] for key in section["skipped"]} == set(names)
    assert sum(section["num_examples"].values()) == 16
    assert "text.jpg" in (tmp_path / "run" / "report.html").read_text()
    for name in ("prepare.json", "report.html"):
        assert str(tmp_path) not in (tmp_path / "run" / name).read_text()


def bomb(side):
    """A PNG of ``side`` by ``side`` one-bit pixels; its bytes are few and all there."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    packer, line = zlib.compressobj(9), bytes(side // 8 + 1)
    packed = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def test_a_picture_of_billions_of_pixels_is_refused_before_it_is_decoded(refused, photos):
    (photos / "class 0" / "bomb.png").write_bytes(bomb(50_000))
    before = contents(photos)
    message = refused("train", photos, *QUICK)
    assert "bomb.png has 2,500 million pixels" in message
    assert "--set data.unreadable=skip" in message
    assert contents(photos) == before


def test_refusing_it_takes_no_memory_and_no_time(trained, tmp_path):
    (tmp_path / "bomb.png").write_bytes(bomb(50_000))
    (tmp_path / "small.png").write_bytes(bomb(64))
    script = (
        "import resource, sys, time; from daylight.cli.main import main; start = time.time()\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print('took', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time())"
    )

    def cost(name):
        command = [sys.executable, "-c", script, "predict", trained, tmp_path / name]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        kib, seconds = ended.stdout.split("took ")[1].split()
        return int(kib), float(seconds)

    (small_kib, small_s), (bomb_kib, bomb_s) = cost("small.png"), cost("bomb.png")
    assert bomb_kib - small_kib < 20_000
    assert bomb_s - small_s < 2


def test_a_link_that_leads_back_to_itself_is_named(refused, photos):
    (photos / "class 0" / "again").symlink_to(photos)
    assert "again is a symbolic link that leads back to itself" in refused("train", photos)
    (photos / "class 0" / "again").unlink()
    (photos / "self").symlink_to(photos / "self")
    assert "self is a symbolic link that leads back to itself" in refused("train", photos)


def test_a_link_out_of_the_folder_is_named(refused, photos, tmp_path):
    outside = picture(tmp_path / "elsewhere" / "secret.png")
    (photos / "class 0" / "link.png").symlink_to(outside)
    assert "link.png is a link out of the folder" in refused("train", photos)


def test_a_link_to_nothing_is_named(refused, photos):
    (photos / "class 0" / "gone.png").symlink_to(photos / "class 0" / "never.png")
    assert "gone.png is a link to a file that does not exist" in refused("train", photos)


def test_a_link_inside_the_folder_is_followed(daylight, photos):
    (photos / "class 0" / "same.png").symlink_to(photos / "class 0" / "0.png")
    assert "17 pictures" in daylight("train", photos, *QUICK).err


def test_names_in_any_script_work_all_the_way(daylight, photos, tmp_path):
    names = ["猫 与 狗", "with spaces", "line\nbreak", "<b>bold</b>"]
    for index, name in enumerate(names):
        for number in range(4):
            picture(photos / name / f"图 {number}\n.png", color=(60 * index, 9, number))
    outcome = daylight("train", photos, "-o", "运行", *QUICK)
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "运行" / "report.html").read_text()
    assert "猫 与 狗" in page
    assert "<b>bold" not in page
    for folder in (photos / "猫 与 狗", photos / "line\nbreak"):
        for options in ([], ["--json"]):
            assert len(daylight("predict", "运行", folder, *options).out.splitlines()) == 4
    missing = daylight("predict", "运行", "no\nfile.png").err.splitlines()
    assert missing[0] == "error: no\\nfile.png does not exist."
    (photos / "line\nbreak" / "图 0\n.png").write_text("no picture")
    outcome = daylight("train", photos, "-o", "other", *QUICK)
    [line] = [x for x in outcome.err.splitlines() if x.startswith("error: ")]
    assert "line\\nbreak" in line


def test_no_data_named_is_said(refused, photos):
    assert "No data is named" in refused("train", "", *QUICK)
    assert "0.png/x does not exist" in refused("train", photos / "class 0" / "0.png" / "x")
    assert "File name too long" in refused("train", "x" * 300)


def test_pictures_in_splits_without_classes_are_named(refused, tmp_path):
    for split in ("train", "test"):
        picture(tmp_path / "photos" / split / "1.png")
    said = refused("train", "photos", *QUICK, "--task", "image-classification")
    assert "2 files lie outside of the class folders" in said


def test_a_folder_beside_those_of_splits_is_no_class(refused, tmp_path):
    for folder in ("train/cat", "train/dog", "test/cat", "test/dog", "notes"):
        picture(tmp_path / "photos" / folder / "1.png")
    assert "notes lies beside folders of splits, test and train" in refused("train", "photos")


def test_a_class_may_be_called_train(daylight, tmp_path):
    for number in range(4):
        picture(tmp_path / "vehicles" / "train" / f"{number}.png", (200 + number, 0, 0))
        picture(tmp_path / "vehicles" / "bus" / f"{number}.png", (0, 0, 200 + number))
    outcome = daylight("train", "vehicles", *QUICK)
    assert outcome.code == 0
    assert "in 2 class folders" in outcome.err


def test_a_folder_one_level_too_high_is_answered_with_the_right_one(refused, photos, tmp_path):
    (tmp_path / "my data").mkdir()
    photos.rename(tmp_path / "my data" / "photos")
    message = refused("train", "my data", *QUICK)
    assert "one class (photos)" in message
    assert f"daylight train '{tmp_path}/my data/photos'" in message


def test_what_is_left_out_because_it_is_no_picture_is_said(daylight, photos, tmp_path):
    (photos / "class 0" / "rose.heic").write_bytes(b"from a telephone")
    (photos / "read me").write_text("words")
    outcome = daylight("train", photos, "-o", "run", *QUICK)
    assert "(left out: 2 files of another kind, .heic, read me)" in outcome.err
    assert "left out: 2 files" in json.loads((tmp_path / "run" / "prepare.json").read_text())["saw"]


def test_leaving_files_out_must_not_make_a_class_vanish(refused, photos):
    for path in (photos / "class 0").iterdir():
        path.write_text("no picture")
    message = refused("train", photos, *QUICK, "--set", "data.unreadable=skip")
    assert "No example of 'class 0' is left" in message
    assert "data.unreadable=skip" not in message


def test_a_pipe_among_the_pictures_is_named_and_never_waited_for(refused, photos):
    os.mkfifo(photos / "class 0" / "pipe.png")
    assert "pipe.png is a pipe" in refused("train", photos, *QUICK)


def test_a_name_that_is_not_utf_8_is_named(refused, photos):
    picture(photos / "class 0" / os.fsdecode("M\xf6hre.png".encode("latin-1")))
    assert "M\\xf6hre.png has a name that is not UTF-8" in refused("train", photos, *QUICK)


@pytest.fixture
def nobody(tmp_path_factory):
    """A place of its own, and a switch to a person who may do nothing special."""
    if os.geteuid():
        pytest.skip("becoming somebody else needs root")
    place = tmp_path_factory.mktemp("nobody")
    for folder in (place, *list(place.parents)[:-2]):
        folder.chmod(0o755)
    place.chmod(0o777)
    yield place, lambda: os.seteuid(65534)
    os.seteuid(0)


def test_what_may_not_be_read_is_named(refused, daylight, nobody):
    place, become = nobody
    photos = patterns(place / "photos", classes=2, each=8)
    assert daylight("train", photos, "-o", place / "run", *QUICK).code == 0
    secret = picture(photos / "class 0" / "secret.png")
    secret.chmod(0)
    os.chdir(place)
    become()
    message = refused("train", photos, "-o", "other", *QUICK)
    assert "secret.png may not be read: permission denied" in message
    skip = ["--set", "data.unreadable=skip"]
    assert daylight("train", photos, "-o", "other", *QUICK, *skip).code == 0
    assert "Permission denied" in refused("train", photos, "-o", "/nobody/run", *QUICK, *skip)
    os.seteuid(0)
    (photos / "class 1").chmod(0)
    become()
    assert "class 1 cannot be listed: Permission denied" in refused("train", photos, *QUICK)


def test_a_photo_with_a_damaged_tag_is_still_read_upright(daylight, trained, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    Image.new("RGB", (14, 20)).save(tmp_path / "photo.jpg", exif=exif)
    data = (tmp_path / "photo.jpg").read_bytes()
    words, number = b"\x01\x0e\x00\x02\x00\x00\x00\x06", b"\x01\x0e\x00\x0b\x00\x00\x00\x01"
    assert words in data
    (tmp_path / "photo.jpg").write_bytes(data.replace(words, number))
    assert daylight("predict", trained, "photo.jpg").code == 0


def test_a_class_that_is_only_tested_and_never_learnt_is_named(refused, photos, tmp_path):
    photos.rename(tmp_path / "train")
    (tmp_path / "data").mkdir()
    (tmp_path / "train").rename(tmp_path / "data" / "train")
    picture(tmp_path / "data" / "test" / "class 0" / "a.png")
    picture(tmp_path / "data" / "test" / "unseen" / "b.png")
    assert "no example of 'unseen' in train" in refused("train", "data", *QUICK)
