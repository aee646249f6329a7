"""The text itself, of known characters."""

from dataclasses import dataclass
from pathlib import Path

from daylight.core.config import Config
from daylight.core.types import Columns, Node, Prepared, Processing, Schema
from daylight.runtime.program import open_nodes


class Settings(Config):
    """None."""


def processing(schema: Schema, settings: Settings) -> Processing:
    node = Node(operation="characters", inputs=("shapes_source",), outputs=("characters",))
    return Processing((node,), ("characters",))


@dataclass
class Copy:
    node: Node

    def predict(self, inputs: Columns) -> Columns:
        columns = dict(inputs)
        [run] = open_nodes((self.node,), lambda name: b"")
        run(columns)
        return {"text": columns["text"]}

    def save(self, folder: Path) -> None:
        (folder / "config.json").write_bytes(self.node.to_json())

    def export(self, folder: Path) -> tuple[Node, ...]:
        return (self.node,)


def fit(prepared: Prepared, settings: Settings, context: object) -> Copy:
    return Copy(
        Node(
            operation="text_from_characters",
            inputs=("characters",),
            outputs=("text",),
            parameters=prepared.nodes[0].parameters,
        )
    )


def load(folder: Path) -> Copy:
    from daylight.core.config import decode

    return Copy(decode(Node, (folder / "config.json").read_bytes(), where=folder))
