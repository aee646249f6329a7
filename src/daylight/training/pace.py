"""How fast a network's steps run on this machine, measured in about a second before it trains."""

import copy
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from daylight.core.config import Config, convert
from daylight.core.context import Decisions
from daylight.core.memory import is_refusal

WORTHWHILE_FLOP = 1e8
"""A forward pass of less is left as it is: what there is to gain would not be seen. Counted, not
measured, so that small networks are trained alike on busy and on idle machines."""

GAIN = 0.87
"""Share of the plain step's time below which another way is taken: less may be chance."""

ROUNDS = 3
BUDGET_S = 1.0
"""No further round begins after so long, if each way has been tried once."""


class Pace(Config):
    """How steps are run.

    Attributes:
        bfloat16: Whether the forward pass runs in bfloat16 where that is safe (autocast); weights,
            loss and optimiser stay in float32. Source: Kalamkar et al., arXiv:1905.12322.
        num_threads: Of one operation.
    """

    bfloat16: bool
    num_threads: int

    @contextmanager
    def held(self) -> Iterator[None]:
        """Runs with so many threads, and puts back what was set before."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.num_threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def forward(self, module: nn.Module, inputs: Sequence[Tensor]) -> Tensor:
        """The module's raw outputs, in float32."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bfloat16):
            raw: Tensor = module(*inputs)
        return raw.float()


def decide(module: nn.Module, inputs: Sequence[Tensor], decisions: Decisions) -> Pace:
    """The fastest way to run steps, or the one that was decided before.

    bfloat16 is tried where the processor computes with it (AVX512-BF16, AMX), and one thread beside
    all of them: where the cores are busy with something else, threads that wait for each other are
    slower than one.

    Args:
        module: Left as it is.
        inputs: A batch as in training.
        decisions: Where the choice is kept, so that a run that continues makes the same bytes.
    """
    made = decisions.decide("pace", lambda: _measured(module, inputs).to_dict())
    return convert(Pace, made, where="decisions.json")


def _measured(module: nn.Module, inputs: Sequence[Tensor]) -> Pace:
    """The fastest way, or the plain one where there is no memory for so large a batch."""
    plain = Pace(bfloat16=False, num_threads=torch.get_num_threads())
    try:
        return _fastest(plain, module, inputs)
    except (MemoryError, RuntimeError) as error:
        if not is_refusal(error):
            raise
        return plain


def _fastest(plain: Pace, module: nn.Module, inputs: Sequence[Tensor]) -> Pace:
    trial = copy.deepcopy(module).train()
    with torch.random.fork_rng(devices=[]):  # dropout draws; measuring must not shift what it draws
        with FlopCounterMode(display=False) as counter:
            plain.forward(trial, inputs)
        if counter.get_total_flops() < WORTHWHILE_FLOP:
            return plain
        return _compared(plain, trial, inputs)


def _compared(plain: Pace, trial: nn.Module, inputs: Sequence[Tensor]) -> Pace:
    ways = [
        Pace(bfloat16=bfloat16, num_threads=num_threads)
        for bfloat16 in ([False, True] if _has_bfloat16() else [False])
        for num_threads in sorted({1, plain.num_threads})
    ]
    times: dict[Pace, list[float]] = {way: [] for way in ways}
    began = time.perf_counter()
    for number in range(1 + ROUNDS):
        if number > 1 and time.perf_counter() - began > BUDGET_S:
            break
        for way in ways:  # interleaved, so that a busy moment hits all
            seconds = _seconds(way, trial, inputs)
            if number:  # the first warms up
                times[way].append(seconds)
    best = min(ways, key=lambda way: median(times[way]))
    return best if median(times[best]) < GAIN * median(times[plain]) else plain


def _seconds(way: Pace, module: nn.Module, inputs: Sequence[Tensor]) -> float:
    with way.held():
        start = time.perf_counter()
        way.forward(module, inputs).square().mean().backward()  # type: ignore[no-untyped-call]
        seconds = time.perf_counter() - start
    module.zero_grad(set_to_none=True)
    return seconds


def _has_bfloat16() -> bool:
    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_tile"))
