"""Texts are recognised and read by content, in any encoding, and what is wrong is named."""

import pytest

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.data.sources import FileSource
from daylight.data.text_files import read_texts
from daylight.tasks import TASKS, infer

NUM = 40


def table(folder, header, *rows, name="t.csv"):
    path = folder / name
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def found_in(path, **data):
    return infer(FileSource.look(path), DataConfig(path=str(path), **data))


def read(path, task="text-classification", **data):
    return TASKS[task].read(FileSource.look(path), DataConfig(path=str(path), **data))


@pytest.mark.parametrize("name", ["label", "topic", "sentiment", "v1"])
def test_the_longest_column_is_the_text_and_the_other_one_the_class(name, tmp_path):
    rows = [f"{'ab'[n % 2]},some words about number {n}" for n in range(NUM)]
    path = table(tmp_path, f"{name},said", *rows)
    task, saw = found_in(path)
    assert task.name == "text-classification"
    assert saw == f"a table of texts ('said') and their classes ({name!r})"
    assert read(path).labels == ("a", "b")


def test_chinese_without_spaces_and_hebrew_are_texts(tmp_path):
    rows = [f"{'电影很好看我很喜欢它的故事' * 2}{n},a\nנפלא נהדר {n},b" for n in range(NUM)]
    assert found_in(table(tmp_path, "text,label", *rows))[0].name == "text-classification"


def test_measures_beside_texts_are_predicted_as_numbers(tmp_path):
    rows = [f"some words about number {n},{n / 3:.2f}" for n in range(NUM)]
    path = table(tmp_path, "text,score", *rows)
    assert found_in(path)[0].name == "text-regression"
    dataset = read(path, "text-regression")
    assert dataset.tables["examples"]["label"].to_pylist()[3] == 1.0


def test_names_and_codes_are_no_texts(tmp_path):
    rows = [f"x{n % 3},{'ab'[n % 2]}" for n in range(NUM)]
    with pytest.raises(DataError, match="No task recognises"):
        found_in(table(tmp_path, "code,group", *rows))


def test_a_table_with_other_columns_has_to_be_named(tmp_path):
    rows = [f"some words about number {n},{n},x{n % 4},{'ab'[n % 2]}" for n in range(NUM)]
    path = table(tmp_path, "text,size,kind,label", *rows)
    assert found_in(path)[0].name == "tabular-classification"
    assert len(read(path, target="label")) == NUM


def test_a_row_without_a_class_is_named_with_its_line(tmp_path):
    rows = [f"some words about number {n},{'ab'[n % 2] if n != 4 else ''}" for n in range(NUM)]
    with pytest.raises(DataError, match=r"t\.csv, line 6: no class"):
        read(table(tmp_path, "text,label", *rows))


def test_a_split_that_is_not_known_is_named_with_its_line(tmp_path):
    rows = [f"words about {n},{'ab'[n % 2]},{'dev' if n == 2 else 'train'}" for n in range(NUM)]
    with pytest.raises(DataError, match=r"line 4: 'dev' is not a split"):
        read(table(tmp_path, "text,label,split", *rows))


def test_a_class_that_train_does_not_have_is_named(tmp_path):
    rows = [f"words about {n},{'ab'[n % 2]},{('train', 'test')[n % 2]}" for n in range(NUM)]
    with pytest.raises(DataError, match="no example of 'b' in train"):
        read(table(tmp_path, "text,label,split", *rows))


def test_one_class_is_nothing_to_tell_apart(tmp_path):
    rows = [f"some words about number {n},a" for n in range(NUM)]
    with pytest.raises(DataError, match=r"has one class \(a\)"):
        read(table(tmp_path, "text,label", *rows))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"])
def test_files_are_read_as_what_their_bytes_look_like(encoding, tmp_path):
    said = (
        "这部电影很好看,我们都很喜欢它的故事和音乐。"
        if encoding == "gb18030"
        else ("Für die Größe der Bühne wäre ein schönes Stück über Bücher übrig.")
    )
    path = tmp_path / "a.txt"
    path.write_bytes((said * 5).encode(encoding))
    assert read_texts([path])[0] == [said * 5]


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(DataError, match=r"a\.txt is no text"):
        read_texts([path])


def test_a_folder_of_pictures_with_captions_is_not_of_texts(tmp_path):
    from tiny import patterns

    data = patterns(tmp_path / "data")
    (data / "class 0" / "0.txt").write_text("a caption")
    assert found_in(data)[0].name == "image-classification"
