"""Documents, cut into passages that are short enough to be compared with a question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from daylight.core.hashing import sha256_bytes

MAX_CHARACTERS = 1200
"""Of a passage: about two hundred words, which encoders of sentences read whole."""

_END = re.compile(
    r"(?<=[.!?])\s+"
    r"|(?<=[\u3002\uff01\uff1f])"  # of Chinese and Japanese
    r"|\n[ \t]*\n|\n(?=[ \t]*[-*\u2022#|])"  # paragraphs and lists
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text that can be found.

    Attributes:
        id: Names it among the others: a path, or the key of a table.
        title: Empty if it has none.
    """

    id: str
    text: str
    title: str = ""

    @property
    def digest(self) -> str:
        """Equal for equal titles and texts."""
        return sha256_bytes(f"{self.title}\0{self.text}".encode())


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends; a paragraph or an item of a list ends one, too.

    >>> text = "Version 2.1 is out. It is faster!"
    >>> [text[start:stop] for start, stop in sentences(text)]
    ['Version 2.1 is out.', 'It is faster!']
    """
    begin = 0
    for end in (*_END.finditer(text), None):
        stop = end.start() if end else len(text)
        said = text[begin:stop]
        if said.strip():
            yield begin + len(said) - len(said.lstrip()), begin + len(said.rstrip())
        begin = end.end() if end else stop


def passages(text: str) -> list[tuple[int, int]]:
    """Where each passage begins and ends: as many whole sentences as are short enough together.

    A sentence that is too long is cut. A text without words is one passage.
    """
    found: list[tuple[int, int]] = []
    for begin, end in sentences(text):
        for start in range(begin, end, MAX_CHARACTERS):
            stop = min(start + MAX_CHARACTERS, end)
            if found and stop - found[-1][0] <= MAX_CHARACTERS:
                found[-1] = (found[-1][0], stop)
            else:
                found.append((start, stop))
    return found or [(0, len(text))]
