"""An index that was changed bit by bit answers as one that was made at once."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daylight.core.errors import IntegrityError, NotFoundError, UserError
from daylight.core.types import Column
from daylight.runtime.inputs import TEXT
from daylight.runtime.operations.saturate import Parameters, weighed
from daylight.runtime.operations.terms import OPERATION as TERMS
from daylight.runtime.operations.terms import Parameters as Terms
from daylight.runtime.search import folder as folders
from daylight.runtime.search.folder import IndexFolder
from daylight.runtime.search.index import Index
from daylight.runtime.search.passages import Document
from daylight.runtime.search.segment import represented

COUNT = TERMS.open(Terms(), None)
ASKED = ["red cat", "blue", "old dog", "nothing of it"]


def represent(texts):
    """Words and, for a vector, how many letters of some kinds there are."""
    terms, counts = COUNT(texts)
    letters = [[text.count(c) for c in "abcde"] for text in texts.values.tolist()]
    vectors = np.array(letters, np.float32).reshape(-1, 5)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return {
        "terms": terms,
        "weights": weighed(counts, Parameters()),
        "vector": Column(vectors),
        "balance": Column(np.full(len(texts), 0.4, np.float32)),
    }


def found(index):
    """Per question: ids and scores, in an order that does not depend on that of the documents."""
    ranked = index.rank(represent(Column(np.array(ASKED, TEXT))), k=50)
    return [
        sorted(
            (round(score, 5), index.ids[item])
            for item, score in zip(*row, strict=True)
            if item >= 0
        )
        for row in zip(
            ranked["items"].values.tolist(), ranked["scores"].values.tolist(), strict=True
        )
    ]


TEXTS = st.lists(
    st.sampled_from(["red", "blue", "old", "cat", "dog", "sea", "."]), min_size=1, max_size=8
).map(" ".join)
CORPUS = st.dictionaries(st.sampled_from([f"d{n}" for n in range(9)]), TEXTS, min_size=1)


def documents(corpus):
    return [Document(id=name, text=text) for name, text in corpus.items()]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CORPUS, min_size=1, max_size=5), st.booleans())
def test_changes_lead_where_a_new_index_would(tmp_path, versions, keep_others):
    shutil.rmtree(tmp_path / "index", ignore_errors=True)
    place, whole = IndexFolder(tmp_path / "index", "model"), {}
    for corpus in versions:
        changes = place.update(documents(corpus), represent, keep_others=keep_others)
        before, whole = whole, {**(whole if keep_others else {}), **corpus}
        same = {name for name in before if whole.get(name) == before[name]}
        assert changes.kept == len(same)
        assert changes.added == len(whole.keys() - before.keys())
        assert changes.removed == len(before.keys() - whole.keys())
    assert found(place.open()) == found(Index(represented(documents(whole), represent)))
    assert len(list((tmp_path / "index").iterdir())) <= 1 + folders.MAX_SEGMENTS


def test_only_what_is_new_is_shown_to_the_model(tmp_path):
    shown = []

    def watched(texts):
        shown.extend(texts.values.tolist())
        return represent(texts)

    place = IndexFolder(tmp_path / "index", "model")
    place.update(documents({"a": "red cat", "b": "old dog"}), watched)
    shown.clear()
    changes = place.update(documents({"a": "red cat", "b": "new dog", "c": "sea"}), watched)
    assert sorted(shown) == ["new dog", "sea"]
    assert (changes.added, changes.changed, changes.removed, changes.kept) == (1, 1, 0, 1)


def test_documents_can_be_taken_out(tmp_path):
    place = IndexFolder(tmp_path / "index", "model")
    place.update(documents({"a": "red cat", "b": "red dog", "c": "sea"}), represent)
    assert place.remove(["b", "no such document"]) == 1
    assert place.open().ids == ("a", "c")
    assert place.remove(["a", "c"]) == 2
    assert found(place.open()) == [[]] * len(ASKED)


def test_an_index_of_another_model_is_refused(tmp_path):
    IndexFolder(tmp_path / "index", "one model").update(documents({"a": "cat"}), represent)
    with pytest.raises(UserError, match="another model") as refused:
        IndexFolder(tmp_path / "index", "other model").open()
    assert "daylight index" in refused.value.hint


def test_no_index_is_answered_with_how_to_make_one(tmp_path):
    with pytest.raises(NotFoundError, match="not an index") as refused:
        IndexFolder(tmp_path, "model").open()
    assert "daylight index" in refused.value.hint


@pytest.mark.parametrize("name", ["vectors.npy", "documents.json", "terms.npy"])
def test_a_file_that_is_cut_short_or_gone_is_named(tmp_path, name):
    place = IndexFolder(tmp_path / "index", "model")
    place.update(documents({"a": "cat"}), represent)
    [file] = tmp_path.rglob(name)
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(IntegrityError):
        place.open()
    file.unlink()
    with pytest.raises(IntegrityError):
        place.open()


def test_a_segment_is_never_a_path_out_of_the_index(tmp_path):
    place = IndexFolder(tmp_path / "index", "model")
    place.update(documents({"a": "cat"}), represent)
    file = tmp_path / "index" / "index.json"
    file.write_text(file.read_text().replace("000001", "../../etc"))
    with pytest.raises(IntegrityError):
        place.open()


def test_a_kill_at_any_write_leaves_the_old_index_or_the_new(tmp_path, monkeypatch):
    old, new = documents({"a": "red cat", "b": "dog"}), documents({"a": "blue cat", "c": "sea"})
    expected = [found(Index(represented(each, represent))) for each in (old, new)]
    left = 0

    def counted(move):
        def moved(path, target):
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
            return move(path, target)

        return moved

    IndexFolder(tmp_path / "whole", "model").update(old, represent)
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    for number in range(1, 50):
        place = IndexFolder(tmp_path / str(number), "model")
        shutil.copytree(tmp_path / "whole", place.path)
        left = number
        try:
            place.update(new, represent)
        except KeyboardInterrupt:
            left = 0
            assert found(place.open()) in expected
            place.update(new, represent)
            assert found(place.open()) == expected[1]
        else:
            assert number > 2
            return


def many(num):
    draw = np.random.default_rng(0)
    words = ["red", "blue", "old", "cat", "dog", "sea", "add", "bead", "dad", "ebb"]
    return documents({f"d{n}": " ".join(draw.choice(words, 6)) for n in range(num)})


@pytest.mark.parametrize("kind", ["hnsw", "ivf-pq"])
def test_a_shortcut_finds_what_looking_at_each_does_and_says_how_much(tmp_path, kind):
    pytest.importorskip("faiss")
    place = IndexFolder(tmp_path / "index", "model")
    changes = place.update(many(400), represent, lookup=kind)
    if changes.shortcut is None:  # codes of five numbers tell little apart
        assert kind == "ivf-pq"
        return
    assert changes.shortcut.kind == kind
    assert changes.shortcut.recall >= 0.8
    more = documents({"new": "add a red sea", "d7": "blue"})
    changes = place.update(more, represent, keep_others=True, lookup=kind)
    assert changes.shortcut.parts == ("000001",)
    place.remove(["d1", "d2"])
    quick, whole = place.open(), Index(place.open().segment)
    asked = represent(Column(np.array(ASKED, TEXT)))
    one, other = (each.rank(asked, k=5)["items"].values.tolist() for each in (quick, whole))
    assert quick.shortcut
    shared = [len({*a} & {*b}) for a, b in zip(one, other, strict=True)]
    assert sum(shared) >= 0.8 * sum(map(len, other))
    assert {"d1", "d2"}.isdisjoint(quick.ids[item] for row in one for item in row if item >= 0)


def test_a_shortcut_is_made_anew_when_much_has_come_since(tmp_path):
    pytest.importorskip("faiss")
    place = IndexFolder(tmp_path / "index", "model")
    place.update(many(100), represent, lookup="hnsw")
    changes = place.update(many(300), represent, lookup="hnsw")
    assert changes.shortcut.parts == ("000001", "000003")
    assert [path.name for path in place.path.glob("*.faiss")] == ["000004.faiss"]
    (place.path / "000004.faiss").write_bytes(b"nothing")
    with pytest.raises(IntegrityError, match="cannot be opened"):
        place.open()
