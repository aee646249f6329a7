"""Scores are those of the formulas, and lists are in the order of the scores."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.types import Column
from daylight.runtime.inputs import TEXT
from daylight.runtime.operations.saturate import Parameters, weighed
from daylight.runtime.operations.terms import OPERATION as TERMS
from daylight.runtime.operations.terms import Parameters as Terms
from daylight.runtime.search.passages import MAX_CHARACTERS, passages, sentences
from daylight.runtime.search.postings import Postings
from daylight.runtime.search.ranking import BY_RANK, Scored, best, combined, fused

WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=0, max_size=12)


def ragged(rows, dtype=np.int64):
    offsets = np.cumsum([0, *map(len, rows)])
    return Column(np.array([value for row in rows for value in row], dtype), offsets)


def counted(texts):
    rows = [sorted(Counter(map(ord, text)).items()) for text in texts]
    terms = ragged([[term for term, _ in row] for row in rows])
    return terms, ragged([[count for _, count in row] for row in rows], np.float32)


def plain_bm25(texts, question, k1, b):
    """Robertson's formula, word by word."""
    mean = sum(map(len, texts)) / len(texts)
    found = []
    for text in texts:
        score = 0.0
        for word in question:
            holding = sum(word in each for each in texts)
            rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            often = text.count(word)
            slack = k1 * (1 - b + b * len(text) / mean)
            score += rarity * often * (k1 + 1) / (often + slack) if often else 0.0
        found.append(score)
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8), st.sets(st.sampled_from("abcdefghz")))
def test_shared_words_are_scored_as_bm25_says(texts, question):
    mean = max(1e-9, sum(map(len, texts)) / len(texts))
    terms, counts = counted(texts)
    parameters = Parameters(saturation=1.2, length_share=0.6, mean_length=mean)
    postings = Postings.of(terms, weighed(counts, parameters))
    asked = np.array(sorted(map(ord, question)), np.int64)
    scores = postings.scores(asked, np.ones(len(asked), np.float32))
    expected = plain_bm25(texts, question, 1.2, 0.6) if any(texts) else [0.0] * len(texts)
    assert scores == pytest.approx(expected, abs=1e-4)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 40))
def test_the_best_are_those_of_a_full_sort(scores, k):
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:k]
    assert best(np.array(scores, float), k).tolist() == expected


def test_ranks_are_fused_by_reciprocals():
    items, scores = fused([np.array([3, 1, 2]), np.array([2, 3])], 3)
    assert items.tolist() == [3, 2, 1]
    assert scores == pytest.approx([1 / 61 + 1 / 62, 1 / 63 + 1 / 61, 1 / 62])


def test_a_balance_of_none_or_all_is_one_list_alone():
    sharing, near = np.array([0.0, 4.0, 2.0]), np.array([0.9, 0.1, 0.5])

    def together(balance):
        lists = Scored.of(sharing, 3), Scored.of(near, 3)
        found = combined(*lists, lambda items: (sharing[items], near[items]), balance, 3)
        return found.items.tolist()

    assert together(0.0) == [1, 2]
    assert together(1.0) == [0, 2, 1]
    assert together(BY_RANK) == [1, 2, 0]


def words_of(text, stem="plural"):
    terms, counts = TERMS.open(Terms(stem=stem), None)(Column(np.array([text], TEXT)))
    return dict(zip(terms.values.tolist(), counts.values.tolist(), strict=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Libraries", "library"),
        ("FILES", "file"),
        ("café", "cafe\u0301"),
        ("cafe", "café"),
        ("user's", "user\u2019s"),
        ("ﬁle", "file"),
        ("Straße", "STRASSE"),
    ],
)
def test_words_that_people_take_for_the_same_are_the_same(one, other):
    assert words_of(one) == words_of(other)


def test_a_script_without_spaces_is_found_by_pairs_of_characters():
    assert words_of("全文检索").keys() > words_of("检索").keys()
    assert words_of("检索").keys().isdisjoint(words_of("检查"))
    assert len(words_of("我 python3")) == 2


def test_plurals_are_kept_where_nobody_wants_them_gone():
    assert words_of("files", stem="none") != words_of("file", stem="none")


def test_no_text_has_no_words():
    assert words_of("") == {}
    terms, counts = TERMS.open(Terms(), None)(Column(np.array([], TEXT)))
    assert len(terms) == len(counts) == 0


@given(st.text(alphabet="ab .!?\n-。", max_size=200))
def test_sentences_and_passages_hold_every_word_once_and_in_order(text):
    for spans in (list(sentences(text)), passages(text)):
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        kept = "".join(text[start:stop] for start, stop in spans)
        assert "".join(kept.split()) == "".join(text.split())


def test_a_passage_is_never_too_long():
    text = "word " * 1000
    assert max(stop - start for start, stop in passages(text)) <= MAX_CHARACTERS
    assert len(passages(text)) == 5
