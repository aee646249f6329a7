"""Tables that cannot be used are named with file and line; those that can be, are used as meant."""

import json

import pyarrow as pa
import pyarrow.parquet
import pytest

from daylight.data.tables import read_head
from end_to_end.conftest import QUICK


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
    message = refused("train", table, *QUICK, "--task", "image-classification")
    assert "no column called label or class" in message
    assert "--set data.target=NAME" in message
    assert "no column 'c'" in refused("train", table, *QUICK, "--set", "data.target=c")


def test_a_column_of_numbers_is_not_taken_for_classes(refused, daylight, photos):
    rows = [{"file": r["file"], "size": 0.5 + n} for n, r in enumerate(rows_of(photos))]
    table = write_table(photos / "sizes.csv", rows)
    assert "a table with columns file, size" in refused("train", table, *QUICK)
    for options in ([], ["--set", "data.target=size"]):
        message = refused("train", table, "--task", "image-classification", *QUICK, *options)
        assert "sizes.csv: column 'size' holds numbers, not classes" in message
        assert "--set data.target=NAME" in message


@pytest.mark.parametrize("classes", [(0, 1), (1.0, 2.0)])
def test_numbers_without_fractions_may_be_classes(daylight, photos, classes):
    rows = [{"file": r["file"], "size": classes[n % 2]} for n, r in enumerate(rows_of(photos))]
    assert daylight("train", write_table(photos / "a.csv", rows), *QUICK).code == 0


def test_numbers_with_fractions_may_be_classes_if_somebody_says_so(daylight, photos):
    rows = [{"file": r["file"], "size": (0.5, 1.5)[n % 2]} for n, r in enumerate(rows_of(photos))]
    table = write_table(photos / "a.csv", rows)
    assert daylight("train", table, *QUICK).code == 2
    assert daylight("train", table, *QUICK, "--set", "data.target=size").code == 0


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_to_recognise_a_large_table_its_first_rows_are_enough(tmp_path, suffix):
    rows = [{"file": f"{'x' * 200}{n}.png", "label": "ab"[n % 2]} for n in range(9000)]
    table = write_table(tmp_path / f"a{suffix}", rows)
    head = read_head(table)
    assert 0 < head.num_rows < 9000
    assert head.column_names == ["file", "label"]
    if suffix == ".parquet":
        return
    with table.open("a") as file:
        file.write("\n{a, broken, line")
    assert read_head(table).num_rows == head.num_rows


def test_the_class_column_can_be_chosen(daylight, photos):
    rows = [{"file": r["file"], "a": r["label"], "b": 1} for r in rows_of(photos)]
    table = write_table(photos / "labels.csv", rows)
    assert daylight("train", table, *QUICK, "--set", "data.target=a").code == 0


def test_a_line_that_is_not_utf_8_as_others_are_is_named(refused, photos):
    table = write_table(photos / "labels.csv", rows_of(photos))
    lines = table.read_text().splitlines()
    good = "\n".join(line + "ü" * (n in (3, 4)) for n, line in enumerate(lines))
    table.write_bytes(good.encode() + "\n0.png,Möhre".encode("latin-1"))
    assert "labels.csv, line 18: not UTF-8, as the others are" in refused("train", table, *QUICK)


def test_an_empty_class_is_named_with_its_line(refused, photos):
    rows = [*rows_of(photos)[:3], {"file": "class 0/3.png", "label": ""}]
    table = write_table(photos / "labels.csv", rows)
    assert "labels.csv, line 5: no class" in refused("train", table, *QUICK)


def test_a_table_without_rows_is_named(refused, photos):
    (photos / "labels.csv").write_text("file,label\n")
    assert "labels.csv has no rows" in refused("train", photos / "labels.csv", *QUICK)
    (photos / "labels.csv").write_text("\n\n")
    message = refused("train", photos / "labels.csv", *QUICK)
    assert "labels.csv is empty" in message
    assert "columns and rows" in message


@pytest.mark.parametrize(("count", "words"), [(1, "only 1 example,"), (2, "only 2 examples,")])
def test_a_table_of_too_few_rows_is_named(refused, tmp_path, count, words):
    rows = [{"size": 1.5, "shapes_value": float(number)} for number in range(count)]
    message = refused("train", write_table(tmp_path / "few.csv", rows))
    assert f"few.csv: {words} too few to train and test" in message
    assert "Have at least 3 examples." in message


@pytest.mark.parametrize(
    ("suffix", "place"),
    [(".csv", "line 18"), (".tsv", "line 18"), (".jsonl", "line 17"), (".parquet", "row 17")],
)
def test_a_row_is_named_as_a_person_counts_it(refused, photos, suffix, place):
    rows = [*rows_of(photos), {"file": "never.png", "label": "class 0"}]
    table = write_table(photos / f"labels{suffix}", rows)
    assert f"labels{suffix}, {place}: never.png" in refused("train", table, *QUICK)


def test_lines_are_counted_over_breaks_within_values_and_empty_lines(refused, photos):
    (photos / "labels.csv").write_text(
        'file,label,words\n\nclass 0/0.png,a,"two\nlines"\n\nnever.png,b,"one"\n'
    )
    options = ["--set", "data.target=label"]
    message = refused("train", photos / "labels.csv", *QUICK, *options)
    assert "line 6: never.png does not exist" in message


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("a.csv", "\na,b,c", "a.csv, line 18: 3 values, and 2 columns"),
        ("a.csv", '\n"a,b', "a.csv, line 18: 1 values, and 2 columns"),
        ("a.csv", "\n,class 0", "a.csv, line 18: no picture"),
        ("a.jsonl", '\n{"file":', "a.jsonl, line 17"),
        ("a.jsonl", '\n{"file": "class 0/0.png", "label": 3}', "/label"),
    ],
)
def test_a_row_that_is_wrong_is_named(refused, photos, name, more, words):
    table = write_table(photos / name, rows_of(photos))
    table.write_text(table.read_text() + more)
    assert words in refused("train", table, *QUICK)


def test_a_column_that_is_there_twice_is_named(refused, photos):
    (photos / "a.csv").write_text("file,label,label\nclass 0/0.png,a,b\n")
    assert "two columns called 'label'" in refused("train", photos / "a.csv", *QUICK)


def test_a_class_that_is_a_list_is_named(refused, photos):
    rows = [{**row, "label": [row["label"]]} for row in rows_of(photos)]
    table = write_table(photos / "a.jsonl", rows)
    assert "column 'label' is list" in refused("train", table, *QUICK)


def test_names_that_look_like_numbers_stay_as_they_are_written(daylight, photos, tmp_path):
    rows = [{**row, "label": f"0{row['label'][-1]}"} for row in rows_of(photos)]
    assert daylight("train", write_table(photos / "a.csv", rows), "-o", "run", *QUICK).code == 0
    assert json.loads((tmp_path / "run" / "prepare.json").read_text())["labels"] == ["00", "01"]


def test_a_table_in_utf_16_is_read(daylight, photos):
    table = write_table(photos / "a.csv", rows_of(photos))
    table.write_text(table.read_text(), encoding="utf-16")
    assert daylight("train", table, *QUICK).code == 0


def test_a_mark_of_utf_8_at_the_start_is_no_part_of_the_first_column(daylight, photos):
    table = write_table(photos / "a.csv", rows_of(photos))
    table.write_text(table.read_text(), encoding="utf-8-sig")
    assert daylight("train", table, *QUICK).code == 0


@pytest.mark.parametrize("harm", ["cut", "empty", "other", "byte"])
def test_a_damaged_parquet_file_is_named(refused, photos, harm):
    table = write_table(photos / "a.parquet", rows_of(photos))
    data = bytearray(table.read_bytes())
    data[20:62] = bytes(255 - byte for byte in data[20:62])
    whole = table.read_bytes()
    harmed = {"cut": whole[: len(whole) // 2], "empty": b"", "other": b"PAR1 no", "byte": data}
    table.write_bytes(harmed[harm])
    assert f"error: {table}" in refused("train", table, *QUICK)


def test_splits_are_known_by_their_common_names_and_others_are_named(refused, daylight, photos):
    rows = rows_of(photos)
    for index, row in enumerate(rows):
        row["split"] = ("Train", "train", "val", "testing")[index % 4]
    assert daylight("train", write_table(photos / "a.csv", rows), "-o", "run", *QUICK).code == 0
    rows[2]["split"] = "trian"
    message = refused("train", write_table(photos / "a.csv", rows), "-o", "other", *QUICK)
    assert "a.csv, line 4: 'trian' is not a split" in message


def test_one_picture_in_two_rows_is_never_in_two_splits(refused, daylight, photos, tmp_path):
    rows = rows_of(photos)
    table = write_table(photos / "a.csv", rows + rows)
    assert daylight("train", table, "-o", "run", *QUICK).code == 0
    section = json.loads((tmp_path / "run" / "prepare.json").read_text())
    assert all(count % 2 == 0 for count in section["num_examples"].values())
    page = (tmp_path / "run" / "report.html").read_text()
    assert "data:image" in page
    assert "picture not found" not in page
    rows = [{**row, "split": "train"} for row in rows] + [{**rows[0], "split": "test"}]
    message = refused("train", write_table(photos / "a.csv", rows), "-o", "other", *QUICK)
    assert "0.png is given in two splits" in message
