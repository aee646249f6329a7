"""The state of a training that may be cut short, in one safetensors file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from daylight.core.files import write_atomic

FILE = "state.safetensors"


def save_state(folder: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Replaces the state; whoever reads sees the old or the new one, whole.

    Args:
        folder: Made if needed.
        tensors: By name.
        facts: JSON values, kept in the file's header.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    header = {"facts": msgspec.json.encode(facts).decode()}
    write_atomic(folder / FILE, save(whole, header))


def load_state(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """The tensors and facts that were saved last, if any."""
    path = folder / FILE
    if not path.is_file():
        return None
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        facts: dict[str, Any] = msgspec.json.decode(file.metadata()["facts"])
    return tensors, facts


def flatten_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's moments and step counts as named tensors."""
    state = optimizer.state_dict()["state"]
    return {
        f"optimizer.{index}.{name}": torch.as_tensor(value)
        for index, values in state.items()
        for name, value in values.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Puts back what ``flatten_optimizer`` took."""
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".", 2)
            like = parameters[int(index)]
            moment = in_layout_of(like, tensor) if tensor.shape == like.shape else tensor
            state.setdefault(int(index), {})[key] = moment
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def in_layout_of(like: Tensor, tensor: Tensor) -> Tensor:
    """The tensor with its values where ``like`` has them in memory.

    A file holds rows end to end, a network may be channels-last; fused optimisers walk weights and
    moments by address, so both must be laid out alike.
    """
    return torch.empty_like(like, requires_grad=False).copy_(tensor)


def cloned(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state that later steps do not change."""
    return {name: value.detach().clone() for name, value in state.items()}


def prefixed(prefix: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Names as they stand in a file that holds several states."""
    return {prefix + name: value for name, value in state.items()}


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state that was saved with this prefix."""
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
