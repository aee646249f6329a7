"""The state of a training that may be cut short, in safetensors files."""

import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from daylight.core.files import write_atomic

PATTERN = "state-*.safetensors"

NUM_KEPT = 2
"""States that are kept: should a disk have lost the last one, training goes on from the other."""

EVERY_S = 5.0
"""Seconds from one state to the next, at least."""

SHARE = 0.02
"""Of the time, at most, that goes into saving."""


class Keeper:
    """Saves now and then: as often as is cheap.

    Args:
        folder: Where states lie; ``None`` keeps none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._saved_at = time.monotonic()
        self._cost_s = 0.0

    def is_due(self) -> bool:
        """Whether it is time for another state."""
        if self._folder is None:
            return False
        return time.monotonic() - self._saved_at > max(EVERY_S, self._cost_s / SHARE)

    def save(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Saves a state, and notes what that took."""
        if self._folder is None:
            return
        start = time.monotonic()
        save_state(self._folder, tensors, facts)
        self._saved_at = time.monotonic()
        self._cost_s = self._saved_at - start


def save_state(folder: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Adds a state; those before the last one are removed once it is on the disk.

    Args:
        folder: Made if needed.
        tensors: By name.
        facts: JSON values, kept in the file's header.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _states(folder)
    whole = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    header = {"facts": msgspec.json.encode(facts).decode(), "crc32": str(_checksum(whole))}
    number = int(before[-1].stem.rpartition("-")[2]) + 1 if before else 0
    write_atomic(folder / PATTERN.replace("*", f"{number:06}"), save(whole, header))
    for old in before[: len(before) + 1 - NUM_KEPT]:
        old.unlink()


def load_state(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """The tensors and facts of the last state that is whole, if any."""
    for path in reversed(_states(folder)):
        try:
            with safe_open(path, "pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                header = file.metadata()
        except SafetensorError:
            continue
        if header["crc32"] == str(_checksum(tensors)):
            facts: dict[str, Any] = msgspec.json.decode(header["facts"])
            return tensors, facts
    return None


def _states(folder: Path) -> list[Path]:
    return sorted(folder.glob(PATTERN))


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    """CRC-32 of all bytes, in the order of the names: for faults of a disk, not of a person."""
    value = 0
    for name in sorted(tensors):
        value = zlib.crc32(tensors[name].reshape(-1).view(torch.uint8).numpy().data, value)
    return value


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
