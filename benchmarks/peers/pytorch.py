"""Our network trained by PyTorch in other ways, each as its own documentation writes it.

Sources: pytorch.org/tutorials/beginner/basics/optimization_tutorial; ``Trainer``,
huggingface.co/docs/transformers/training; Lightning, lightning.ai/docs/pytorch/stable/starter.
"""

import logging
import tempfile
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from daylight.models import cnn
from peers.ours import new_cnn
from peers.pictures import Pictures
from peers.watch import Predict, Watch

LEARNING_RATE = 1e-3
"""Of Adam, in nearly every tutorial."""

EPOCHS = 6
BATCH_SIZE = cnn.Settings().training.batch_size
ANSWERED_AT_ONCE = 500


def tutorial(pictures: Pictures, watch: Watch) -> None:
    """A bare loop: DataLoader, float32, AdamW."""
    module = _plain(pictures)
    predict = _predict(module, pictures)
    optimizer = torch.optim.AdamW(module.parameters(), lr=LEARNING_RATE)
    criterion = nn.CrossEntropyLoss()
    module.train()
    for _ in range(EPOCHS):
        for pixels, target in _loader(pictures):
            loss = criterion(module(pixels), target)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            watch.step(len(target), predict)


def expert(pictures: Pictures, watch: Watch) -> None:
    """A bare loop with nothing in it that takes time: bfloat16, channels last, fused AdamW."""
    module = new_cnn(pictures)
    predict = _predict(module, pictures)
    optimizer = torch.optim.AdamW(module.parameters(), lr=LEARNING_RATE, fused=True)
    criterion = nn.CrossEntropyLoss()
    pixels, target = _tensors(pictures).tensors
    module.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(target)).split(BATCH_SIZE):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                raw = module(pixels[rows])
            loss = criterion(raw.float(), target[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            watch.step(len(rows), predict)


def trainer(pictures: Pictures, watch: Watch) -> None:
    """Hugging Face's ``Trainer``: float32, AdamW, a rate that falls linearly to nothing."""
    import transformers  # noqa: PLC0415 - may be missing

    module = _plain(pictures)
    predict = _predict(module, pictures)

    class Tell(transformers.TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            watch.step(BATCH_SIZE, predict)

    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as folder:
        arguments = transformers.TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
            num_train_epochs=EPOCHS,
            use_cpu=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        transformers.Trainer(
            model=_WithLoss(module),
            args=arguments,
            train_dataset=_Rows(pictures),
            callbacks=[Tell()],
        ).train()


def lightning(pictures: Pictures, watch: Watch) -> None:
    """Lightning's ``Trainer`` around a module as in its introduction: float32, Adam."""
    import lightning  # noqa: PLC0415 - may be missing

    module = _plain(pictures)
    predict = _predict(module, pictures)

    class Classifier(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def training_step(self, batch: list[Tensor], _: int) -> Tensor:
            pixels, target = batch
            return nn.functional.cross_entropy(self.module(pixels), target)

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=LEARNING_RATE)

    class Tell(lightning.Callback):
        def on_train_batch_end(self, *_: Any) -> None:
            watch.step(BATCH_SIZE, predict)

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    lightning.Trainer(
        accelerator="cpu",
        max_epochs=EPOCHS,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[Tell()],
    ).fit(Classifier(), _loader(pictures))


CEILING_CHANNELS, CEILING_SIDE = 64, 14
CEILING_REPEATS = 20
CEILING_FLOP = CEILING_REPEATS * 2 * 9 * CEILING_CHANNELS**2 * CEILING_SIDE**2
"""Per picture."""


def ceiling(pictures: Pictures, watch: Watch) -> None:  # noqa: ARG001 - called as the others are
    """Nothing but convolutions in bfloat16, of a shape at which PyTorch is at its fastest."""
    layer = nn.Conv2d(CEILING_CHANNELS, CEILING_CHANNELS, 3, padding=1, bias=False)
    layer.to(torch.bfloat16).to(memory_format=torch.channels_last)
    x = torch.randn(BATCH_SIZE, CEILING_CHANNELS, CEILING_SIDE, CEILING_SIDE)
    x = x.to(torch.bfloat16).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        while True:
            for _ in range(CEILING_REPEATS):
                layer(x)
            watch.step(BATCH_SIZE)


class _WithLoss(nn.Module):
    """What ``Trainer`` asks of a model: it takes the labels and gives the loss."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: Tensor, labels: Tensor) -> dict[str, Tensor]:
        raw = self.module(pixels)
        return {"loss": nn.functional.cross_entropy(raw, labels), "logits": raw}


class _Rows(Dataset[dict[str, Tensor]]):
    """What ``Trainer`` asks of data: a dictionary for each row."""

    def __init__(self, pictures: Pictures) -> None:
        self.pixels, self.labels = _tensors(pictures).tensors

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> dict[str, Tensor]:
        return {"pixels": self.pixels[row], "labels": self.labels[row]}


def _plain(pictures: Pictures) -> nn.Module:
    """Our network, in memory as PyTorch lays it out unless told otherwise."""
    return new_cnn(pictures).to(memory_format=torch.contiguous_format)


def _tensors(pictures: Pictures) -> TensorDataset:
    pixels = torch.from_numpy(pictures.train[..., None])
    return TensorDataset(pixels, torch.from_numpy(pictures.train_labels))


def _loader(pictures: Pictures) -> DataLoader[tuple[Tensor, ...]]:
    return DataLoader(_tensors(pictures), batch_size=BATCH_SIZE, shuffle=True)


def _predict(module: nn.Module, pictures: Pictures) -> Predict:
    """Answers in evaluation mode; the module then goes on as it was."""
    test = torch.from_numpy(pictures.test[..., None])

    def predict() -> np.ndarray:
        before = module.training
        module.eval()
        with torch.inference_mode():
            answers = torch.cat([module(part).argmax(1) for part in test.split(ANSWERED_AT_ONCE)])
        module.train(before)
        return answers.numpy()

    return predict
