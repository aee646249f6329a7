"""Reads a document of each kind of file: its title and its text."""

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

from daylight.core.errors import DataError, MissingExtraError
from daylight.data.text_files import read_texts

MAX_TITLE = 200
"""Characters; a longer first line is no title."""


def read_document(path: Path) -> tuple[str, str]:
    """The title, empty if it has none, and the text without it.

    Raises:
        DataError: It cannot be read.
        MissingExtraError: It is a PDF file, and nothing that reads them is installed.
    """
    title, text = _READERS[path.suffix.lower()](path)
    return one_line(title), text


def one_line(text: str) -> str:
    """The same words with single spaces between them."""
    return " ".join(text.split())


def _read(path: Path) -> str:
    [text], _ = read_texts([path])
    return text


def _plain(path: Path) -> tuple[str, str]:
    """The first line is the title if it is short and an empty one follows."""
    first, _, rest = _read(path).strip().partition("\n")
    if rest.startswith(("\n", "\r\n")) and len(first) <= MAX_TITLE:
        return first.strip(), rest.strip()
    return "", f"{first}\n{rest}".strip()


_FRONT = re.compile(r"\A---\s*\n(.*?\n)---\s*\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*[\"']?(.*?)[\"']?\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,2}[ \t]+(.+?)[ \t]*#*$|^([^\s#>*-].*)\n=+[ \t]*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^(?:#{1,6}[ \t]+|>[ \t]?|[ \t]*[-*+][ \t]+|```.*$)|[*`]{1,3}", re.MULTILINE)


def _markdown(path: Path) -> tuple[str, str]:
    """The title of the front matter, or the first heading; marks are taken away."""
    text = _read(path).replace("\r\n", "\n")
    title = ""
    if front := _FRONT.match(text):
        text = text[front.end() :]
        if said := _FRONT_TITLE.search(front.group(1)):
            title = said.group(1)
    if heading := _HEADING.search(text):
        said_first = (heading.group(1) or heading.group(2)).strip()
        if not title or title == said_first:
            title = said_first
            text = text[: heading.start()] + text[heading.end() :]
    return _bare(title), _bare(text)


def _bare(text: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", text)).strip()


class _Page(HTMLParser):
    """Keeps a page's title and the text that people see."""

    HIDDEN = frozenset({"script", "style", "noscript", "template", "nav", "svg", "head"})
    BLOCKS = frozenset(
        [
            "p",
            "div",
            "br",
            "li",
            "tr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "section",
            "article",
            "pre",
            "table",
            "blockquote",
        ]
    )

    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.heading: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - given by its base
        if tag in self.BLOCKS:
            self.text.append("\n")
        if tag in self.HIDDEN or tag in ("title", "h1"):
            self._open.append(tag)
        if tag == "body":
            self._open.clear()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BLOCKS:
            self.text.append("\n")
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title":
            self.title.append(data)
        elif self._open and self._open[-1] == "h1" and not self.HIDDEN & {*self._open}:
            self.heading.append(data)
        elif not self.HIDDEN & {*self._open}:
            self.text.append(data)


def _html(path: Path) -> tuple[str, str]:
    """The page's title, or its first heading."""
    page = _Page()
    page.feed(_read(path))
    page.close()
    lines = (one_line(line) for line in "".join(page.text).splitlines())
    title = "".join(page.heading) or "".join(page.title)
    return title, "\n".join(line for line in lines if line)


def _pdf(path: Path) -> tuple[str, str]:
    """The title of its metadata, and the text of its pages."""
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - an extra
        from pypdf.errors import PyPdfError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtraError(
            f"{path} is a PDF file, and pypdf, which reads them, is not installed.",
            hint="Install Daylight with its extra retrieval; the README says how.",
            library="pypdf",
        ) from None
    try:
        reader = PdfReader(path)
        pages = [page.extract_text() for page in reader.pages]
        title = str((reader.metadata and reader.metadata.title) or "")
    except (PyPdfError, OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} cannot be read: {str(error).rstrip('.')}.",
            hint="Mend the file, or take it out of the data.",
        ) from None
    return title, "\n".join(pages).strip()


_READERS: Mapping[str, Callable[[Path], tuple[str, str]]] = {
    ".txt": _plain,
    ".text": _plain,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
}

SUFFIXES = frozenset(_READERS)
