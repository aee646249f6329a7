"""The family gan beside a DCGAN and the Gaussian baseline, on the embedded pictures.

All draw for the same test prompts; the DCGAN knows no classes and trains for as much time of the
processor as gan did, with one thread each.

Run: python benchmarks/generation.py [RUN]   (without: trains one first, about five minutes)
Source of the peer: Radford et al., arXiv:1511.06434, section 3 and 4.
"""

import argparse
import contextlib
import io
import platform
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.cli.main import main as daylight
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.run import Run
from daylight.core.sections import PreparedSection
from daylight.core.types import Column
from daylight.data import prepared as cache
from daylight.data.embedded import unpack_fashion
from daylight.metrics.comparison import compare
from daylight.metrics.scoring import metrics_of, score
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.features import with_features

LATENT, WIDTH, BATCH_SIZE = 100, 32, 128


def generator(channels: int) -> nn.Module:
    """Noise to 28 x 28 pixels, -1 to 1."""
    return nn.Sequential(
        nn.ConvTranspose2d(LATENT, 4 * WIDTH, 7, bias=False),
        nn.BatchNorm2d(4 * WIDTH),
        nn.ReLU(),
        nn.ConvTranspose2d(4 * WIDTH, 2 * WIDTH, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * WIDTH),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * WIDTH, channels, 4, 2, 1),
        nn.Tanh(),
    )


def discriminator(channels: int) -> nn.Module:
    """Pixels to one raw score."""
    return nn.Sequential(
        nn.Conv2d(channels, WIDTH, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(WIDTH, 2 * WIDTH, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * WIDTH),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * WIDTH, 1, 7),
        nn.Flatten(0),
    )


def initialise(module: nn.Module) -> nn.Module:
    """Weights from a normal distribution of deviation 0.02, as the paper has them."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.02)
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, mean=1.0, std=0.02)
    return module


def train_dcgan(pixels: Tensor, cpu_time_s: float) -> tuple[nn.Module, int]:
    """Trains until so much time of the processor has gone; gives the generator and the steps."""
    torch.manual_seed(0)
    channels = pixels.shape[1]
    networks = initialise(generator(channels)), initialise(discriminator(channels))
    draw, judge = networks
    optimizers = [torch.optim.Adam(each.parameters(), 2e-4, (0.5, 0.999)) for each in networks]
    real, fake = torch.ones(BATCH_SIZE), torch.zeros(BATCH_SIZE)
    began, steps = time.process_time(), 0
    while time.process_time() - began < cpu_time_s:
        some = pixels[torch.randint(len(pixels), (BATCH_SIZE,))].float() / 127.5 - 1
        drawn = draw(torch.randn(BATCH_SIZE, LATENT, 1, 1))
        loss = functional.binary_cross_entropy_with_logits(judge(some), real)
        loss = loss + functional.binary_cross_entropy_with_logits(judge(drawn.detach()), fake)
        optimizers[1].zero_grad()
        loss.backward()
        optimizers[1].step()
        loss = functional.binary_cross_entropy_with_logits(judge(drawn), real)
        optimizers[0].zero_grad()
        loss.backward()
        optimizers[0].step()
        steps += 1
    return draw.eval(), steps


def main() -> None:
    """Prints a table of scores with intervals, and paired differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", help="a run of gan on the embedded pictures")
    given = parser.parse_args().run
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        measure(Run.open(Path(given) if given else train_gan(Path(place))))


def train_gan(place: Path) -> Path:
    """Trains with the defaults of the family."""
    folder, run = unpack_fashion(place / "fashion"), place / "run"
    task = "unconditional-image-generation"
    with contextlib.redirect_stdout(io.StringIO()):
        daylight(["train", str(folder), "--task", task, "-o", str(run)])
    return run


def measure(run: Run) -> None:
    """Trains the peer, asks all three, and prints what came of it."""
    took_s = msgspec.json.decode((run.package / "provenance.json").read_bytes())["cpu_time_s"]
    section = run.read(PreparedSection)
    train = cache.load(run.path / section.caches[run.recipe.model]).splits["train"]
    pixels = torch.from_numpy(np.array(train.targets["pixels"].values)).permute(0, 3, 1, 2)
    dcgan, steps = train_dcgan(pixels, took_s)
    on = benchmark(run)
    inputs = on.inputs()
    with torch.inference_mode():
        noise = torch.randn(len(on.rows), LATENT, 1, 1, generator=torch.Generator().manual_seed(1))
        drawn = (dcgan(noise).permute(0, 2, 3, 1).numpy() + 1) / 2
    answers = {
        "gan": Predictor.open(run.package).predict_columns(inputs).columns,
        "DCGAN": {"image": Column(drawn)},
        "pixel-gaussian": Predictor.open(run.baseline).predict_columns(inputs).columns,
    }
    targets, found = with_features(on, on.targets(()), list(answers.values()))
    seen = dict(zip(answers, found, strict=True))
    metrics = metrics_of(ANSWER_KINDS[on.answer], on.primary)
    print(f"{platform.machine()}, {len(on.rows):,} test pictures, one thread")
    print(f"gan and DCGAN: {took_s:.0f} s of the processor each; DCGAN made {steps:,} steps")
    for name, outputs in seen.items():
        random = np.random.default_rng(0)
        scores = score(
            metrics, targets=targets, outputs=outputs, baseline=None, labels=(), random=random
        )
        for each in scores:
            print(f"{name:15} {each.title:52} {each.value:.3f} ({each.low:.3f} to {each.high:.3f})")
    differences = compare(
        metrics,
        targets=targets,
        first=seen["DCGAN"],
        second=seen["gan"],
        random=np.random.default_rng(0),
    )
    for one in differences:
        said = f"{one.difference:+.3f} ({one.low:+.3f} to {one.high:+.3f}), {one.verdict}"
        print(f"gan - DCGAN     {one.title:52} {said}")


if __name__ == "__main__":
    main()
