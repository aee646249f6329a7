"""Documents, cut into passages that are short enough to be compared with a question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from daylight.core.hashing import sha256_bytes

MAX_CHARACTERS = 1200
"""Of a passage: about two hundred words, which encoders of sentences read whole."""

_ENDS, _WIDE = r".!?", "\u3002\uff01\uff1f"
_SENTENCE = re.compile(
    rf"[^{_ENDS}{_WIDE}\n]*(?:[{_ENDS}](?!\s|$)[^{_ENDS}{_WIDE}\n]*)*(?:[{_ENDS}{_WIDE}]+|\n|$)"
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
    """Where each sentence begins and ends; a new line ends one, too.

    >>> text = "Version 2.1 is out. It is faster!"
    >>> [text[start:stop] for start, stop in sentences(text)]
    ['Version 2.1 is out.', 'It is faster!']
    """
    for found in _SENTENCE.finditer(text):
        said = found.group()
        start = found.start() + len(said) - len(said.lstrip())
        if start < (stop := found.start() + len(said.rstrip())):
            yield start, stop


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
