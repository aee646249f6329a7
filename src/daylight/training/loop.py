"""The one training loop: steps, schedule, averaging, validation, checkpoints."""

import math
import time
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.context import Context
from daylight.core.errors import TrainingError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Metric, Prepared
from daylight.metrics import METRICS
from daylight.training import pace
from daylight.training.batches import epoch as epoch_batches
from daylight.training.batches import num_batches
from daylight.training.checkpoint import (
    cloned,
    flatten_optimizer,
    in_layout_of,
    load_state,
    prefixed,
    restore_optimizer,
    save_state,
    under,
)
from daylight.training.heads import head
from daylight.training.network import Network, to_tensors
from daylight.training.settings import Training

CHECKPOINT_EVERY_S = 5.0
"""Seconds between checkpoints, at ends of epochs."""


def learning_rate(step: int, num_steps: int, training: Training) -> float:
    """Rate at ``step``, counted from 0.

    >>> settings = Training(learning_rate=1.0, warmup=0.25)
    >>> [round(learning_rate(step, 8, settings), 2) for step in (0, 1, 2, 5, 7)]
    [0.5, 1.0, 1.0, 0.5, 0.07]
    """
    if training.schedule == "constant":
        return training.learning_rate
    warmup = math.ceil(training.warmup * num_steps)
    if step < warmup:
        return training.learning_rate * ((step + 1) / warmup)
    progress = (step - warmup) / max(1, num_steps - warmup)
    return training.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


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
    """Where the training stands; all of it goes into a checkpoint."""

    epoch: int = 0
    best: float = -math.inf
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)


def fit(
    network: Network,
    prepared: Prepared,
    training: Training,
    context: Context,
    *,
    stage: str = "",
) -> None:
    """Trains ``network`` in place and leaves it at its best epoch by validation.

    Args:
        stage: Where a family trains more than once, a name under which this time's pace and
            checkpoints are kept apart.

    Logs ``"batch"`` (epoch, done, total) and ``"epoch"`` (epoch, epochs, loss, score,
    examples_per_s, left_s, duration_s). Continues from ``context.checkpoints`` if there is a state.

    Raises:
        TrainingError: The loss or a weight is not finite; the hint says what to lower.
    """
    if stage and context.checkpoints:
        context = context.replace(checkpoints=context.checkpoints / stage)
    _Fit(network, prepared, training, context, stage).run()


class _Fit:
    """One call of ``fit``: what its parts share."""

    def __init__(
        self,
        network: Network,
        prepared: Prepared,
        training: Training,
        context: Context,
        stage: str,
    ) -> None:
        self.network, self.prepared = network, prepared
        self.training, self.context = training, context
        self.module = network.module
        self.average = cloned(self.module.state_dict()) if training.averaging else {}
        self.optimizer = make_optimizer(self.module, training)
        self._pairs = self._floating()
        self.state = _State()
        self.pace = self._pace(stage)
        self.per_epoch = num_batches(len(prepared.splits["train"]), training.batch_size)
        self.num_epochs = max(training.epochs, math.ceil(training.min_steps / self.per_epoch))

    def _floating(self) -> tuple[list[Tensor], list[Tensor]]:
        """The running means and the weights that they follow; counters are not averaged."""
        now = self.module.state_dict()
        names = [name for name in self.average if now[name].is_floating_point()]
        return [self.average[name] for name in names], [now[name] for name in names]

    def _pace(self, stage: str) -> pace.Pace:
        train, names = self.prepared.splits["train"], self.network.names
        inputs = to_tensors(train.inputs, names, slice(self.training.batch_size))
        return pace.decide(self.module, inputs, self.context.decisions, stage=stage)

    def run(self) -> None:
        with self.pace.held():
            self._run()

    def _run(self) -> None:
        self._check_answers()
        self._resume()
        last_save = time.monotonic()
        while self.state.epoch < self.num_epochs:
            self._epoch()
            done = self.state.epoch == self.num_epochs
            if self.context.checkpoints and (time.monotonic() - last_save > CHECKPOINT_EVERY_S):
                if not done:
                    self._save()
                last_save = time.monotonic()
        self.module.load_state_dict(self.state.best_weights)
        self.module.eval()

    def _check_answers(self) -> None:
        """A shape that is wrong would be broadcast by the loss, and learn nonsense."""
        some = {n: c.slice(0, 2) for n, c in self.prepared.splits["validation"].inputs.items()}
        wrong = ANSWER_KINDS[self.prepared.answer].misfit(
            self.network.predict(some),
            num_rows=len(next(iter(some.values()))),
            num_labels=len(self.prepared.labels),
        )
        if wrong:
            raise TrainingError(f"The network {wrong}.", hint="Mend its forward().")

    def _epoch(self) -> None:
        number, start = self.state.epoch, time.monotonic()
        split = self.prepared.splits["train"]
        batches = epoch_batches(split, self.network.names, self.training, self.context, number)
        total = 0.0
        self.module.train()
        torch.manual_seed(self.context.key("dropout", number) % 2**63)
        for index, (inputs, target) in enumerate(batches):
            step = number * self.per_epoch + index
            total += self._step(step, inputs, target) * len(target)
            self.context.log("batch", epoch=number, done=index + 1, total=self.per_epoch)
        loss = total / len(split)
        if not math.isfinite(loss) or not self._weights_are_finite():
            what = "loss" if not math.isfinite(loss) else "weights"
            raise TrainingError(
                f"The {what} became infinite or no number in epoch {number + 1}.",
                hint="Lower the learning rate: "
                f"--set training.learning_rate={self.training.learning_rate / 10:g}",
            )
        self._validate(number, loss, start)
        self.state.epoch += 1

    def _weights_are_finite(self) -> bool:
        """The last step may break what the loss before it does not show."""
        return all(bool(each.isfinite().all()) for each in self.module.parameters())

    def _step(self, step: int, inputs: list[Tensor], target: Tensor) -> float:
        rate = learning_rate(step, self.per_epoch * self.num_epochs, self.training)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        raw = self.pace.forward(self.module, inputs)
        loss = head(self.network.config.answer).loss(raw, target, self.training.label_smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.module.parameters(), self.training.max_gradient_norm)
        self.optimizer.step()
        if self.average:
            self._average(step)
        return loss.item()

    def _average(self, step: int) -> None:
        # A short memory at first: the mean should not remember the random start.
        decay = min(self.training.averaging, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(*self._pairs, 1 - decay)

    def _validate(self, number: int, loss: float, start: float) -> None:
        trained = self.module.state_dict()
        weights = self.average or trained
        raw = cloned(trained) if self.average else {}
        if self.average:
            self.module.load_state_dict(self.average)
        train_s = time.monotonic() - start
        score = self.score()
        merit = score if self._metric.higher_is_better else -score
        if merit >= self.state.best or not self.state.best_weights:
            self.state.best, self.state.best_weights = merit, cloned(weights)
        if raw:
            self.module.load_state_dict(raw)
        duration_s = time.monotonic() - start
        examples_per_s = len(self.prepared.splits["train"]) / max(train_s, 1e-9)
        facts = {"epoch": number + 1, "loss": loss, "score": score, "duration_s": duration_s}
        self.state.curve.append(facts)
        left_s = duration_s * (self.num_epochs - number - 1)
        self.context.log(
            "epoch",
            **facts,
            epochs=self.num_epochs,
            examples_per_s=examples_per_s,
            left_s=left_s,
        )

    @property
    def _metric(self) -> Metric:
        return METRICS[ANSWER_KINDS[self.prepared.answer].metrics[0]]

    def score(self) -> float:
        """The kind's first metric on ``validation``."""
        split = self.prepared.splits["validation"]
        outputs = self.network.predict(split.inputs)
        return float(self._metric.score(split.targets, outputs, np.ones((1, len(split))))[0])

    def _save(self) -> None:
        if self.context.checkpoints is None:
            return
        tensors = {
            **prefixed("module.", self.module.state_dict()),
            **prefixed("average.", self.average),
            **prefixed("best.", self.state.best_weights),
            **flatten_optimizer(self.optimizer),
        }
        facts = {"epoch": self.state.epoch, "best": self.state.best, "curve": self.state.curve}
        save_state(self.context.checkpoints, tensors, facts)

    def _resume(self) -> None:
        saved = load_state(self.context.checkpoints) if self.context.checkpoints else None
        if saved is None:
            return
        tensors, facts = saved
        self.module.load_state_dict(under("module.", tensors))
        now = self.module.state_dict()
        average = under("average.", tensors)
        self.average = {name: in_layout_of(now[name], each) for name, each in average.items()}
        self._pairs = self._floating()
        restore_optimizer(self.optimizer, tensors)
        self.state = _State(facts["epoch"], facts["best"], under("best.", tensors), facts["curve"])
        for line in self.state.curve:
            self.context.log("epoch", **line, epochs=self.num_epochs, resumed=True)
