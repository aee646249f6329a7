"""Several families over one table, whose answers are averaged; how much each counts is learned.

Each is fitted with its defaults. The package holds them all: their graphs, and the weights.

Source: Caruana, Niculescu-Mizil, Crew & Ksikes, ICML (2004).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import msgspec
import numpy as np

from daylight.core.config import Config, decode
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column, Columns, Family, Fitted, Node, Prepared, Processing, Schema
from daylight.data.rows import ROW, features
from daylight.training.selection import weights

if TYPE_CHECKING:
    from daylight.core.types import Array

CONFIG = "config.json"

Name = Literal["linear", "boosted-trees", "random-forest", "decision-tree", "svm", "tabm", "mlp"]

MEMBERS: Mapping[Name, str] = {
    "linear": "daylight.models.linear",
    "boosted-trees": "daylight.models.boosted_trees",
    "random-forest": "daylight.models.random_forest",
    "decision-tree": "daylight.models.decision_tree",
    "svm": "daylight.models.svm",
    "tabm": "daylight.models.tabm",
    "mlp": "daylight.models.mlp",
}


class Settings(Config):
    """Who takes part.

    Attributes:
        members: Families, in the order in which they are fitted; where time is short, the last
            ones are left out.
        rounds: So many times, at most, one of them is added to the mean.
    """

    members: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)] = (
        "linear",
        "boosted-trees",
        "random-forest",
        "tabm",
    )
    rounds: Annotated[int, msgspec.Meta(ge=1)] = 30


class Member(Config):
    """A family, how much it counts, and which numbers of a row are its own."""

    name: Name
    weight: float
    start: int
    stop: int


class EnsembleConfig(Config):
    """What ``config.json`` holds."""

    answer: str
    members: tuple[Member, ...]


def _family(name: Name) -> Family:
    return cast("Family", import_module(MEMBERS[name]))


def _asked(schema: Schema, settings: Settings) -> list[tuple[Processing, list[Name]]]:
    """What the members want done to a row, each with those who want it."""
    found: list[tuple[Processing, list[Name]]] = []
    for name in dict.fromkeys(settings.members):
        wanted = _family(name).processing(schema, _family(name).Settings())
        same = next((names for known, names in found if known == wanted), None)
        if same is None:
            found.append((wanted, [name]))
        else:
            same.append(name)
    return found


def processing(schema: Schema, settings: Settings) -> Processing:
    """One row, made of those that the members want, one after the other."""
    nodes: list[Node] = []
    rows = []
    for place, (wanted, _) in enumerate(_asked(schema, settings)):
        made = {name for node in wanted.inputs for name in node.outputs}
        named = {name: f"{place}/{name}" for name in made}
        nodes += [_renamed(node, named) for node in wanted.inputs]
        rows.append(named[ROW])
    nodes.append(Node(operation="concatenate", inputs=tuple(rows), outputs=(ROW,)))
    return Processing(inputs=tuple(nodes), prepared=(ROW,))


def _renamed(node: Node, named: Mapping[str, str]) -> Node:
    inputs, outputs = (tuple(named.get(n, n) for n in each) for each in (node.inputs, node.outputs))
    return msgspec.structs.replace(node, inputs=inputs, outputs=outputs)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The members that count, and what they are asked for."""

    config: EnsembleConfig
    fitted: tuple[Fitted, ...]

    def predict(self, inputs: Columns) -> Columns:
        """The weighted mean of what the members answer."""
        [output] = ANSWER_KINDS[self.config.answer].outputs
        total: Any = 0.0
        for member, fitted in zip(self.config.members, self.fitted, strict=True):
            answer = fitted.predict(_own(inputs, member.start, member.stop))[output].values
            total = total + member.weight * answer.astype(np.float64)
        return {output: Column(np.asarray(total, np.float32))}

    def redrawn(self, random: np.random.Generator) -> "Ensemble":
        """The same of equal members that have learned nothing."""
        members = tuple(cast("Any", each).redrawn(random) for each in self.fitted)
        return replace(self, fitted=members)

    def save(self, folder: Path) -> None:
        """Writes each member into a folder of its own."""
        for member, fitted in zip(self.config.members, self.fitted, strict=True):
            (folder / member.name).mkdir()
            fitted.save(folder / member.name)
        write_atomic(folder / CONFIG, self.config.to_json())

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graphs of the members; their answers are averaged."""
        [output] = ANSWER_KINDS[self.config.answer].outputs
        nodes: list[Node] = []
        for member, fitted in zip(self.config.members, self.fitted, strict=True):
            own = f"{member.name}/{ROW}"
            facts = {"start": member.start, "stop": member.stop}
            nodes.append(Node(operation="part", inputs=(ROW,), outputs=(own,), parameters=facts))
            (folder / member.name).mkdir(exist_ok=True)
            nodes += _within(member.name, fitted.export(folder / member.name))
        answers = tuple(f"{member.name}/{output}" for member in self.config.members)
        shares = {"weights": [member.weight for member in self.config.members]}
        nodes.append(
            Node(operation="weighted_mean", inputs=answers, outputs=(output,), parameters=shares)
        )
        return tuple(nodes)


def _within(folder: str, nodes: tuple[Node, ...]) -> list[Node]:
    """A member's nodes, whose columns and files have names of their own."""
    found = []
    for node in nodes:
        parameters = dict(node.parameters)
        if "file" in parameters:
            parameters["file"] = f"{folder}/{parameters['file']}"
        found.append(
            msgspec.structs.replace(
                node,
                inputs=tuple(f"{folder}/{name}" for name in node.inputs),
                outputs=tuple(f"{folder}/{name}" for name in node.outputs),
                parameters=parameters,
            )
        )
    return found


def _own(inputs: Columns, start: int, stop: int) -> Columns:
    return {ROW: Column(inputs[ROW].values[:, start:stop])}


def fit(prepared: Prepared, settings: Settings, context: Context) -> Ensemble:
    """Fits one after the other, and learns on validation how much each counts.

    Where there is a deadline, each has an equal share of the time that is left.
    """
    places: dict[Name, tuple[int, int]] = {}
    start = 0
    for number, (_, names) in enumerate(_asked(prepared.schema, settings)):
        stop = start + len(features(prepared.nodes, f"{number}/{ROW}"))
        places |= dict.fromkeys(names, (start, stop))
        start = stop
    members = tuple(dict.fromkeys(settings.members))
    fitted: dict[Name, Fitted] = {}
    for number, name in enumerate(members):
        if fitted and context.stops("members", number):
            break
        context.log("member", family=name)
        shown = _part(prepared, *places[name])
        part = context.within(context.left_s() / (len(members) - number))
        own = part.replace(
            decisions=context.decisions.within(name),
            checkpoints=context.checkpoints and context.checkpoints / name,
        )
        fitted[name] = _family(name).fit(shown, _family(name).Settings(), own)
    [output] = ANSWER_KINDS[prepared.answer].outputs
    validation = prepared.splits["validation"]
    answers: list[Array] = [
        model.predict(_own(validation.inputs, *places[name]))[output].values.astype(np.float64)
        for name, model in fitted.items()
    ]
    shares = weights(answers, validation.targets["target"].values, rounds=settings.rounds)
    counting = [(n, float(s)) for n, s in zip(fitted, shares, strict=True) if s > 0]
    config = EnsembleConfig(
        answer=prepared.answer,
        members=tuple(
            Member(name=name, weight=share, start=places[name][0], stop=places[name][1])
            for name, share in counting
        ),
    )
    return Ensemble(config, tuple(fitted[name] for name, _ in counting))


def _part(prepared: Prepared, start: int, stop: int) -> Prepared:
    """What a member is shown: its own numbers of each row."""
    splits = {
        name: replace(split, inputs=_own(split.inputs, start, stop))
        for name, split in prepared.splits.items()
    }
    return replace(prepared, splits=splits)


def load(folder: Path) -> Ensemble:
    """Reads what ``save`` wrote."""
    config = decode(EnsembleConfig, (folder / CONFIG).read_bytes(), where=folder / CONFIG)
    fitted = tuple(_family(each.name).load(folder / each.name) for each in config.members)
    return Ensemble(config, fitted)
