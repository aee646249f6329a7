"""Asking a model: by file, folder, pattern and standard input; what is wrong is named."""

import io
import json
import os
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from daylight.package.manifest import seal
from end_to_end.conftest import picture


@pytest.fixture
def stdin(monkeypatch):
    def give(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def test_files_folders_and_patterns_are_answered_in_order(daylight, trained, photos):
    one = photos / "class 0" / "0.png"
    assert len(daylight("predict", trained, one, one).out.splitlines()) == 2
    assert len(daylight("predict", trained, photos).out.splitlines()) == 16
    outcome = daylight("predict", trained, f"{photos}/*/3.png", "--json")
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert [each["input"][-13:] for each in answers] == ["class 0/3.png", "class 1/3.png"]
    for answer in answers:
        assert answer["probability"] == max(answer["probabilities"].values())
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_standard_input_is_lines_of_paths_or_one_picture(daylight, trained, photos, stdin):
    paths = sorted(photos.rglob("*.png"))[:3]
    stdin("\n".join(map(str, paths)).encode())
    lines = daylight("predict", trained, "-").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [str(path) for path in paths]
    stdin(paths[0].read_bytes())
    assert daylight("predict", trained, "-").out.split("\t")[1] == lines[0].split("\t")[1] + "\n"


def test_a_bad_picture_among_good_ones_spoils_only_itself(daylight, trained, photos, tmp_path):
    (tmp_path / "bad.png").write_text("no picture")
    good = photos / "class 0" / "0.png"
    outcome = daylight("predict", trained, good, "bad.png", "never.png", good)
    assert outcome.code == 2
    assert len(outcome.out.splitlines()) == 2
    assert "bad.png is not a picture" in outcome.err
    assert "never.png does not exist" in outcome.err
    assert "2 of 4 inputs could not be answered" in outcome.err
    assert "The others are above" not in daylight("predict", trained, "never.png").err


def test_one_input_that_cannot_be_answered_is_one_error(refused, trained):
    lines = refused("predict", trained, "never.png").splitlines()
    assert lines == ["error: never.png does not exist.", "hint:  Mend it, or name another."]


def test_what_is_no_model_is_named(refused, photos):
    assert "never is not a package" in refused("predict", "never", "a.png")
    assert "photos is not a package" in refused("predict", photos, "a.png")


def test_an_empty_folder_and_a_pattern_that_meets_nothing_are_named(refused, trained, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty holds no files" in refused("predict", trained, "empty")
    assert "holds no files" in refused("predict", trained, "*.nothing")
    assert "An input is empty" in refused("predict", trained, "")
    assert "File name too long" in refused("predict", trained, "x" * 5000)


@pytest.mark.parametrize("nothing", [b"", b"\n\n"])
def test_standard_input_that_is_empty_is_named(refused, trained, stdin, nothing):
    stdin(nothing)
    assert "Standard input is empty" in refused("predict", trained, "-")


def test_a_picture_of_few_bytes_on_standard_input_is_no_list_of_paths(daylight, trained, stdin):
    buffer = io.BytesIO()
    Image.new("RGB", (3, 3)).save(buffer, "BMP", dpi=(1, 1))
    assert buffer.getvalue().decode("utf-8")
    stdin(buffer.getvalue())
    assert daylight("predict", trained, "-").out.startswith("-\t")


def test_a_pattern_that_meets_folders_looks_into_them(daylight, trained, photos):
    assert len(daylight("predict", trained, f"{photos}/*").out.splitlines()) == 16


def test_names_of_any_bytes_are_answered_on_one_line(daylight, trained, tmp_path):
    for name in ("two\nlines.png", os.fsdecode("M\xf6hre.png".encode("latin-1"))):
        picture(tmp_path / name)
        for options in ([], ["--json"]):
            outcome = daylight("predict", trained, name, *options)
            assert outcome.code == 0
            assert len(outcome.out.splitlines()) == 1


def test_names_that_the_terminal_cannot_show_are_spelled_out(trained, tmp_path):
    picture(tmp_path / "猫.png")
    command = [sys.executable, "-m", "daylight", "predict", trained, "猫.png"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=ascii_only, check=True)
    assert done.stdout.startswith(rb"\u732b.png")


def test_a_pipe_is_named_and_never_waited_for(daylight, trained, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert "pipe.png is a pipe" in daylight("predict", trained, "pipe.png").err


@pytest.fixture
def package(trained, tmp_path):
    return shutil.copytree(trained / "package", tmp_path / "package")


def test_a_changed_file_is_named(refused, package):
    data = bytearray((package / "model.onnx").read_bytes())
    data[100] ^= 1
    (package / "model.onnx").write_bytes(data)
    assert "model.onnx is not the file" in refused("predict", package, "a.png", code=3)


def test_a_missing_file_is_named(refused, package):
    (package / "labels.json").unlink()
    assert "labels.json is missing" in refused("predict", package, "a.png", code=3)


def test_an_added_file_is_named(refused, package):
    (package / "extra.py").write_text("print('hello')")
    assert "extra.py is not in the manifest" in refused("predict", package, "a.png", code=3)


def test_a_file_that_is_a_link_is_named(refused, package, tmp_path):
    shutil.move(package / "labels.json", tmp_path / "labels.json")
    (package / "labels.json").symlink_to(tmp_path / "labels.json")
    assert "labels.json is missing" in refused("predict", package, "a.png", code=3)


def edit(package, name, change):
    path = package / name
    path.write_bytes(json.dumps(change(json.loads(path.read_bytes()))).encode())


def test_a_manifest_that_names_files_outside_is_refused(refused, package):
    def outside(manifest):
        manifest["files"]["../secret"] = {"sha256": "0" * 64, "size_bytes": 1}
        return manifest

    edit(package, "manifest.json", outside)
    assert "outside the package" in refused("predict", package, "a.png", code=3)


def test_an_operation_that_is_not_known_is_refused(refused, package):
    def unknown(program):
        program["nodes"][-1]["operation"] = "run_shell"
        return program

    edit(package, "program.json", unknown)
    seal(package, version="0")
    assert "'run_shell'" in refused("predict", package, "a.png", code=3)


def test_a_program_that_does_not_fit_together_is_refused(refused, package):
    def cut(program):
        program["nodes"] = program["nodes"][:1]
        return program

    edit(package, "program.json", cut)
    seal(package, version="0")
    assert "nothing gives ['probabilities']" in refused("predict", package, "a.png", code=3)


def test_a_graph_that_is_none_is_refused(refused, package, photos):
    (package / "model.onnx").write_bytes(b"no graph")
    seal(package, version="0")
    one = photos / "class 0" / "0.png"
    assert "model.onnx cannot be run" in refused("predict", package, one, code=3)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("program.json", lambda program: {**program, "run": "shell"}),
        ("recipe.json", lambda recipe: {**recipe, "task": "never-heard-of"}),
        ("recipe.json", lambda recipe: {**recipe, "model": 3}),
    ],
)
def test_a_sealed_package_that_says_what_is_not_known_is_refused(refused, package, name, change):
    edit(package, name, change)
    seal(package, version="0")
    assert "package: " in refused("predict", package, "a.png", code=3)


def test_a_manifest_that_is_cut_short_is_named(refused, package):
    (package / "manifest.json").write_text("{")
    assert "manifest.json" in refused("predict", package, "a.png", code=3)


def test_a_new_size_or_mode_of_picture_is_answered(daylight, trained, tmp_path):
    picture(tmp_path / "large.jpg", size=(300, 200))
    assert daylight("predict", trained, "large.jpg").code == 0


def test_labels_that_do_not_fit_the_answers_are_refused(refused, package, photos):
    (package / "labels.json").write_text('["only one"]')
    seal(package, version="0")
    one = photos / "class 0" / "0.png"
    assert "labels.json does not fit" in refused("predict", package, one, code=3)
