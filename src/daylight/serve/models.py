"""The models that a server has: loaded, replaced and taken away while others are asked."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from daylight.core.errors import NotFoundError, UserError, unknown
from daylight.core.types import Columns
from daylight.runtime import threads
from daylight.runtime.predictor import Predictions
from daylight.serve.batching import Batcher, Workers
from daylight.serve.drift import Drift
from daylight.steps.predict import Model, open_model, searching


@dataclass(frozen=True, slots=True)
class Loaded:
    """A revision of a model, ready to answer.

    Attributes:
        version: The first digits of the digest of weights, graphs, program and labels.
        card: Its README.
    """

    name: str
    version: str
    model: Model
    batcher: Batcher
    drift: Drift
    card: str

    async def ask(self, columns: Columns, *, timeout_s: float | None) -> Predictions:
        """Answers rows of input fields; see ``Batcher.ask``."""
        found = await self.batcher.ask(columns, timeout_s=timeout_s)
        predictor = self.model.predictor
        if predictor.index:  # searching takes a while
            return await asyncio.to_thread(predictor.told, found)
        return predictor.told(found)


Observe: TypeAlias = Callable[[str, int, float], None]


@dataclass(slots=True)
class Models:
    """Models by name.

    Attributes:
        places: Where each is loaded from: a run, a package, or one on a hub.
        latency_s: What requests should take.
        observe: Is told model, rows and seconds of each batch.
    """

    places: Mapping[str, Path]
    workers: Workers
    latency_s: float
    observe: Observe
    _loaded: dict[str, Loaded] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self._loaded.values())

    @property
    def ready(self) -> bool:
        """Whether each model that was named is loaded."""
        return self._loaded.keys() == self.places.keys()

    def get(self, name: str, version: str = "") -> Loaded:
        """A model that is ready.

        Raises:
            NotFoundError: There is none of this name, or its version is another.
        """
        if name not in self.places:
            raise unknown("model", name, self.places)
        if name not in self._loaded:
            raise NotFoundError(f"The model {name!r} is not loaded.", hint="Load it first.")
        found = self._loaded[name]
        if version and version != found.version:
            raise NotFoundError(
                f"The model {name!r} has no version {version!r}.", hint=f"It is {found.version}."
            )
        return found

    def check_queue(self, path: str) -> None:
        """Lets a request to a model in, as far as can be told before it is read.

        Args:
            path: Of its URL, such as ``/v1/models/photos/predict``.

        Raises:
            OverloadedError: The model's queue is too long.
        """
        _, _, kind, name, *_ = [*path.split("/"), "", "", "", ""]
        if kind == "models" and name in self._loaded:
            self._loaded[name].batcher.check_queue()

    async def load(self, name: str) -> Loaded:
        """Loads a model, or its newest revision; the old one answers until then, and to its end.

        Raises:
            NotFoundError: No model of this name was named when the server began.
            UserError: It cannot be loaded; an older revision stays.
        """
        if name not in self.places:
            raise unknown("model", name, self.places)
        model, card = await asyncio.to_thread(_open, self.places[name])
        predictor, drift = model.predictor, Drift.of(model.predictor.package)

        def answer(columns: Columns) -> Columns:
            prepared = predictor.program.process(columns)
            found = predictor.program.conclude(prepared)
            drift.see(columns, prepared, found)
            return found

        batcher = Batcher(
            answer,
            self.workers,
            latency_s=self.latency_s,
            observe=lambda rows, seconds: self.observe(name, rows, seconds),
        )
        version = predictor.package.manifest.model_digest[:12]
        self._loaded[name] = Loaded(name, version, model, batcher, drift, card)
        return self._loaded[name]

    def unload(self, name: str) -> None:
        """Takes a model away; what it was asked before is still answered.

        Raises:
            NotFoundError: It is not loaded.
        """
        self.get(name)
        del self._loaded[name]


def _open(place: Path) -> tuple[Model, str]:
    """A model and its card: its files are read, and may be replaced from then on."""
    with threads.limited(1):
        model = open_model(str(place))
        if model.kind.looked_up:
            model = searching(model, "", place)
    return model, model.predictor.package.read("README.md").decode()


def named(given: list[str]) -> dict[str, Path]:
    """Names for what a person wants served: ``NAME=PLACE``, or named after the folder.

    Raises:
        UserError: Two have the same name.

    >>> named(["photos-run", "b=other/package"])
    {'photos': PosixPath('photos-run'), 'b': PosixPath('other/package')}
    >>> named(["hf:owner/roses@v1"])
    {'roses': PosixPath('hf:owner/roses@v1')}
    """
    places: dict[str, Path] = {}
    for each in given:
        name, _, place = each.rpartition("=")
        path = Path(place)
        folder = path.resolve().parent if path.name == "package" else path.resolve()
        name = name or folder.name.removesuffix("-run").partition("@")[0]
        if name in places:
            raise UserError(
                f"Two models are called {name!r}.", hint=f"Name one of them: other={place}"
            )
        places[name] = path
    return places
