"""The one training loop: batch, loss, gradient, step; again and again, and the best is kept.

Whatever happens, a training goes on from where it stood: steps depend on their number and the seed
only, and what the clock or the memory decided on the way is kept as a decision.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.context import Context
from daylight.core.errors import TrainingError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.memory import is_refusal
from daylight.core.types import Columns, Metric, Prepared
from daylight.metrics import METRICS
from daylight.training import pace
from daylight.training.batches import Batch, num_batches
from daylight.training.batches import epoch as epoch_batches
from daylight.training.checkpoint import (
    Keeper,
    cloned,
    flatten_optimizer,
    in_layout_of,
    load_state,
    prefixed,
    restore_optimizer,
    under,
)
from daylight.training.distributed import Team
from daylight.training.heads import head
from daylight.training.network import NetworkConfig
from daylight.training.pace import Pace
from daylight.training.rows import to_tensors
from daylight.training.schedule import Horizon, Planned, Speed, learning_rate
from daylight.training.settings import Training

LOOK_SHARE = 0.4
"""What answering a batch takes of what learning from it takes, until it was timed."""


class Learner(Protocol):
    """A network as the loop sees it: a ``Network``, or what stands around one."""

    @property
    def module(self) -> nn.Module:
        """What is trained, in place."""
        ...

    @property
    def config(self) -> NetworkConfig:
        """Its answer kind, above all."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Prepared columns, in the order in which the module takes them."""
        ...

    def predict(self, inputs: Columns) -> Columns:
        """Outputs of the answer kind."""
        ...


def fit(
    network: Learner,
    prepared: Prepared,
    training: Training,
    context: Context,
    *,
    stage: str = "",
) -> None:
    """Trains ``network`` in place and leaves it at its best epoch by validation.

    Args:
        network: With new weights, or with those of another training.
        prepared: Its splits ``train`` and ``validation``.
        training: How.
        context: A deadline shortens the schedule, so that it is gone through in time.
        stage: Where a family trains more than once, a name under which this time's decisions and
            checkpoints are kept apart.

    Logs ``"batch"`` (epoch, done, total), ``"epoch"`` (epoch, epochs, loss, score, examples_per_s,
    left_s, duration_s) and ``"memory"`` (parts). Continues from ``context.checkpoints`` if there is
    a state.

    Raises:
        TrainingError: The loss or a weight is not finite; the hint says what to lower.
    """
    if stage:
        context = context.replace(
            checkpoints=context.checkpoints and context.checkpoints / stage,
            decisions=context.decisions.within(stage),
        )
    _Fit(network, prepared, training, context).run()


def make_optimizer(module: nn.Module, training: Training) -> torch.optim.Optimizer:
    """Adam or AdamW, fused; only weights of two or more dimensions decay."""
    trainable = [each for each in module.parameters() if each.requires_grad]
    groups = [
        {
            "params": [each for each in trainable if each.ndim >= 2],
            "weight_decay": training.weight_decay,
        },
        {"params": [each for each in trainable if each.ndim < 2], "weight_decay": 0.0},
    ]
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    optimizer: torch.optim.Optimizer = kinds[training.optimizer](
        groups, lr=training.learning_rate, fused=True
    )
    return optimizer


@dataclass(slots=True)
class _State:
    """Where the training stands; all of it goes into a checkpoint.

    Attributes:
        step: Steps that are done.
        total_loss: Over the examples of the epoch so far.
        num_parts: In which a batch goes through the network, so that memory suffices.
    """

    step: int = 0
    total_loss: float = 0.0
    num_parts: int = 1
    best: float | None = None
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    curve: list[dict[str, Any]] = field(default_factory=list)


class _Fit:
    """One call of ``fit``: what its parts share."""

    def __init__(
        self, network: Learner, prepared: Prepared, training: Training, context: Context
    ) -> None:
        self.network, self.prepared = network, prepared
        self.training, self.context = training, context
        self.module = network.module
        self.split = prepared.splits["train"]
        self.average = cloned(self.module.state_dict()) if training.averaging else {}
        self.optimizer = make_optimizer(self.module, training)
        self._pairs = self._floating()
        self.state = _State()
        self.team = Team.of(context)
        rows = slice(max(1, training.batch_size // self.team.size))
        inputs = to_tensors(self.split.inputs, network.names, rows)
        measured = pace.decide(self.module, inputs, context.decisions)
        self.pace = Pace(**self.team.agreed(measured.to_dict()))
        self.per_epoch = num_batches(len(self.split), training.batch_size)
        num_epochs = max(training.epochs, math.ceil(training.min_steps / self.per_epoch))
        self.horizon = Horizon(num_epochs * self.per_epoch, context.decisions)
        looked_at = num_batches(len(prepared.splits["validation"]), training.batch_size)
        self.speed = Speed(self.per_epoch, LOOK_SHARE * looked_at)
        self.keeper = Keeper(context.checkpoints)

    def run(self) -> None:
        with self.pace.held():
            self._check_answers()
            self._resume()
            self._note_team()
            while self.state.step < self.horizon.end:
                self._epoch()
                if self.state.step < self.horizon.end and self.keeper.is_due():
                    self._save()
            self.module.load_state_dict(self.state.best_weights)
            self.module.eval()

    def _check_answers(self) -> None:
        """A shape that is wrong would be broadcast by the loss, and learn nonsense."""
        if (by := self.training.best_by) and by not in ANSWER_KINDS[self.prepared.answer].metrics:
            known = ", ".join(ANSWER_KINDS[self.prepared.answer].metrics)
            raise TrainingError(f"training.best_by is {by}.", hint=f"Choose one of: {known}.")
        some = {n: c.slice(0, 2) for n, c in self.prepared.splits["validation"].inputs.items()}
        wrong = ANSWER_KINDS[self.prepared.answer].misfit(
            self.network.predict(some),
            num_rows=len(next(iter(some.values()))),
            num_labels=len(self.prepared.labels),
        )
        if wrong:
            raise TrainingError(f"The network {wrong}.", hint="Mend its forward().")

    def _epoch(self) -> None:
        """From where the training stands to the end of the epoch, or of the time."""
        number, first = divmod(self.state.step, self.per_epoch)
        began = stepped = time.monotonic()
        rows = 0
        self.module.train()
        batches = epoch_batches(
            self.split, self.network.names, self.training, self.context, number, start=first
        )
        for done, batch in enumerate(batches, first + 1):
            self._learn(batch)
            rows += len(batch)
            stepped = self.speed.stepped(stepped)
            self.horizon.revise(self.state.step, self._affordable())
            self.context.log("batch", epoch=number, done=done, total=self.per_epoch)
            if self.state.step >= self.horizon.end:
                break
            if done < self.per_epoch and self.keeper.is_due():
                self._save()
                stepped = time.monotonic()
        seen = self.state.step - number * self.per_epoch
        loss = self.state.total_loss / (len(self.split) * seen / self.per_epoch)
        self._check_finite(number, loss)
        self._look(number, loss, began, rows)
        self.state.total_loss = 0.0

    def _note_team(self) -> None:
        """With how many it is trained from here on: sums are not the same to the last digit."""
        if self.team.size > 1 or self.context.decisions.some("processes "):
            name = f"processes as of step {self.state.step}"
            self.context.decisions.revise(name, self.team.size)

    def _affordable(self) -> float:
        """Steps that there is time for: infinite without a deadline, else one clock counts."""
        steps = self.speed.affordable(self.context.left_s())
        return steps if self.context.deadline is None else float(self.team.agreed(steps))

    def _learn(self, batch: Batch) -> None:
        """One step: the gradient of the loss by back-propagation, and a move against it.

        Source: Rumelhart, Hinton & Williams, Nature 323 (1986).
        """
        step = self.state.step
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.horizon.progress(step), self.training)
        loss = self._gradient(batch)
        nn.utils.clip_grad_norm_(self.module.parameters(), self.training.max_gradient_norm)
        self.optimizer.step()
        if self.average:
            self._average(step)
        self.state.total_loss += loss * len(batch)
        self.state.step += 1

    def _gradient(self, batch: Batch) -> float:
        """Leaves the mean loss's gradient in the parameters; in parts, if memory demands it."""
        decision = f"parts as of step {self.state.step}"
        if self.context.decisions.has(decision):
            self.state.num_parts = self.context.decisions.decide(decision, lambda: 1)
        while True:
            before = {name: buffer.clone() for name, buffer in self.module.named_buffers()}
            try:
                loss = self._accumulated(batch)
                break
            except (MemoryError, RuntimeError) as error:
                most = 1 if self.team.size > 1 else len(batch)  # others wait, and cannot go back
                if not is_refusal(error) or self.state.num_parts >= most:
                    raise
            for name, buffer in self.module.named_buffers():
                buffer.copy_(before[name])
            self.state.num_parts *= 2
            self.context.decisions.revise(decision, self.state.num_parts)
            self.context.log("memory", parts=self.state.num_parts)
        return self.team.summed(loss, self.module)

    def _accumulated(self, batch: Batch) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        with self.team.whole(batch, self.context.key("dropout", self.state.step) % 2**63):
            for part in self.team.parts(batch, self.state.num_parts):
                loss = self._loss(part) * (len(part) / len(batch))
                loss.backward()  # type: ignore[no-untyped-call]
                total += loss.item()
        return total

    def _loss(self, batch: Batch) -> Tensor:
        of = head(self.network.config.answer).loss
        smoothing = self.training.label_smoothing or 0.0
        raw = self.pace.forward(self.module, batch.inputs)
        loss = of(raw, batch.target, smoothing)
        if batch.share < 1:
            loss = batch.share * loss + (1 - batch.share) * of(raw, batch.mixed_in, smoothing)
        return loss

    def _floating(self) -> tuple[list[Tensor], list[Tensor]]:
        """The running means and the weights that they follow; counters are not averaged."""
        now = self.module.state_dict()
        names = [name for name in self.average if now[name].is_floating_point()]
        return [self.average[name] for name in names], [now[name] for name in names]

    def _average(self, step: int) -> None:
        # A short memory at first: the mean should not remember the random start.
        decay = min(self.training.averaging, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(*self._pairs, 1 - decay)

    def _check_finite(self, number: int, loss: float) -> None:
        """The last step may break what the loss before it does not show."""
        if not math.isfinite(loss):
            what = "loss"
        elif not all(bool(each.isfinite().all()) for each in self.module.parameters()):
            what = "weights"
        else:
            return
        raise TrainingError(
            f"The {what} became infinite or no number in epoch {number + 1}.",
            hint="Lower the learning rate: "
            f"--set training.learning_rate={self.training.learning_rate / 10:g}",
        )

    def _look(self, number: int, loss: float, began: float, rows: int) -> None:
        """Scores the weights, or their running mean, on validation; keeps them if they are best."""
        start = time.monotonic()
        trained = self.module.state_dict()
        weights = self.average or trained
        raw = cloned(trained) if self.average else {}
        if self.average:
            self.module.load_state_dict(self.average)
        score = self.score()
        merit = score if self._metric.higher_is_better else -score
        if self.state.best is None or merit >= self.state.best:
            self.state.best, self.state.best_weights = merit, cloned(weights)
        if raw:
            self.module.load_state_dict(raw)
        now = time.monotonic()
        self.speed.looked(now - start)
        facts: dict[str, Any] = {"epoch": number + 1, "loss": loss, "score": score}
        facts["duration_s"] = now - began
        if self.training.best_by:
            facts["measure"] = self._metric.title
        self.state.curve.append(facts)
        self._log_epoch(
            facts,
            examples_per_s=rows / max(start - began, 1e-9),
            left_s=self.speed.duration_s(max(0, self.horizon.end - self.state.step)),
        )

    def _log_epoch(self, facts: Mapping[str, Any], **more: Any) -> None:
        epochs = math.ceil(self.horizon.end / self.per_epoch)
        self.context.log("epoch", **facts, epochs=epochs, **more)

    @property
    def _metric(self) -> Metric:
        return METRICS[self.training.best_by or ANSWER_KINDS[self.prepared.answer].metrics[0]]

    def score(self) -> float:
        """The metric by which epochs are compared, on ``validation``."""
        split = self.prepared.splits["validation"]
        outputs = self.network.predict(split.inputs)
        return float(self._metric.score(split.targets, outputs, np.ones((1, len(split))))[0])

    def _save(self) -> None:
        tensors = {
            **prefixed("module.", self.module.state_dict()),
            **prefixed("average.", self.average),
            **prefixed("best.", self.state.best_weights),
            **flatten_optimizer(self.optimizer),
        }
        state = self.state
        facts = {
            "step": state.step,
            "total_loss": state.total_loss,
            "num_parts": state.num_parts,
            "best": state.best,
            "curve": state.curve,
            "horizon": self.horizon.now,
        }
        self.keeper.save(tensors, facts)

    def _resume(self) -> None:
        own = load_state(self.context.checkpoints) if self.context.checkpoints else None
        saved = self.team.shared(own)
        if saved is None:
            return
        tensors, facts = saved
        self.module.load_state_dict(under("module.", tensors))
        now = self.module.state_dict()
        average = under("average.", tensors)
        self.average = {name: in_layout_of(now[name], each) for name, each in average.items()}
        self._pairs = self._floating()
        restore_optimizer(self.optimizer, tensors)
        self.horizon.now = Planned(*facts.pop("horizon"))
        self.state = _State(**facts, best_weights=under("best.", tensors))
        for line in self.state.curve:
            self._log_epoch(line, resumed=True)
