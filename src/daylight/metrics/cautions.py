"""Cautions as a few footnotes: sentences that differ only in their numbers are one."""

import re
from collections.abc import Iterable, Sequence

from daylight.core.sections import Score

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
UNEXPLAINED = "This interval is not known to hold in 93 to 97\u00a0% of cases."


class Footnotes:
    """The cautions of a table's scores.

    "Only 9 examples." and "Only 120 examples. It jumps." give two: "Only 9 to 120 examples." and
    "It jumps."

    Attributes:
        texts: Each sentence once, in the order of the scores; where its numbers differ from score
            to score, with the smallest and the largest of them.
    """

    def __init__(self, scores: Iterable[Score]) -> None:
        found: dict[str, list[str]] = {}
        for caution in map(_caution, scores):
            for sentence in _sentences(caution):
                found.setdefault(_pattern(sentence), []).append(sentence)
        self._places = {pattern: place for place, pattern in enumerate(found, 1)}
        self.texts = tuple(_joined(sentences) for sentences in found.values())

    def of(self, score: Score) -> tuple[int, ...]:
        """The footnotes of a score, by their places from 1."""
        places = {self._places[_pattern(each)] for each in _sentences(_caution(score))}
        return tuple(sorted(places))


def _caution(score: Score) -> str:
    return score.caution or ("" if score.reliable else UNEXPLAINED)


def _sentences(caution: str) -> list[str]:
    return [each for each in _BETWEEN_SENTENCES.split(caution.strip()) if each]


def _pattern(sentence: str) -> str:
    return _NUMBER.sub("0", sentence)


def _joined(sentences: Sequence[str]) -> str:
    """The first sentence, with the range of each of its numbers."""
    columns = iter(list(zip(*map(_NUMBER.findall, sentences), strict=True)))

    def spread(_: re.Match[str]) -> str:
        numbers = sorted(set(next(columns)), key=lambda text: float(text.replace(",", "")))
        return numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"

    return _NUMBER.sub(spread, sentences[0])
