"""Models that answer with documents, and the documents that they are measured on."""

from collections.abc import Sequence
from pathlib import Path

from daylight.core.hashing import sha256_json
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.log import Log, silent
from daylight.core.run import Run
from daylight.core.types import Column, Columns, Dataset, Fitted, Prepared
from daylight.data.benchmark import Benchmark
from daylight.data.processing import run_nodes
from daylight.runtime.predictor import Predictor
from daylight.runtime.search.folder import IndexFolder
from daylight.runtime.search.index import Index
from daylight.runtime.search.passages import Document
from daylight.runtime.search.segment import represented

DOCUMENTS = "documents"
"""The side table that has them, and the folder of a run in which they are indexed."""


def open_on(package: Path, on: Benchmark, run: Run, *, log: Log = silent) -> Predictor:
    """Opens a package; where it answers with documents, with an index of the benchmark's.

    The index lies in the run's folder, beside the package.

    Raises:
        NotFoundError: There is no package.
        IntegrityError: The package is not what its manifest promised.
    """
    model = Predictor.open(package)
    if not ANSWER_KINDS[on.answer].looked_up:
        return model
    digest = model.package.manifest.model_digest
    key = sha256_json([digest, on.dataset.digest])[:16]
    folder = IndexFolder(run.path / DOCUMENTS / key, digest)
    if not folder.exists():
        folder.update(documents_of(on.dataset), model.represent_texts, log=log)
    return model.over(folder.open())


def answers_of(fitted: Fitted, prepared: Prepared, on: Benchmark, inputs: Columns) -> Columns:
    """What a model in memory answers to prepared inputs, with the benchmark's documents."""
    outputs = fitted.predict(inputs)
    if not ANSWER_KINDS[on.answer].looked_up:
        return outputs
    [field] = on.dataset.fields("input")

    def represent(texts: Column) -> Columns:
        columns = run_nodes(prepared.nodes, {field.name: texts}, _no_file)
        return fitted.predict({name: columns[name] for name in prepared.names})

    return Index(represented(documents_of(on.dataset), represent)).rank(outputs)


def documents_of(dataset: Dataset) -> Sequence[Document]:
    """What is searched, in the order of the labels."""
    [key], [field] = dataset.fields("key", DOCUMENTS), dataset.fields("input", DOCUMENTS)
    table = dataset.tables[DOCUMENTS]
    rows = zip(table[key.name].to_pylist(), table[field.name].to_pylist(), strict=True)
    return [Document(id=name, text=text or "") for name, text in rows]


def _no_file(name: str) -> bytes:
    raise FileNotFoundError(name)
