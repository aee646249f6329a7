"""A trained network: answers in memory, saves as safetensors, exports as ONNX."""

import copy
import logging
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from daylight.core.config import Config, decode
from daylight.core.files import write_atomic
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column, Columns, Node, Prepared
from daylight.training.heads import head
from daylight.training.rows import LONGEST, lengths, to_tensors

BATCH_SIZE = 64
"""Rows answered at once: a large network's maps for more pictures would fill the memory."""
WEIGHTS = "model.safetensors"
GRAPH = "model.onnx"
CONFIG = "config.json"


class TensorSpec(Config):
    """A network's input: NumPy type and the shape of one row, or of one value of its run.

    A run comes as two tensors: a matrix that is filled up with zeros, and int64 lengths.
    """

    dtype: str
    shape: tuple[int, ...]
    ragged: bool = False


class NetworkConfig(Config):
    """What ``config.json`` holds.

    Attributes:
        inputs: By prepared column, in the order in which the module takes them.
        settings: From which the family builds an equal module.
        license: Of the weights that it started from, where they are not the family's own.
    """

    answer: str
    inputs: dict[str, TensorSpec]
    settings: dict[str, Any]
    license: str | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """A ``Fitted`` around a module that takes prepared columns and gives raw outputs."""

    module: nn.Module
    config: NetworkConfig

    @classmethod
    def of(
        cls,
        module: nn.Module,
        prepared: Prepared,
        settings: Mapping[str, Any],
        *,
        license: str | None = None,  # noqa: A002 - the word of the Hub and of PyPI
    ) -> "Network":
        """Puts a new module before the data that it will learn from."""
        columns = prepared.splits["train"].inputs
        specs = {
            name: TensorSpec(
                dtype=str(columns[name].values.dtype),
                shape=columns[name].values.shape[1:],
                ragged=columns[name].offsets is not None,
            )
            for name in prepared.names
        }
        config = NetworkConfig(
            answer=prepared.answer, inputs=specs, settings=dict(settings), license=license
        )
        return cls(module, config)

    @property
    def names(self) -> tuple[str, ...]:
        """Prepared columns, in the order in which the module takes them."""
        return tuple(self.config.inputs)

    def predict(self, inputs: Columns) -> Columns:
        """Answers in evaluation mode, in float32; rows of like length go together."""
        rows = len(next(iter(inputs.values())))
        runs = lengths(inputs, self.names)
        order = np.arange(rows) if runs is None else np.argsort(runs, kind="stable")
        parts: list[tuple[Tensor, ...]] = []
        with evaluating(self.module), torch.inference_mode():
            for start in range(0, rows, BATCH_SIZE):
                batch = to_tensors(inputs, self.names, order[start : start + BATCH_SIZE])
                parts.append(head(self.config.answer).finish(self.module(*batch)))
        places = np.argsort(order)
        outputs = [torch.cat(each).numpy()[places] for each in zip(*parts, strict=True)]
        names = ANSWER_KINDS[self.config.answer].outputs
        return {name: Column(values) for name, values in zip(names, outputs, strict=True)}

    def redrawn(self, random: np.random.Generator) -> "Network":
        """An equal network that has learned nothing: its parameters are drawn anew.

        Layers draw them as they do before training; parameters of no layer are shuffled.
        """
        module = copy.deepcopy(self.module)
        with torch.random.fork_rng(devices=()), torch.no_grad():
            torch.manual_seed(int(random.integers(2**63)))
            for part in module.modules():
                if callable(reset := getattr(part, "reset_parameters", None)):
                    reset()
                    continue
                for parameter in part.parameters(recurse=False):
                    shuffled = torch.randperm(parameter.numel())
                    parameter.copy_(parameter.flatten()[shuffled].view(parameter.shape))
        return Network(module, self.config)

    def save(self, folder: Path) -> None:
        """Writes the weights and the configuration."""
        state = {name: t.contiguous() for name, t in self.module.state_dict().items()}
        write_atomic(folder / WEIGHTS, save(state))
        write_atomic(folder / CONFIG, self.config.to_json())

    @classmethod
    def load(cls, folder: Path, build: Callable[[Mapping[str, Any]], nn.Module]) -> "Network":
        """Reads what ``save`` wrote; ``build`` makes the module from the settings."""
        config = decode(NetworkConfig, (folder / CONFIG).read_bytes(), where=folder / CONFIG)
        module = build(config.settings)
        module.load_state_dict(load_file(folder / WEIGHTS))
        return cls(module.eval(), config)

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph; it takes any number of rows, and runs of any length."""
        outputs = ANSWER_KINDS[self.config.answer].outputs
        batch: dict[str, Tensor] = {}
        pads = []
        for name, spec in self.config.inputs.items():
            if not spec.ragged:
                batch[name] = torch.from_numpy(np.zeros((2, *spec.shape), spec.dtype))
                continue
            padded, runs = f"{name}.padded", f"{name}.lengths"
            batch[padded] = torch.from_numpy(np.zeros((2, 3, *spec.shape), spec.dtype))
            batch[runs] = torch.tensor([3, 2])
            pads.append(
                Node(
                    operation="pad",
                    inputs=(name,),
                    outputs=(padded, runs),
                    parameters={"max_length": LONGEST},
                )
            )
        write_graph(
            self.module,
            batch,
            folder / GRAPH,
            outputs=outputs,
            finish=head(self.config.answer).finish,
            widths=[name for each in pads for name in each.outputs[:1]],
        )
        graph = Node(
            operation="onnx", inputs=tuple(batch), outputs=outputs, parameters={"file": GRAPH}
        )
        return (*pads, graph)


def write_graph(
    module: nn.Module,
    batch: Mapping[str, Tensor],
    path: Path,
    *,
    outputs: Sequence[str],
    finish: Callable[[Tensor], tuple[Tensor, ...]],
    widths: Collection[str] = (),
) -> None:
    """Writes a module in evaluation mode as a graph that takes any number of rows.

    Args:
        batch: An example of each input by its name, of two rows.
        outputs: Names of what ``finish`` gives.
        finish: From what the module gives to the outputs.
        widths: Inputs whose second dimension may be any, too.
    """
    finished = _Finished(module, finish)
    rows = torch.export.Dim("rows")
    dims = [
        {0: rows, 1: torch.export.Dim(f"width_{place}")} if name in widths else {0: rows}
        for place, name in enumerate(batch)
    ]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it reports on torchvision
    with evaluating(finished), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        exported = torch.onnx.export(
            finished,
            tuple(batch.values()),
            dynamo=True,
            verbose=False,
            input_names=list(batch),
            output_names=list(outputs),
            dynamic_shapes=(tuple(dims),),
        )
    save_graph(exported, path)


def save_graph(exported: torch.onnx.ONNXProgram | None, path: Path) -> None:
    """Writes what ``torch.onnx.export`` gave, without the traces of where it was made.

    The exporter notes for every node which lines of which files it came from: paths of somebody's
    disk, which a package must not tell.
    """
    if exported is None:
        raise RuntimeError("torch.onnx gave no program")
    graph = exported.model.graph
    everything: list[Any] = [exported.model, graph, *graph.all_nodes()]
    for noted in everything:
        noted.metadata_props.clear()
        noted.doc_string = None
    for node in graph.all_nodes():
        for value in node.outputs:
            value.metadata_props.clear()
    exported.save(path)


class _Finished(nn.Module):
    """A network with the step from raw outputs to answers at its end."""

    def __init__(self, module: nn.Module, finish: Callable[[Tensor], tuple[Tensor, ...]]) -> None:
        super().__init__()
        self.module, self.finish = module, finish

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return self.finish(self.module(*inputs))


class evaluating:  # noqa: N801 - reads as a verb
    """Puts a module into evaluation mode for a while."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._was_training = module.training

    def __enter__(self) -> None:
        self._module.eval()

    def __exit__(self, *_: object) -> None:
        self._module.train(self._was_training)
