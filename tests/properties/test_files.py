"""A write happens whole or not at all."""

import errno
import json
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.errors import OutputError
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.log import FileLog

quick = settings(max_examples=30, deadline=None)
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
READ_ONLY = OSError(errno.EROFS, os.strerror(errno.EROFS))
FAULTS = st.tuples(
    st.sampled_from([(os, "fsync"), (Path, "replace"), (Path, "open")]),
    st.sampled_from([FULL, READ_ONLY]),
)


@quick
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_what_was_written_is_read(old, new):
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "file"
        write_atomic(path, old)
        assert path.read_bytes() == old
        write_atomic(path, new)
        assert path.read_bytes() == new
        assert list(Path(place).iterdir()) == [path]


@quick
@given(st.binary(max_size=200), st.binary(max_size=200), FAULTS)
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(old, new, fault):
    (where, what), error = fault
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "file"
        path.write_bytes(old)
        with patch.object(where, what, side_effect=error), pytest.raises(OutputError) as failed:
            write_atomic(path, new)
        assert str(path) in failed.value.message
        assert failed.value.hint
        assert path.read_bytes() == old
        assert list(Path(place).iterdir()) == [path]


@quick
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_write_that_is_interrupted_leaves_the_old_file(old, new):
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "file"
        path.write_bytes(old)
        with patch.object(os, "fsync", side_effect=KeyboardInterrupt):  # noqa: SIM117
            with pytest.raises(KeyboardInterrupt):
                write_atomic(path, new)
        assert path.read_bytes() == old
        write_atomic(path, new)
        assert path.read_bytes() == new
        assert list(Path(place).iterdir()) == [path]


FILES = st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=20), max_size=4)


def written(folder, files):
    for name, data in files.items():
        (folder / name).write_bytes(data)


def found(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@quick
@given(FILES, FILES)
def test_a_folder_is_replaced_as_a_whole(old, new):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        for files in (old, new):
            with folder_atomic(folder) as inside:
                written(inside, files)
            assert found(folder) == files
        assert list(Path(place).iterdir()) == [folder]


@quick
@given(FILES, FILES, st.sampled_from([ValueError, KeyboardInterrupt, OSError]))
def test_a_folder_that_is_not_finished_leaves_the_old_one_and_nothing_else(old, new, error):
    def half_way(folder):
        with folder_atomic(folder) as inside:
            written(inside, new)
            raise error

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        with folder_atomic(folder) as inside:
            written(inside, old)
        with pytest.raises(error):
            half_way(folder)
        assert found(folder) == old
        assert list(Path(place).iterdir()) == [folder]


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one_and_nothing_else(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    written(folder, {"a": b"old"})
    rename = Path.rename

    def refuses(source, target):
        if target == folder and source.name.endswith(".tmp"):
            raise FULL
        return rename(source, target)

    with patch.object(Path, "rename", refuses), pytest.raises(OutputError):  # noqa: SIM117
        with folder_atomic(folder) as inside:
            written(inside, {"a": b"new"})
    assert found(folder) == {"a": b"old"}
    assert list(tmp_path.iterdir()) == [folder]


@quick
@given(st.integers(0, 200))
def test_a_log_that_a_kill_cut_short_goes_on_with_whole_lines(num_bytes):
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log.jsonl"
        for number in range(3):
            FileLog(path)("first", number=number)
        whole = path.read_bytes()
        path.write_bytes(whole[:num_bytes])
        FileLog(path)("again")
        events = [json.loads(line) for line in path.read_bytes().splitlines()]
        kept = whole[:num_bytes].count(b"\n")
        assert events == [*[json.loads(x) for x in whole.splitlines()[:kept]], {"event": "again"}]
