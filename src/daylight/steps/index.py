"""index: a model and documents -> a folder in which it finds them."""

import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from daylight.core.errors import NotFoundError, OutputError, UserError
from daylight.core.files import writing
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.log import Log, silent
from daylight.core.run import Run
from daylight.data.documents import read_documents
from daylight.data.sources import FileSource
from daylight.runtime.predictor import Predictor
from daylight.runtime.search.folder import Changes, IndexFolder, Lookup

OWN = "index"
"""Folder of a run in which the documents that it learned from are found."""


@dataclass(frozen=True, slots=True)
class How:
    """What becomes of an index that is there, and how it is searched.

    Attributes:
        remove: Ids of documents to take out.
        keep_others: Whether documents stay that are in the index and not among the new ones.
        lookup: How vectors are looked up.
    """

    remove: Sequence[str] = ()
    keep_others: bool = False
    lookup: Lookup = "auto"


def index(
    model: Predictor,
    documents: Path | None,
    folder: Path,
    how: How = How(),
    *,
    log: Log = silent,
) -> Changes:
    """Makes an index, or brings one up to date; what has not changed costs nothing.

    Args:
        model: That will be asked.
        documents: A folder or a table of them; ``None`` only removes.
        folder: Of the index.
        how: See there.
        log: Receives progress.

    Raises:
        UserError: The model does not answer with documents, or another model made the index.
        DataError: A document cannot be read.
    """
    place = place_of(model, folder)
    if documents is None and not place.exists():
        raise NotFoundError(f"{folder} is not an index.", hint="Name documents to make one.")
    found = None if documents is None else read_documents(FileSource.look(documents))
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        num_removed = place.remove(how.remove) if how.remove else 0
        if found is None:
            kept = len(place.open().ids)
            return Changes(added=0, changed=0, removed=num_removed, kept=kept)
        found = [document for document in found if document.id not in how.remove]
        made = place.update(
            found,
            model.represent_texts,
            keep_others=how.keep_others,
            lookup=how.lookup,
            log=log,
        )
    return msgspec.structs.replace(made, removed=made.removed + num_removed)


def place_of(model: Predictor, folder: Path) -> IndexFolder:
    """Where a model finds documents.

    Raises:
        UserError: The model does not answer with documents.
    """
    kind = model.package.program.answer
    if not ANSWER_KINDS[kind].looked_up:
        raise UserError(
            f"{model.package.folder} answers with {kind}, and searches no documents.",
            hint="Train a model on documents: daylight train DOCUMENTS",
        )
    return IndexFolder(folder, model.package.manifest.model_digest)


def with_documents(model: Predictor, folder: str, run: Path, *, log: Log = silent) -> Predictor:
    """The model with an index: the one that is named, or that of the documents of its run.

    Args:
        model: One that answers with documents.
        folder: Of the index; empty for the run's own, which is made if it is not there.
        run: What the person named as the model.
        log: Receives progress.

    Raises:
        NotFoundError: There is no index, and no run whose documents could be indexed.
    """
    if folder:
        return model.over(place_of(model, Path(folder)).open())
    if not (run / "recipe.json").is_file() or run.resolve() == model.package.folder.resolve():
        raise NotFoundError(
            f"{run} is a package, which holds no documents.",
            hint=f"Index some, and name the index: daylight index {shlex.quote(str(run))} "
            "DOCUMENTS -o INDEX; daylight predict … --index INDEX",
        )
    place = place_of(model, run / OWN)
    if not place.is_current():
        shutil.rmtree(place.path, ignore_errors=True)  # of a model that is no longer there
        index(model, Path(Run.open(run).recipe.data.path), place.path, log=log)
    return model.over(place.open())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps two processes from changing one index."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - not in the base install

    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"Another process is changing {folder}.", hint="Wait until it is done."
        ) from None
    try:
        yield
    finally:
        lock.release()
