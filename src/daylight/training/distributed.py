"""One training by several processes: each learns from its part of every batch, all step alike.

Gradients are summed when a batch is through, weighted by rows, so that the step is that of one
process up to the order of the sums. Torch's ``DistributedDataParallel`` sums while the gradient is
still being computed, but means over processes are only those over rows where parts are of one size.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import msgspec
import numpy as np
import torch
import torch.distributed
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.training.batches import Batch, num_batches
from daylight.training.settings import Training

TIMEOUT_S = 900.0
"""A process that is silent for so long is given up; one that is gone is noticed at once."""

_gloo: Any = torch.distributed  # its groups have no types

State = tuple[dict[str, Tensor], dict[str, Any]]
"""The tensors and the facts of a checkpoint."""


def most_processes(settings: Config, num_rows: int) -> int:
    """How many can share a training: each needs a row of every batch; 1 where it can't be shared.

    Args:
        settings: Of a family; what is trained by ``loop.fit`` has a ``Training`` among them.
        num_rows: To train on.
    """
    found = [getattr(settings, name) for name in settings.__struct_fields__]
    sizes = [each.batch_size for each in found if isinstance(each, Training)]
    smallest = [num_rows // num_batches(num_rows, size) for size in sizes]
    return max(1, min(smallest, default=1))


class Meeting:
    """Where processes find each other: an address of the one that leads."""

    def __init__(self, host: str) -> None:
        self._store = _gloo.TCPStore(host, 0, is_master=True, wait_for_workers=False)
        self.host, self.port = host, self._store.port


class Team:
    """The processes that train together, as one of them sees them; by itself there is but one.

    Args:
        group: Of gloo; ``None`` for a process that is alone.
    """

    def __init__(self, group: Any = None) -> None:
        self._group = group
        self.rank: int = group.rank() if group else 0
        self.size: int = group.size() if group else 1

    @classmethod
    def of(cls, context: Context) -> "Team":
        """Those that the context names, or this process alone."""
        return context.team if isinstance(context.team, Team) else cls()

    @classmethod
    def join(cls, host: str, meeting: tuple[str, int], rank: int, size: int) -> "Team":
        """Waits until all are there.

        Args:
            host: Address of this machine by which the others reach it.
            meeting: Host and port of a ``Meeting``.
            rank: Of this process, from 0, which leads.
            size: Processes in all.

        Raises:
            ConnectionError: One does not come.
        """
        options = (
            _gloo.ProcessGroupGloo._Options()
        )  # torch's own way to choose the network by address
        options._devices = [_gloo.ProcessGroupGloo.create_device(hostname=host)]
        options._timeout = timedelta(seconds=TIMEOUT_S)
        try:
            return cls(_gloo.ProcessGroupGloo(_gloo.TCPStore(*meeting), rank, size, options))
        except RuntimeError as error:
            raise ConnectionError(str(error)) from error

    def parts(self, batch: Batch, count: int) -> list[Batch]:
        """What this process learns from: all in so many pieces, or its own part in one."""
        return [batch.parts(self.size)[self.rank]] if self._group else batch.parts(count)

    def summed(self, loss: float, module: nn.Module) -> float:
        """The loss of all, whose gradient is left in the parameters."""
        if not self._group:
            return loss
        found = [each.grad for each in module.parameters() if each.grad is not None]
        flat = torch.cat([*(each.flatten() for each in found), torch.tensor([loss])])
        self._sum(flat)
        start = 0
        for gradient in found:
            end = start + gradient.numel()
            gradient.copy_(flat[start:end].view_as(gradient))
            start = end
        return float(flat[-1])

    def agreed(self, value: Any) -> Any:
        """What the leading process holds, a plain value, for all."""
        if not self._group:
            return value
        return msgspec.msgpack.decode(self._told(msgspec.msgpack.encode(value)))

    def shared(self, saved: State | None) -> State | None:
        """The state that the leading process has read, for all."""
        facts = self.agreed(saved and saved[1])
        if not self._group or facts is None:
            return saved
        return load(self._told(save(saved[0] if saved else {}))), facts

    @contextmanager
    def whole(self, batch: Batch, seed: int) -> Iterator[None]:
        """Layers that look across rows see the whole batch, of which this process has a part.

        Args:
            batch: All of it.
            seed: By which layers draw.
        """
        torch.manual_seed(seed)
        if not self._group:
            yield
            return
        own = np.array_split(np.arange(len(batch)), self.size)[self.rank]
        with _Whole(self, slice(int(own[0]), int(own[-1]) + 1), len(batch), seed):
            yield

    def _told(self, data: bytes) -> bytes:
        """The leading process's bytes."""
        assert self._group  # noqa: S101 - who is alone has nobody to tell
        size = torch.tensor([len(data)])
        _done(self._group.broadcast(size, 0))
        held = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        if self.rank:
            held = torch.empty(int(size), dtype=torch.uint8)
        _done(self._group.broadcast(held, 0))
        return held.numpy().tobytes()

    def _sum(self, tensor: Tensor) -> None:
        assert self._group  # noqa: S101 - likewise
        _done(self._group.allreduce(tensor))


def _done(begun: Any) -> None:
    """Waits for all.

    Raises:
        ConnectionError: One is gone.
    """
    try:
        begun.wait()
    except RuntimeError as error:
        raise ConnectionError(str(error)) from error


class _Summed(torch.autograd.Function):
    """The sum over all processes; a gradient flows back to each of them."""

    @staticmethod
    def forward(context: Any, tensor: Tensor, team: Team) -> Tensor:
        context.team = team
        total = tensor.clone()
        team._sum(total)
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        total = gradients[0].contiguous().clone()
        context.team._sum(total)
        return total, None


class _Whole(TorchFunctionMode):
    """Batch norms take statistics over all rows, and dropout draws as one process would.

    Source: Zhang et al., arXiv:1803.08904, section 3 (synchronised batch norm); torch has it for
    GPUs only.
    """

    def __init__(self, team: Team, mine: slice, num_rows: int, seed: int) -> None:
        super().__init__()
        self._team, self._mine, self._num_rows = team, mine, num_rows
        self._own = torch.Generator().manual_seed((seed + 1 + team.rank) % 2**63)

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        instead = {functional.batch_norm: self._batch_norm, functional.dropout: self._dropout}
        return instead.get(function, function)(*args, **(kwargs or {}))

    def _batch_norm(  # noqa: PLR0913, PLR0917 - torch's signature
        self,
        input: Tensor,  # noqa: A002 - likewise
        running_mean: Tensor | None,
        running_var: Tensor | None,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        training: bool = False,  # noqa: FBT001, FBT002 - likewise
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Tensor:
        if not training:
            return functional.batch_norm(
                input, running_mean, running_var, weight, bias, training, momentum, eps
            )
        values = input.float()
        axes = [axis for axis in range(values.ndim) if axis != 1]
        shape = [1, -1, *[1] * (values.ndim - 2)]
        count = values.numel() // values.shape[1] // len(values) * self._num_rows
        mean = self._sum(values.sum(axes)) / count
        centered = values - mean.view(shape)
        variance = self._sum(centered.square().sum(axes)) / count
        with torch.no_grad():
            if running_mean is not None and running_var is not None:
                running_mean.lerp_(mean, momentum)
                running_var.lerp_(variance * (count / max(1, count - 1)), momentum)
        scale = (variance + eps).rsqrt() * (1 if weight is None else weight)
        shift = torch.zeros_like(scale) if bias is None else bias
        return (centered * scale.view(shape) + shift.view(shape)).to(input.dtype)

    def _sum(self, tensor: Tensor) -> Tensor:
        return cast("Tensor", _Summed.apply(tensor, self._team))  # type: ignore[no-untyped-call]

    def _dropout(
        self,
        input: Tensor,  # noqa: A002 - torch's signature
        p: float = 0.5,
        training: bool = True,  # noqa: FBT001, FBT002 - likewise
        inplace: bool = False,  # noqa: FBT001, FBT002 - likewise
    ) -> Tensor:
        if not training or not p:
            return functional.dropout(input, p, training, inplace)
        if len(input) == self._mine.stop - self._mine.start:
            drawn = input.new_empty((self._num_rows, *input.shape[1:])).bernoulli_(1 - p)
            kept = drawn[self._mine]
        else:  # not one row each
            kept = torch.empty_like(input).bernoulli_(1 - p, generator=self._own)
        return input * kept.div_(1 - p)
