"""Trains a generator against a discriminator; the generator is left with its running mean.

Source: Goodfellow et al., arXiv:1406.2661; hinge loss Lim & Ye, arXiv:1705.02894, equations 1 and
2; running mean of the generator Yazici et al., arXiv:1806.04498.
"""

import math
import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.errors import TrainingError
from daylight.core.types import Prepared
from daylight.metrics.image import frechet
from daylight.training import pace
from daylight.training.batches import num_batches
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
from daylight.training.differentiable import augment
from daylight.training.network import Network
from daylight.training.rows import to_tensors
from daylight.training.schedule import Horizon, Planned, Speed
from daylight.training.settings import Positive, Share

if TYPE_CHECKING:
    from daylight.core.types import Array

MEASURE = "Fréchet distance over pixels"
MAX_EPOCHS = 40
NUM_AXES = 32
"""Principal axes of the pixels in which epochs are compared with validation."""


class Adversarial(Config):
    """Settings of the training of two networks.

    Attributes:
        steps: One of the discriminator and one of the generator each.
        batch_size: Pictures per step and network.
        learning_rate: Of the generator; falls linearly to zero over the last half.
        discriminator_learning_rate: Likewise. Source: Heusel et al., arXiv:1706.08500.
        momentum: Adam's first; its second is 0.99.
        averaging: Decay per step of the generator's running mean.
        translate: Pictures move by up to this share of their size before the discriminator sees
            them. Source: Zhao et al., arXiv:2006.10738, section 3.2.
        cutout: Side of the square that is hidden from it, as a share of the picture's side.
        color: Whether brightness, saturation and contrast are changed, too.
    """

    steps: Annotated[int, msgspec.Meta(ge=1)] = 5000
    batch_size: Annotated[int, msgspec.Meta(ge=2)] = 32
    learning_rate: Positive = 3e-4
    discriminator_learning_rate: Positive = 3e-4
    momentum: Share = 0.5
    averaging: Share = 0.998
    translate: Share = 0.125
    cutout: Share = 0.3
    color: bool = False


def fit(
    network: Network,
    discriminator: nn.Module,
    prepared: Prepared,
    training: Adversarial,
    context: Context,
) -> None:
    """Trains the generator in ``network`` in place; the discriminator is of no use afterwards.

    The prepared columns are noise and, where there are classes, indicators of them; the target is
    ``pixels``, uint8 ``(rows, height, width, channels)``. An epoch is a pass over ``train``, or as
    many passes as make ``MAX_EPOCHS`` of them.

    Logs ``"batch"`` and ``"epoch"`` as ``loop.fit`` does, with the discriminator's loss, and as the
    score a Fréchet distance to ``validation`` over the pixels' principal axes. Continues from
    ``context.checkpoints`` if there is a state.

    Raises:
        TrainingError: A loss or a weight is not finite; the hint says what to lower.
    """
    _Fit(network, discriminator, prepared, training, context).run()


class _Fit:
    """One call of ``fit``: what its parts share."""

    def __init__(
        self,
        network: Network,
        discriminator: nn.Module,
        prepared: Prepared,
        training: Adversarial,
        context: Context,
    ) -> None:
        self.network, self.training, self.context = network, training, context
        self.generator, self.discriminator = network.module, discriminator
        self.average = cloned(self.generator.state_dict())
        self.split = prepared.splits["train"]
        self.pixels = self.split.targets["pixels"].values
        self.latent = self.split.inputs[network.names[0]].values.shape[1]
        self.optimizers = {
            name: torch.optim.Adam(
                module.parameters(), lr=rate, betas=(training.momentum, 0.99), fused=True
            )
            for name, module, rate in (
                ("generator", self.generator, training.learning_rate),
                ("discriminator", self.discriminator, training.discriminator_learning_rate),
            )
        }
        self.progress = _Progress(prepared, network)
        self.pace = self._pace()
        per_pass = num_batches(len(self.split), training.batch_size)
        passes = math.ceil(training.steps / per_pass / MAX_EPOCHS)
        self.per_pass, self.per_epoch = per_pass, passes * per_pass
        self.horizon = Horizon(training.steps, context.decisions)
        self.speed = Speed(self.per_epoch, validation_share=0)
        self.keeper = Keeper(context.checkpoints)
        self.step = 0
        self.curve: list[dict[str, float]] = []

    def _pace(self) -> pace.Pace:
        some = slice(self.training.batch_size)
        inputs = to_tensors(self.split.inputs, self.network.names, some)
        return pace.decide(self.generator, inputs, self.context.decisions)

    def run(self) -> None:
        with self.pace.held():
            self._run()

    def _run(self) -> None:
        self._resume()
        while self.step < self.horizon.end:
            self._epoch(self.step // self.per_epoch)
            if self.step < self.horizon.end and self.keeper.is_due():
                self._save()
        self.generator.load_state_dict(self.average)
        self.generator.eval()

    def _epoch(self, number: int) -> None:
        start = time.monotonic()
        stepped = start
        first = number * self.per_epoch
        self.generator.train()
        self.discriminator.train()
        losses = []
        while self.step < min(first + self.per_epoch, self.horizon.end):
            losses.append(self._learn(self.step))
            self.step += 1
            stepped = self.speed.stepped(stepped)
            self.horizon.revise(self.step, self.speed.affordable(self.context.left_s()))
            done = self.step - first
            self.context.log("batch", epoch=number, done=done, total=self.per_epoch)
        loss = float(np.mean(losses))
        if not math.isfinite(loss) or not self._is_finite():
            raise TrainingError(
                f"The loss or a weight became infinite or no number in epoch {number + 1}.",
                hint="Lower the learning rate: "
                f"--set training.learning_rate={self.training.learning_rate / 4:g}",
            )
        self._log(number, loss, start, num_pictures=len(losses) * self.training.batch_size)

    def _is_finite(self) -> bool:
        modules = (self.generator, self.discriminator)
        return all(bool(p.isfinite().all()) for module in modules for p in module.parameters())

    def _learn(self, step: int) -> float:
        self._set_rates(step)
        random = self.context.random("step", step)
        rows = self._rows(step)
        classes = [
            torch.from_numpy(np.array(self.split.inputs[name].values[rows]))
            for name in self.network.names[1:]
        ]
        real = torch.from_numpy(np.array(self.pixels[rows])).permute(0, 3, 1, 2).float() / 127.5 - 1
        drawn = self._draw(random, len(rows), classes)
        both = self._augment(torch.cat([real, drawn.detach()]), random)
        judged = self._judge(both, [torch.cat([each, each]) for each in classes])
        judged_real, judged_drawn = judged[: len(rows)], judged[len(rows) :]
        loss = torch.relu(1 - judged_real).mean() + torch.relu(1 + judged_drawn).mean()
        self._descend("discriminator", loss)
        # The discriminator has moved since; the same pictures are judged anew.
        self.discriminator.requires_grad_(requires_grad=False)
        judged = self._judge(self._augment(drawn, random), classes)
        self._descend("generator", -judged.mean())
        self.discriminator.requires_grad_(requires_grad=True)
        self._average(step)
        return loss.item()

    def _set_rates(self, step: int) -> None:
        left = min(1.0, 2 * (1 - self.horizon.progress(step)))
        rates = {
            "generator": self.training.learning_rate,
            "discriminator": self.training.discriminator_learning_rate,
        }
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = rates[name] * left

    def _rows(self, step: int) -> "Array":
        """A batch; each pass over ``train`` has an order of its own."""
        number, index = divmod(step, self.per_pass)
        order = self.context.random("order", number).permutation(len(self.split))
        size = min(self.training.batch_size, len(order))
        return np.take(order, np.arange(index * size, (index + 1) * size), mode="wrap")

    def _draw(self, random: np.random.Generator, rows: int, classes: list[Tensor]) -> Tensor:
        noise = torch.from_numpy(random.standard_normal((rows, self.latent), np.float32))
        return self.pace.forward(self.generator, [noise, *classes]).permute(0, 3, 1, 2) * 2 - 1

    def _judge(self, pictures: Tensor, classes: list[Tensor]) -> Tensor:
        return self.pace.forward(self.discriminator, [pictures, *classes])

    def _augment(self, pictures: Tensor, random: np.random.Generator) -> Tensor:
        return augment(
            pictures,
            random,
            translate=self.training.translate,
            cutout=self.training.cutout,
            color=self.training.color,
        )

    def _descend(self, name: str, loss: Tensor) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    def _average(self, step: int) -> None:
        # A short memory at first: the mean should not remember the random start.
        decay = min(self.training.averaging, step / (step + 10))
        with torch.no_grad():
            for name, now in self.generator.state_dict().items():
                if now.is_floating_point():
                    self.average[name].lerp_(now, 1 - decay)
                else:
                    self.average[name].copy_(now)

    def _log(self, number: int, loss: float, start: float, *, num_pictures: int) -> None:
        train_s = time.monotonic() - start
        trained = cloned(self.generator.state_dict())
        self.generator.load_state_dict(self.average)
        score = self.progress.measure()
        self.generator.load_state_dict(trained)
        duration_s = time.monotonic() - start
        self.speed.looked(duration_s - train_s)
        facts = {"epoch": number + 1, "loss": loss, "score": score, "duration_s": duration_s}
        self.curve.append(facts)
        self.context.log(
            "epoch",
            **facts,
            measure=MEASURE,
            epochs=self._num_epochs(),
            examples_per_s=num_pictures / max(train_s, 1e-9),
            left_s=self.speed.duration_s(self.horizon.end - self.step),
        )

    def _num_epochs(self) -> int:
        return math.ceil(self.horizon.end / self.per_epoch)

    def _parts(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator}

    def _save(self) -> None:
        tensors = prefixed("average.", self.average)
        for name, module in self._parts().items():
            tensors |= prefixed(f"{name}.", module.state_dict())
            tensors |= prefixed(f"{name}/", flatten_optimizer(self.optimizers[name]))
        facts = {"step": self.step, "curve": self.curve, "horizon": self.horizon.now}
        self.keeper.save(tensors, facts)

    def _resume(self) -> None:
        saved = load_state(self.context.checkpoints) if self.context.checkpoints else None
        if saved is None:
            return
        tensors, facts = saved
        for name, module in self._parts().items():
            module.load_state_dict(under(f"{name}.", tensors))
            restore_optimizer(self.optimizers[name], under(f"{name}/", tensors))
        now = self.generator.state_dict()
        average = under("average.", tensors)
        self.average = {name: in_layout_of(now[name], each) for name, each in average.items()}
        self.step, self.curve = facts["step"], facts["curve"]
        self.horizon.now = Planned(*facts["horizon"])
        for line in self.curve:
            self.context.log(
                "epoch", **line, measure=MEASURE, epochs=self._num_epochs(), resumed=True
            )


class _Progress:
    """How far the drawn pictures are from ``validation``, cheaply: over pixels."""

    def __init__(self, prepared: Prepared, network: Network) -> None:
        self._network = network
        self._split = prepared.splits["validation"]
        real = _flat(self._split.targets["pixels"].values) / 255
        self._mean = real.mean(0)
        _, _, axes = np.linalg.svd(real - self._mean, full_matrices=False)
        self._axes = axes[:NUM_AXES].T
        self._real = (real - self._mean) @ self._axes

    def measure(self) -> float:
        """The distance, for the prompts of ``validation``."""
        drawn = _flat(self._network.predict(self._split.inputs)["image"].values)
        return frechet(self._real, (drawn - self._mean) @ self._axes)


def _flat(pictures: "Array") -> "Array":
    return np.asarray(pictures, np.float64).reshape(len(pictures), -1)
