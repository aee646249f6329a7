"""Documents are indexed and asked; what is published holds none of them."""

import json

import pytest

import tiny_encoder
from contracts.conftest import difference, make_run, prepared_of
from daylight.cli.main import main
from daylight.core.run import Run
from daylight.models import hybrid
from daylight.runtime.predictor import Predictor
from tiny import TINY


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    data = TINY["text-retrieval"](folder / "docs")
    (data / "secret.md").write_text("# quokkas of rottnest\n\nThe zanzibar plan. It is hidden.\n")
    return make_run(data, folder / "run", "hybrid")


def test_a_package_holds_no_document_no_title_and_no_name(run):
    for path in run.package.rglob("*"):
        if path.is_file():
            raw = path.read_bytes().lower()
            for word in (b"zanzibar", b"quokka", b"secret.md", b"crimson", b"07.md"):
                assert word not in raw, path.name


def test_the_runs_own_documents_are_asked_at_once(run, capsys):
    main(["predict", str(run.path), "zanzibar plan", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["items"][0] == "secret.md"
    assert found["documents"][0]["title"] == "quokkas of rottnest"
    answer = found["answer"]
    assert (answer["sentence"], answer["id"]) == ("The zanzibar plan.", "secret.md")
    text = "The zanzibar plan. It is hidden."
    assert text[answer["start"] : answer["stop"]] == answer["sentence"]
    assert Run.open(run.path).path.joinpath("index").is_dir()


def test_the_runs_own_index_is_made_anew_for_another_model(run, capsys):
    main(["predict", str(run.path), "zanzibar plan", "--json"])
    file = run.path / "index" / "index.json"
    before = capsys.readouterr().out, file.read_text()
    digest = Predictor.open(run.package).package.manifest.model_digest
    file.write_text(before[1].replace(digest, "0" * 64))
    main(["predict", str(run.path), "zanzibar plan", "--json"])
    assert (capsys.readouterr().out, file.read_text()) == before


def test_people_see_the_sentence_and_a_line_per_document(run, capsys):
    main(["predict", str(run.path), "zanzibar plan"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "zanzibar plan"
    assert "The zanzibar plan." in lines[1]
    assert "secret.md" in lines[1]
    assert "quokkas of rottnest" in lines[2]


def test_other_documents_are_indexed_and_kept_up_to_date(run, tmp_path, capsys):
    docs, place = tmp_path / "docs", str(tmp_path / "index")
    docs.mkdir()
    (docs / "a.txt").write_text("Bread\n\nFlour and water.")
    (docs / "b.txt").write_text("Soup\n\nWater and salt.")
    main(["index", str(run.package), str(docs), "-o", place])
    assert "2 added, 0 changed, 0 removed, 0 as before" in capsys.readouterr().out
    (docs / "a.txt").write_text("Bread\n\nFlour, water and yeast.")
    (docs / "b.txt").unlink()
    (docs / "c.txt").write_text("Tea\n\nLeaves.")
    main(["index", str(run.package), str(docs), "-o", place, "--json"])
    changes = json.loads(capsys.readouterr().out)
    assert changes == {"added": 1, "changed": 1, "removed": 1, "kept": 0, "shortcut": None}
    main(["predict", str(run.package), "yeast", "--index", place, "--json"])
    assert json.loads(capsys.readouterr().out)["items"] == ["a.txt"]
    main(["index", str(run.package), "-o", place, "--remove", "a.txt"])
    capsys.readouterr()
    main(["predict", str(run.package), "yeast", "--index", place, "--json"])
    assert "a.txt" not in json.loads(capsys.readouterr().out)["items"]


def test_a_package_without_an_index_says_how_to_make_one(run, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["predict", str(run.package), "anything"])
    assert ended.value.code == 2
    assert "daylight index" in capsys.readouterr().err


def test_in_python_a_package_represents_texts_and_answers_with_an_index(run):
    model = Predictor.open(run.package)
    [made] = model.predict(["red cat"])
    assert len(made["vector"]) == 128
    assert len(made["terms"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("fusion", ["scores", "ranks"])
def test_words_go_with_an_encoder_as_with_vectors_of_words(tmp_path, fusion):
    data = TINY["text-retrieval"](tmp_path / "docs")
    settings = [f"settings.backbone=hf:{tiny_encoder.shared()}", f"settings.fusion={fusion}"]
    made = make_run(data, tmp_path / "run", "hybrid", settings)
    inputs = prepared_of(made).splits["test"].inputs
    exported = Predictor.open(made.package).program.answer(inputs)
    assert difference(hybrid.load(made.package).predict(inputs), exported) <= 1e-4
    assert exported["vector"].values.shape[1] == tiny_encoder.SIZE
    assert len(exported["terms"].values)
    assert (exported["balance"].values == -1).all() == (fusion == "ranks")
