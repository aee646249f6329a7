"""Ways to train on small pictures: ours and others', measured under one watch."""

from typing import NamedTuple

from peers import keras, ours, pytorch
from peers.watch import Train


class Peer(NamedTuple):
    """One way to train.

    Attributes:
        train: Trains until it is done or ``Enough`` is raised.
        says: What it is, in a table.
        batch_size: Pictures per step.
        side: Height and width of its pictures in pixels.
        needs: The module without which it cannot be measured.
    """

    train: Train
    says: str
    batch_size: int = pytorch.BATCH_SIZE
    side: int = 28
    needs: str = "daylight"


def _article(train: Train, says: str, needs: str = "daylight") -> Peer:
    article = keras.ARTICLE
    return Peer(train, says, article.training.batch_size, article.size, needs)


_THIS = "the same network"

PEERS = {
    "cnn": Peer(ours.train_cnn(ours.CNN), "ours: `cnn`"),
    "cnn-1": Peer(ours.train_cnn(ours.CNN_SHORT), "ours: `cnn`, 1 epoch, pictures unchanged"),
    "cnn-30": Peer(ours.train_cnn(ours.CNN_LONG), "ours: `cnn`, 30 epochs"),
    "expert": Peer(pytorch.expert, f"{_THIS}, bare loop, bfloat16, channels last"),
    "tutorial": Peer(pytorch.tutorial, f"{_THIS}, bare loop as in a tutorial, float32"),
    "trainer": Peer(pytorch.trainer, f"{_THIS}, Hugging Face `Trainer`", needs="accelerate"),
    "lightning": Peer(pytorch.lightning, f"{_THIS}, Lightning", needs="lightning"),
    "ceiling": Peer(pytorch.ceiling, "20 bfloat16 convolutions, forward only"),
    "keras-cnn": Peer(keras.cnn, "Keras's example, a CNN", keras.CNN_BATCH_SIZE, 28, "tensorflow"),
    "single-layer": _article(ours.train_layer, "ours: `single-layer`"),
    "keras-fit": _article(keras.article_fit, "the article's, Keras's `fit`", "tensorflow"),
    "keras-batches": _article(keras.article_batches, "the same, `train_on_batch`", "tensorflow"),
}
