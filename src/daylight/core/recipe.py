"""A recipe: everything that a run depends on, as data."""

import math
import tomllib
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from daylight.core.config import Config, convert
from daylight.core.errors import NotFoundError, UserError

Fraction = Annotated[float, msgspec.Meta(gt=0, lt=0.5)]


class DataConfig(Config):
    """Where the data is and how it is split.

    Attributes:
        path: A folder or a table; absolute once resolved.
        target: Column to predict, where the data is a table and the name does not tell.
        drop: Columns of a table that are left out, such as one that is known only afterwards.
        group: Column of a table whose equal values belong together, and are never parted between
            splits; where the name does not tell.
        costs: Of answers of two labels, what it costs to miss each; by default both errors are
            alike.
        sensitive: Columns of a table by which the report compares how people are treated.
        validation_fraction: Share of the examples; used where the data names no such split.
        test_fraction: Likewise.
        split: Where there are times: whether the last rows, or each person's last items, are
            tested, or random ones; by default the last if a column says when.
        min_rating: Of rated interactions, only those of at least this rating count.
        unreadable: Whether files that cannot be read stop the run or are left out and counted.
        max_examples: At most so many are used, with the shares of their labels; by default all.
        clean: Operations on pictures, once they are of one size; the package holds them, too.
        waive: Checks whose failure is accepted; the model card and the report say so.
    """

    path: str
    target: str | None = None
    drop: tuple[str, ...] = ()
    group: str | None = None
    costs: dict[str, Annotated[float, msgspec.Meta(ge=0)]] = {}
    sensitive: tuple[str, ...] = ()
    validation_fraction: Fraction = 0.1
    test_fraction: Fraction = 0.2
    split: Literal["last", "random"] | None = None
    min_rating: float | None = None
    unreadable: Literal["stop", "skip"] = "stop"
    max_examples: Annotated[int, msgspec.Meta(ge=1)] | None = None
    clean: tuple[Literal["denoise"], ...] = ()
    waive: tuple[str, ...] = ()


class Limits(Config):
    """What a model must not exceed; a choice keeps to it, and so does training.

    Attributes:
        size_bytes: Of the package.
        latency_ms: Of one answer from a raw input, asked one by one on this machine; median.
        licenses: SPDX identifiers, one of which the model has to be under; none allows any.
        models: Families between which to choose; none allows all that fit.
    """

    size_bytes: Annotated[int, msgspec.Meta(gt=0)] | None = None
    latency_ms: Annotated[float, msgspec.Meta(gt=0)] | None = None
    licenses: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


class Recipe(Config):
    """The whole experiment. Saved in each run with every default filled in.

    Attributes:
        task: Name of the task; empty until the data has been looked at.
        model: Name of the family; in a run, empty means that it is left to a race.
        settings: The family's own.
        training: How a network is trained; only for families that train by gradient.
        limits: What the model must not exceed.
        hub: Address of a hub whose models take part in a race; empty for none.
    """

    data: DataConfig
    task: str = ""
    model: str = ""
    settings: dict[str, Any] = {}
    training: dict[str, Any] = {}
    limits: Limits = Limits()
    hub: str = ""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 0

    def differences(self, other: "Recipe") -> list[str]:
        """Keys in which two recipes differ, as ``training.epochs``."""
        mine, theirs = flatten(self.to_dict()), flatten(other.to_dict())
        return sorted(k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k))


def load(path: Path) -> dict[str, Any]:
    """Reads a TOML recipe as plain values; ``resolve`` checks them.

    Raises:
        UserError: Names the file, the line and what is wrong.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFoundError(f"No recipe at {path}.", hint="Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}.", hint="A recipe is TOML.") from None


def resolve(values: dict[str, Any], overrides: Sequence[str] = ()) -> Recipe:
    """Checks plain values and applies overrides.

    Args:
        values: As read from TOML, or made from a command line.
        overrides: Such as ``"training.epochs=8"``; the value is TOML, a bare word is text.

    Raises:
        UserError: Names the key and what was expected.
    """
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals or not key.strip():
            raise UserError(f"--set {override}: no '='.", hint="Write --set training.epochs=8")
        try:
            parsed = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = value
        values = put(values, key.strip().split("."), parsed)
    recipe = convert(Recipe, values, where="recipe")
    for key, value in flatten(values).items():
        if isinstance(value, float) and not math.isfinite(value):
            raise UserError(f"recipe: {key} is {value}.", hint="Give a finite number.")
        if isinstance(value, date | time):
            raise UserError(f"recipe: {key} is a date or a time.", hint="Put it in quotes.")
    return recipe


def without_places(recipe: Recipe) -> Recipe:
    """The recipe as others may see it: it says nothing of somebody's disk.

    >>> recipe = Recipe(data=DataConfig(path="x"), settings={"backbone": "hf:/home/me/vit"})
    >>> without_places(recipe).settings
    {'backbone': 'hf:vit'}
    """
    settings = {key: without_place(value) for key, value in recipe.settings.items()}
    return msgspec.structs.replace(recipe, settings=settings)


def without_place(value: Any) -> Any:
    """A value of a setting; of a path only its last part."""
    if not isinstance(value, str):
        return value
    place = value.rpartition(":")[2]
    if not place.startswith(("/", "./", "../")):
        return value
    return value.removesuffix(place) + Path(place).name


def put(values: dict[str, Any], keys: Sequence[str], value: Any) -> dict[str, Any]:
    """The values with another at a path of keys.

    >>> put({"a": {"b": 1, "c": 2}}, ["a", "b"], 3)
    {'a': {'b': 3, 'c': 2}}
    """
    first, *rest = keys
    if rest:
        below = values.get(first, {})
        value = put(below if isinstance(below, dict) else {}, rest, value)
    return {**values, first: value}


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots.

    >>> flatten({"a": {"b": 1}, "c": 2})
    {'a.b': 1, 'c': 2}
    """
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
