"""Tables of who took what are read by the names of their columns, and split without leaks."""

from collections import defaultdict

import pytest

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.data.sources import FileSource
from daylight.tasks.recommendation import TASK


def read(path, **data):
    return TASK.read(FileSource.look(path), DataConfig(path=str(path), **data))


def saw(path, **data):
    return TASK.recognise(FileSource.look(path), DataConfig(path=str(path), **data))


def by_split(dataset):
    """History and what came next, by person and split."""
    found = defaultdict(dict)
    for row in dataset.tables["examples"].to_pylist():
        person, _, split = row["id"].rpartition("/")
        assert split == row["split"]
        found[person][split] = (row["history"], row["next"])
    return found


def table(path, rows, header="user,item,rating,timestamp"):
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header, *rows]))
    return path


@pytest.fixture
def timed(tmp_path):
    """Not in the order of time; b is taken twice."""
    times = {"c": 3, "a": 1, "e": 5, "b": 2, "d": 4}
    rows = [f"ann,{item},4,{time}" for item, time in times.items()]
    return table(tmp_path / "t.csv", [*rows, "ann,b,1,9", "bob,a,5,1", "bob,c,2,2", "cyd,e,3,1"])


def test_by_default_the_last_that_each_person_took_is_tested(timed):
    found = by_split(read(timed))
    assert found["ann"] == {
        "train": (["a", "b"], ["c"]),
        "validation": (["a", "b", "c"], ["d"]),
        "test": (["a", "b", "c", "d"], ["e"]),
    }
    assert found["bob"] == {"train": ([], ["a"]), "test": (["a"], ["c"])}
    assert found["cyd"] == {"train": ([], ["e"])}


def test_at_random_each_persons_items_are_shared_out(tmp_path):
    rows = [f"{user},{item}" for user in "xyz" for item in range(20)]
    path = table(tmp_path / "t.csv", rows, "user,item")
    dataset = read(path, validation_fraction=0.1, test_fraction=0.2)
    for parts in by_split(dataset).values():
        (before, last), (train, validation), (rest, test) = (
            parts[name] for name in ("train", "validation", "test")
        )
        assert (len(last), len(validation), len(test)) == (1, 2, 4)
        assert [*before, *last] == train
        assert [*train, *validation] == rest
        assert sorted([*rest, *test], key=int) == [str(item) for item in range(20)]
    assert read(path).digest == dataset.digest
    assert "at random" in saw(path)


def test_ratings_count_alike_unless_the_recipe_says_how_high(timed):
    assert len(by_split(read(timed))) == 3
    liked = by_split(read(timed, min_rating=4))
    assert liked["ann"]["test"] == (["a", "b", "c", "d"], ["e"])
    assert liked["bob"] == {"train": ([], ["a"])}
    assert "of at least 4" in saw(timed, min_rating=4)


def test_recboles_files_are_read_as_they_are(tmp_path):
    table(
        tmp_path / "data" / "ml.inter",
        ["1\t10\t3\t881250949", "1\t9\t3\t891717742", "2\t10\t1\t878887116"],
        "user_id:token\titem_id:token\trating:float\ttimestamp:float",
    )
    table(
        tmp_path / "data" / "ml.item",
        ["9\tHeat\tAction Crime", "10\tBabe\tComedy", "11\tUp\tComedy"],
        "item_id:token\tmovie_title:token_seq\tclass:token_seq",
    )
    dataset = read(tmp_path / "data")
    assert dataset.labels == ("9", "10", "11")
    assert {field.name: field.type for field in dataset.schema["items"]} == {
        "item": "category",
        "movie_title": "text",
        "class": "text",
    }
    assert by_split(dataset)["1"]["test"] == (["10"], ["9"])
    assert "items by 'item_id:token' in ml.item" in saw(tmp_path / "data")


def test_dates_are_times(tmp_path):
    rows = ["a,x,2024-03-01", "a,y,2023-01-05", "a,z,2024-02-29"]
    path = table(tmp_path / "t.csv", rows, "customer,product,date")
    assert by_split(read(path))["a"]["test"] == (["y", "z"], ["x"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",a,1,1", "line 3: column 'user' is empty"),
        ("u,,1,1", "line 3: column 'item' is empty"),
        ("u,a,1,", "line 3: column 'timestamp' is empty"),
        ("u,a,1,soon", "column 'timestamp' is string, not a number"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, row, message):
    path = table(tmp_path / "t.csv", ["u,b,1,1", row])
    with pytest.raises(DataError, match=message):
        read(path)


def test_ratings_that_there_are_not_or_not_so_high_are_no_limit(tmp_path, timed):
    with pytest.raises(DataError, match="nothing is rated so high"):
        read(timed, min_rating=6)
    with pytest.raises(DataError, match="has no ratings"):
        read(table(tmp_path / "bare.csv", ["u,a", "u,b"], "user,item"), min_rating=1)


def test_two_tables_of_interactions_are_one_too_many(tmp_path):
    for name in ("a.csv", "b.csv"):
        table(tmp_path / "data" / name, ["u,i"], "user,item")
    with pytest.raises(DataError, match=r"a\.csv and b\.csv") as refused:
        read(tmp_path / "data")
    assert refused.value.hint


def test_an_item_that_is_described_twice_is_named_with_its_line(tmp_path):
    table(tmp_path / "data" / "t.csv", ["u,a", "u,b"], "user,item")
    table(tmp_path / "data" / "items.csv", ["a,1", "a,2"], "item,price")
    with pytest.raises(DataError, match=r"items\.csv, line 3: 'a' stands there twice"):
        read(tmp_path / "data")


def test_tables_without_people_or_items_are_not_recognised(tmp_path):
    assert saw(table(tmp_path / "a.csv", ["1,2"], "user,price")) is None
    assert saw(table(tmp_path / "b.csv", ["1,2"], "item,price")) is None
    with pytest.raises(DataError, match="no table with a column of people"):
        read(tmp_path / "b.csv")
