"""Data that cannot be used is named, with the next step; what lay there before is untouched."""

import json
import resource
import struct
import zlib

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from end_to_end.conftest import QUICK, contents, picture


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


def test_a_picture_of_billions_of_pixels_is_refused_before_it_is_decoded(refused, photos):
    side = 50_000

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    line = zlib.compress(bytes((side // 8 + 1) * 200), 9)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", line) + chunk(b"IEND", b"")
    )
    (photos / "class 0" / "bomb.png").write_bytes(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message = refused("train", photos, *QUICK)
    assert "bomb.png has 2,500 million pixels" in message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


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
    answered = daylight("predict", "运行", photos / "猫 与 狗", "--json")
    assert len(answered.out.splitlines()) == 4
    (photos / "line\nbreak" / "图 0\n.png").write_text("no picture")
    outcome = daylight("train", photos, "-o", "other", *QUICK)
    [line] = [x for x in outcome.err.splitlines() if x.startswith("error: ")]
    assert "line\\nbreak" in line


def write_table(path, rows):
    names = list(rows[0])
    table = pa.table({name: [row[name] for row in rows] for name in names})
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        mark = "\t" if path.suffix == ".tsv" else ","
        lines = [names, *(row.values() for row in rows)]
        path.write_text("\n".join(mark.join(map(str, line)) for line in lines))
    return path


def rows_of(photos):
    return [
        {"file": str(path.relative_to(photos)), "label": path.parent.name}
        for path in sorted(photos.rglob("*.png"))
    ]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_a_table_that_names_pictures_trains(daylight, photos, suffix):
    table = write_table(photos / f"labels{suffix}", rows_of(photos))
    outcome = daylight("train", table, *QUICK)
    assert outcome.code == 0, outcome.err
    assert "image-classification" in outcome.err


def test_groups_are_never_parted_and_given_splits_are_kept(daylight, photos, tmp_path):
    rows = rows_of(photos)
    for index, row in enumerate(rows):
        row["group"] = f"garden {index // 2}"
        row["split"] = "test" if index % 8 in (0, 1) else "train"
    table = write_table(photos / "labels.csv", rows)
    assert daylight("train", table, "-o", "run", *QUICK).code == 0
    section = json.loads((tmp_path / "run" / "prepare.json").read_text())
    assert section["num_examples"] == {"test": 4, "train": 8, "validation": 4}
    rows[0]["split"] = "train"
    write_table(photos / "labels.csv", rows)
    outcome = daylight("train", table, "-o", "run2", *QUICK)
    assert outcome.code == 2
    assert "garden 0 is given in two splits" in outcome.err


def test_a_path_that_does_not_exist_is_named_with_its_line(refused, photos):
    rows = [*rows_of(photos), {"file": "never.png", "label": "class 0"}]
    table = write_table(photos / "labels.csv", rows)
    assert "labels.csv, line 18: never.png does not exist" in refused("train", table, *QUICK)


def test_a_missing_class_column_is_named_with_those_that_there_are(refused, photos):
    rows = [{"file": r["file"], "a": r["label"], "b": 1} for r in rows_of(photos)]
    table = write_table(photos / "labels.csv", rows)
    message = refused("train", table, *QUICK)
    assert "file, a, b" in message
    assert "--set data.target=NAME" in message
    assert "no column 'c'" in refused("train", table, *QUICK, "--set", "data.target=c")


def test_the_class_column_can_be_chosen(daylight, photos):
    rows = [{"file": r["file"], "a": r["label"], "b": 1} for r in rows_of(photos)]
    table = write_table(photos / "labels.csv", rows)
    assert daylight("train", table, *QUICK, "--set", "data.target=a").code == 0


def test_a_table_that_is_not_utf_8_is_named_with_its_line(refused, photos):
    table = write_table(photos / "labels.csv", rows_of(photos))
    table.write_bytes(table.read_bytes() + "\n0.png,Möhre".encode("latin-1"))
    assert "labels.csv, line 18: byte 8 is not UTF-8" in refused("train", table, *QUICK)


def test_an_empty_class_is_named_with_its_line(refused, photos):
    rows = [*rows_of(photos)[:3], {"file": "class 0/3.png", "label": ""}]
    table = write_table(photos / "labels.csv", rows)
    assert "labels.csv, line 5: no class" in refused("train", table, *QUICK)


def test_a_table_without_rows_is_named(refused, photos):
    (photos / "labels.csv").write_text("file,label\n")
    assert "labels.csv has no rows" in refused("train", photos / "labels.csv", *QUICK)
    (photos / "labels.csv").write_text("")
    assert "labels.csv" in refused("train", photos / "labels.csv", *QUICK)
