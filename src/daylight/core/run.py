"""A run is a folder; a step reads earlier sections and writes its own."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from daylight.core.choice import ChosenSection
from daylight.core.config import decode
from daylight.core.errors import NotFoundError, OutputError
from daylight.core.files import write_atomic, writing
from daylight.core.hashing import sha256_json
from daylight.core.recipe import Recipe
from daylight.core.sections import Section

S = TypeVar("S", bound=Section)


class Run:
    """A handle on a run folder. It holds no state: the folder is the state."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path) -> "Run":
        """Opens a run that exists.

        Raises:
            NotFoundError: The folder is not a run.
        """
        run = cls(path)
        if not run.recipe_file.is_file():
            hint = "Start one: daylight train DATA"
            if path.is_dir():
                hint = f"Start one: daylight train {shlex.quote(str(path))}"
            raise NotFoundError(f"{path} is not a run (it has no recipe.json).", hint=hint)
        return run

    @classmethod
    def start(cls, path: Path, recipe: Recipe) -> "Run":
        """Makes the folder, or continues the one that was made by the same recipe.

        Raises:
            OutputError: The folder belongs to another recipe, or to something else.
        """
        with writing(path):  # even to look may be refused, such as for a name that is too long
            run = cls(path)
            exists = run.recipe_file.is_file()
        if exists:
            keys = run.recipe.differences(recipe)
            if keys and not run._is_empty():
                raise OutputError(
                    f"{path} is the run of another recipe (it differs in {', '.join(keys)}).",
                    hint=f"Choose another folder with -o, or delete {path}.",
                )
            if keys:
                run.forget(ChosenSection)  # it answers what was asked before
                write_atomic(run.recipe_file, recipe.to_json())
            return run
        with writing(path):
            if path.exists() and not path.is_dir():
                raise FileExistsError(17, "it is a file", str(path))
            if path.is_dir() and any(child.suffix != ".tmp" for child in path.iterdir()):
                raise OutputError(
                    f"{path} exists and is not a run.", hint="Choose another folder with -o."
                )
            path.mkdir(parents=True, exist_ok=True)
        write_atomic(run.recipe_file, recipe.to_json())
        return run

    @property
    def recipe_file(self) -> Path:
        """The resolved recipe, as JSON."""
        return self.path / "recipe.json"

    @property
    def recipe(self) -> Recipe:
        """Everything that the run depends on."""
        return decode(Recipe, self.recipe_file.read_bytes(), where=self.recipe_file)

    @property
    def package(self) -> Path:
        """Where the trained model's package lies."""
        return self.path / "package"

    @property
    def baseline(self) -> Path:
        """Where the baseline's package lies."""
        return self.path / "baseline"

    def _is_empty(self) -> bool:
        """Whether nothing has come of it yet, so that nothing can be lost."""
        return not (self.baseline.exists() or (self.path / "prepare.json").exists())

    def has(self, section: type[Section]) -> bool:
        """Whether the step has left its section."""
        return self._file(section).is_file()

    def read(self, section: type[S]) -> S:
        """Returns an earlier step's section.

        Raises:
            NotFoundError: The step has not run; the hint says how to run it.
        """
        file = self._file(section)
        if not file.is_file():
            data, folder = shlex.quote(self.recipe.data.path), shlex.quote(str(self.path))
            raise NotFoundError(
                f"{self.path} has no {section.step} step yet.",
                hint=f"daylight train {data} -o {folder}",
            )
        return decode(section, file.read_bytes(), where=file)

    def write(self, section: S, *, after: Sequence[type[Section]] = ()) -> S:
        """Saves a section with the digests of the sections that it was computed from."""
        digests = {earlier.step: self.digest(earlier) for earlier in after}
        section = msgspec.structs.replace(section, after=digests)
        write_atomic(self._file(type(section)), section.to_json())
        return section

    def forget(self, section: type[Section]) -> None:
        """Makes the step due again."""
        self._file(section).unlink(missing_ok=True)

    def is_current(self, section: type[Section], *, after: Sequence[type[Section]]) -> bool:
        """Whether the section exists and was computed from the sections that exist now."""
        if not all(self.has(each) for each in (section, *after)):
            return False
        return self.read(section).after == {each.step: self.digest(each) for each in after}

    def digest(self, section: type[Section]) -> str:
        """SHA-256 of what a step found, less what is incidental to later steps."""
        found = self.read(section).to_dict()
        return sha256_json({k: v for k, v in found.items() if k not in section.incidental})

    def _file(self, section: type[Section]) -> Path:
        return self.path / section.saved_as()
