"""Every check of texts finds the fault that it is for, and finds nothing where there is none."""

import random

import numpy as np
import pytest

from daylight import check
from daylight.core.context import Context
from daylight.data.checks.damaged_texts import damage_of
from daylight.data.text_copies import text_copies

OWN = {"bad": "dull awful boring weak flat 无聊 משעמם", "good": "bright lovely fine deep 好看 נפלא"}
COMMON = [
    "the",
    "a",
    "film",
    "plot",
    "actor",
    "scene",
    "script",
    "music",
    "light",
    "story",
    "it",
    "was",
    "and",
    "with",
    "for",
    "电影",
    "סרט",
]


def write(folder, *, each=60):
    """A folder of class folders; a text has eight words of its class, and thirty of all."""
    draw = random.Random(1)
    for label, words in OWN.items():
        (folder / label).mkdir(parents=True)
        for number in range(each):
            text = draw.choices(words.split(), k=8) + draw.choices(COMMON, k=30)
            draw.shuffle(text)
            (folder / label / f"{number:02}.txt").write_text(" ".join(text), encoding="utf-8")
    return folder


def text_of(data, label="bad", number=0):
    return (data / label / f"{number:02}.txt").read_text(encoding="utf-8")


def put(data, name, text, encoding="utf-8"):
    path = data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def leak(data):
    named = data.parent / "named"
    for path in sorted(data.rglob("*.txt")):
        split = "test" if int(path.stem) % 3 == 0 else "train"
        put(named, f"{split}/{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"))
    put(named, "train/bad/copy.txt", text_of(data) + " indeed")
    return named


def contradict(data):
    put(data, "good/same.txt", text_of(data))


def repeat(data):
    put(data, "bad/same.txt", text_of(data))


def change_a_word(data):
    put(data, "bad/like.txt", text_of(data).upper() + " indeed")


def mislabel(data):
    (data / "bad" / "03.txt").rename(data / "good" / "wrong.txt")


def say_nothing(data):
    put(data, "bad/empty.txt", "")
    put(data, "good/signs.txt", "... !?")


def mistake_the_encoding(data):
    put(data, "bad/cafe.txt", f"{text_of(data, number=1)} a cafÃ© of its own kind")


def write_in_latin(data):
    put(
        data, "bad/latin.txt", "un café très léger, où l'élève a été à l'aise près de là", "latin-1"
    )


def stick_together(data):
    put(data, "bad/all.txt", " ".join(f"word{number}" for number in range(2000)))


PLANTED = {
    "duplicates-across-splits": (leak, "fail"),
    "duplicates-across-labels": (contradict, "fail"),
    "exact-duplicates": (repeat, "warn"),
    "near-duplicates": (change_a_word, "warn"),
    "label-errors": (mislabel, "warn"),
    "empty-texts": (say_nothing, "warn"),
    "damaged-texts": (mistake_the_encoding, "warn"),
    "text-lengths": (stick_together, "warn"),
}


def findings(section):
    return {finding.check: finding for finding in section.findings}


@pytest.fixture
def letters(tmp_path):
    return write(tmp_path / "letters")


def test_nothing_is_found_where_nothing_is_wrong(letters, tmp_path):
    section = check(letters, output=tmp_path / "run")
    assert {f.check: f.message for f in section.findings if f.status != "pass"} == {}
    assert set(PLANTED) <= {f.check for f in section.findings}
    assert section.num_examples == 120


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_and_shown(name, letters, tmp_path):
    plant, status = PLANTED[name]
    section = check(plant(letters) or letters, output=tmp_path / "run")
    finding = findings(section)[name]
    assert finding.status == status, finding.message
    assert finding.fix
    assert finding.evidence
    assert not any("crashed" in each.message for each in section.findings)
    assert "<q dir=" in (tmp_path / "run" / "check.html").read_text(encoding="utf-8")


def test_the_suspected_label_comes_with_the_one_that_it_looks_like(letters, tmp_path):
    mislabel(letters)
    finding = findings(check(letters, output=tmp_path / "run"))["label-errors"]
    assert finding.evidence[0].ids == ("good/wrong.txt",)
    assert "looks like bad" in finding.evidence[0].fact


def test_files_that_are_not_utf_8_are_read_and_told(letters, tmp_path):
    write_in_latin(letters)
    finding = findings(check(letters, output=tmp_path / "run"))["damaged-texts"]
    assert finding.status == "warn"
    assert "1 file read as" in finding.message


@pytest.mark.parametrize(
    "text", ["Grüße aus Köln", "50 °C, 20 £", "naïve café", "Ça va? «Où»", "日光", "שלום", "ÀÉÎ"]
)
def test_letters_with_accents_are_no_damage(text):
    assert damage_of(text) == ""


@pytest.mark.parametrize("text", ["Itâ€™s", "GrÃ¼ÃŸe", "a\ufffdb", "bell\x07"])
def test_damage_is_seen(text):
    assert damage_of(text)


def test_near_copies_are_found_among_thousands_and_nothing_else():
    draw = np.random.default_rng(0)
    words = [f"w{number}" for number in range(400)]
    texts = [" ".join(draw.choice(words, 25)) for _ in range(2500)]
    texts[2400] = texts[7] + " more"
    texts[2401] = texts[8].replace(" ", "  ")
    copies = text_copies([*texts, "", ""], Context())
    assert set(copies.near) == {(7, 2400), (8, 2401)}
    assert copies.exact == ()


def test_the_search_for_copies_ends_in_time():
    copies = text_copies(["one text", "another text"], Context(deadline=0.0))
    assert (copies.searched, copies.late) == (False, True)
