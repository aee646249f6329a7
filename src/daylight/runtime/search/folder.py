"""An index that lasts: a folder of segments, bound to the model that made them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import numpy as np

from daylight.core.config import Config, decode
from daylight.core.errors import IntegrityError, NotFoundError, UserError
from daylight.core.files import write_atomic, writing
from daylight.core.log import Log, silent
from daylight.core.types import Column
from daylight.runtime.inputs import TEXT
from daylight.runtime.search import shortcut as shortcuts
from daylight.runtime.search.index import Index
from daylight.runtime.search.near import Approximate, Near
from daylight.runtime.search.passages import Document, sentences
from daylight.runtime.search.segment import Represent, Segment, merged, represented
from daylight.runtime.search.shortcut import Shortcut

if TYPE_CHECKING:
    from daylight.core.types import Array

FILE = "index.json"
FORMAT = 1
MAX_SEGMENTS = 8
MAX_LATER = 0.2
"""A share of passages that came after a shortcut was made, above which it is made anew."""

NUM_ASKED = 200
MAX_DEAD = 0.25
"""A share of documents that are gone, above which an index is written anew, without a model."""


Lookup = Literal["auto", "exact", "hnsw", "ivf-pq"]
"""How vectors are looked up: as their number suggests, each, or by a shortcut of FAISS."""


class Part(Config):
    """A segment's folder, and which of its documents are gone."""

    name: Annotated[str, msgspec.Meta(pattern="^[0-9]{6,}$")]
    gone: tuple[int, ...] = ()


class Contents(Config):
    """What an index is made of."""

    format: int
    model_digest: str
    parts: tuple[Part, ...] = ()
    number: int = 0
    shortcut: Shortcut | None = None


class Changes(Config):
    """What an update did, in documents.

    Attributes:
        shortcut: How vectors are looked up now; ``None`` where each is looked at.
    """

    added: int
    changed: int
    removed: int
    kept: int
    shortcut: Shortcut | None = None


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """A local folder of documents and what a model made of them.

    It is never part of a package: a package must not publish people's documents.

    Attributes:
        path: The folder; it need not exist yet.
        model_digest: Of the model that looks documents up here.
    """

    path: Path
    model_digest: str

    def exists(self) -> bool:
        """Whether something was indexed here."""
        return (self.path / FILE).is_file()

    def is_current(self) -> bool:
        """Whether this model made an index here."""
        try:
            return self.exists() and bool(self._contents())
        except UserError:
            return False

    def open(self) -> Index:
        """All documents that are there now, ready to be searched.

        Raises:
            NotFoundError: There is no index.
            UserError: Another model made it.
            IntegrityError: Files are missing, or are not what they were.
        """
        if not self.exists():
            raise NotFoundError(
                f"{self.path} is not an index (it has no {FILE}).",
                hint=f"Make one: daylight index MODEL DOCUMENTS -o {self.path}",
            )
        contents = self._contents()
        segment = merged(self._live(contents))
        return Index(segment, self._near(contents, segment))

    def update(
        self,
        documents: Sequence[Document],
        represent: Represent,
        *,
        keep_others: bool = False,
        lookup: Lookup = "auto",
        log: Log = silent,
    ) -> Changes:
        """Brings the index up to date; only documents that are new or changed cost time.

        Args:
            documents: With distinct ids.
            represent: What the model makes of texts.
            keep_others: Whether documents that are not among these stay.
            lookup: How vectors are looked up.
            log: Receives progress.

        Raises:
            UserError: Another model made the index.
        """
        contents = self._contents() if self.exists() else self._empty()
        wanted = {document.id: document.digest for document in documents}
        have: dict[str, str] = {}
        parts, num_gone = [], 0
        for part in contents.parts:
            facts = self._segment(part).facts
            gone = set(part.gone)
            for place, (name, digest) in enumerate(zip(facts.ids, facts.digests, strict=True)):
                if place in gone:
                    continue
                have[name] = digest
                if wanted.get(name, digest if keep_others else None) != digest:
                    gone.add(place)
                    num_gone += 1
            parts.append(Part(name=part.name, gone=tuple(sorted(gone))))
        new = [each for each in documents if have.get(each.id) != each.digest]
        number = contents.number
        if new or not contents.parts:
            number += 1
            parts.append(Part(name=f"{number:06}"))
            with writing(self.path):
                self.path.mkdir(parents=True, exist_ok=True)
            represented(new, represent, log=log).save(self.path / parts[-1].name)
        contents = msgspec.structs.replace(contents, parts=tuple(parts), number=number)
        contents = self._compact(contents)
        contents = self._with_shortcut(contents, represent, lookup)
        self._commit(contents)
        changed = sum(document.id in have for document in new)
        return Changes(
            added=len(new) - changed,
            changed=changed,
            removed=num_gone - changed,
            kept=len(have) - num_gone,
            shortcut=contents.shortcut,
        )

    def remove(self, ids: Sequence[str]) -> int:
        """Takes documents out, and says how many; ids that are not there are passed over."""
        contents, unwanted, count = self._contents(), set(ids), 0
        parts = []
        for part in contents.parts:
            names = self._segment(part).facts.ids
            gone = set(part.gone)
            found = {p for p, name in enumerate(names) if name in unwanted} - gone
            count += len(found)
            parts.append(Part(name=part.name, gone=tuple(sorted(gone | found))))
        self._commit(self._compact(msgspec.structs.replace(contents, parts=tuple(parts))))
        return count

    def _contents(self) -> Contents:
        file = self.path / FILE
        contents = decode(Contents, file.read_bytes(), where=file, error=IntegrityError)
        if contents.format > FORMAT:
            raise IntegrityError(
                f"{self.path} has index format {contents.format}; this Daylight reads {FORMAT}.",
                hint="Install a newer Daylight, or make the index anew.",
            )
        if contents.model_digest != self.model_digest:
            raise UserError(
                f"{self.path} was made by another model ({contents.model_digest[:12]}, "
                f"and this is {self.model_digest[:12]}).",
                hint="Make an index in another folder: daylight index MODEL DOCUMENTS -o FOLDER",
            )
        return contents

    def _empty(self) -> Contents:
        return Contents(format=FORMAT, model_digest=self.model_digest)

    def _segment(self, part: Part) -> Segment:
        return Segment.open(self.path / part.name)

    def _live(self, contents: Contents) -> list[Segment]:
        found = []
        for part in contents.parts:
            segment = self._segment(part)
            if part.gone:
                segment = segment.take(np.delete(np.arange(len(segment)), list(part.gone)))
            found.append(segment)
        return found

    def _compact(self, contents: Contents) -> Contents:
        """Writes many parts, or parts much of which is gone, as one."""
        total = sum(len(self._segment(part)) for part in contents.parts)
        dead = sum(len(part.gone) for part in contents.parts)
        if len(contents.parts) <= MAX_SEGMENTS and dead <= MAX_DEAD * total:
            return contents
        number = contents.number + 1
        part = Part(name=f"{number:06}")
        merged(self._live(contents)).save(self.path / part.name)
        return msgspec.structs.replace(contents, parts=(part,), number=number, shortcut=None)

    def _with_shortcut(self, contents: Contents, represent: Represent, lookup: Lookup) -> Contents:
        """Makes a shortcut to near vectors where there is none that holds most of them."""
        segments = {part.name: self._segment(part) for part in contents.parts}
        sizes = {name: len(each.owners) for name, each in segments.items()}
        kind = shortcuts.kind_for(sum(sizes.values())) if lookup == "auto" else lookup
        has_vectors = all(each.vectors.shape[1] for each in segments.values())
        if kind is None or kind == "exact" or not has_vectors:
            return msgspec.structs.replace(contents, shortcut=None)
        if lookup == "auto" and not shortcuts.is_installed():
            return msgspec.structs.replace(contents, shortcut=None)
        known = contents.shortcut
        if known and known.kind == kind and known.parts == tuple(segments)[: len(known.parts)]:
            covered = sum(sizes[name] for name in known.parts)
            if covered >= (1 - MAX_LATER) * sum(sizes.values()):
                return contents
        vectors = np.concatenate([each.vectors for each in segments.values()])
        built, effort, recall = shortcuts.build(kind, vectors, self._asked(contents, represent))
        if recall < shortcuts.ACCEPTED:
            return msgspec.structs.replace(contents, shortcut=None)
        number = contents.number + 1
        shortcuts.save(built, self.path / f"{number:06}{shortcuts.SUFFIX}")
        made = Shortcut(
            kind=kind, number=number, parts=tuple(segments), effort=effort, recall=recall
        )
        return msgspec.structs.replace(contents, number=number, shortcut=made)

    def _asked(self, contents: Contents, represent: Represent) -> "Array":
        """What may be looked for: vectors of the first sentences of some documents."""
        segment = merged(self._live(contents))
        some = np.unique(np.linspace(0, len(segment) - 1, NUM_ASKED).astype(np.int64))
        texts = []
        for text in map(segment.document, some.tolist()):
            start, stop = next(iter(sentences(text)), (0, len(text)))
            texts.append(text[start:stop])
        vectors: Array = represent(Column(np.array(texts, TEXT)))["vector"].values
        return vectors

    def _near(self, contents: Contents, segment: Segment) -> Near | None:
        """What the shortcut knows, by places in the documents that are left."""
        shortcut = contents.shortcut
        if not shortcut or not shortcuts.is_installed():
            return None
        places, start = [], 0
        for part in contents.parts:
            is_live = ~np.isin(self._segment(part).owners, part.gone)
            places.append(np.where(is_live, start + np.cumsum(is_live) - 1, -1))
            start += int(is_live.sum())
        known = np.concatenate(places[: len(shortcut.parts)])
        later = np.concatenate([np.empty(0, np.int64), *places[len(shortcut.parts) :]])
        index = shortcuts.load(self.path / f"{shortcut.number:06}{shortcuts.SUFFIX}")
        return Approximate(index, shortcut, known, later[later >= 0], segment.vectors)

    def _commit(self, contents: Contents) -> None:
        """Makes the parts count, then removes what no longer does."""
        write_atomic(self.path / FILE, contents.to_json())
        names = {part.name for part in contents.parts}
        number = contents.shortcut.number if contents.shortcut else 0
        for path in self.path.iterdir():
            if path.is_dir() and path.name not in names:
                shutil.rmtree(path, ignore_errors=True)
            elif path.suffix == shortcuts.SUFFIX and path.stem != f"{number:06}":
                path.unlink()
