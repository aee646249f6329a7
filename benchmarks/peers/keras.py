"""Keras over TensorFlow: its own first example, and the founding article's program.

Source: keras.io/examples/vision/mnist_convnet.
"""

from typing import Any

import numpy as np
import torch

from daylight.models import single_layer
from peers.pictures import Pictures
from peers.watch import Predict, Watch

CNN_BATCH_SIZE, CNN_EPOCHS = 128, 15
ARTICLE = single_layer.Settings()
ANSWERED_AT_ONCE = 500


def cnn(pictures: Pictures, watch: Watch) -> None:
    """Keras's first example of a convolutional network."""
    keras = _keras()
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((*pictures.train.shape[1:], 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(pictures.num_classes, activation="softmax"),
        ]
    )
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    network.fit(
        _scaled(pictures.train)[..., None],
        pictures.train_labels,
        batch_size=CNN_BATCH_SIZE,
        epochs=CNN_EPOCHS,
        verbose=0,
        callbacks=[_tell(CNN_BATCH_SIZE, watch, _predict(network, pictures.test[..., None]))],
    )


def article_fit(pictures: Pictures, watch: Watch) -> None:
    """The article's program."""
    network = _article(pictures)
    network.fit(
        _scaled(pictures.train),
        pictures.train_labels,
        batch_size=ARTICLE.training.batch_size,
        epochs=ARTICLE.training.epochs,
        verbose=0,
        callbacks=[_tell(ARTICLE.training.batch_size, watch, _predict(network, pictures.test))],
    )


def article_batches(pictures: Pictures, watch: Watch) -> None:
    """The article's program with a loop of its own around ``train_on_batch``."""
    network = _article(pictures)
    predict = _predict(network, pictures.test)
    train, labels = _scaled(pictures.train), pictures.train_labels
    random = np.random.default_rng(0)
    for _ in range(ARTICLE.training.epochs):
        order = random.permutation(len(train))
        for rows in np.array_split(order, -(-len(order) // ARTICLE.training.batch_size)):
            network.train_on_batch(train[rows], labels[rows])
            watch.step(len(rows), predict)


def _keras() -> Any:
    """With as many threads as PyTorch has here."""
    import tensorflow  # noqa: PLC0415 - may be missing

    if not tensorflow.config.threading.get_intra_op_parallelism_threads():
        tensorflow.config.threading.set_intra_op_parallelism_threads(torch.get_num_threads())
    tensorflow.keras.utils.set_random_seed(0)
    return tensorflow.keras


def _article(pictures: Pictures) -> Any:
    """A dense layer over the pixels and probabilities over it."""
    keras = _keras()
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input(pictures.train.shape[1:]),
            layers.Flatten(),
            layers.Dense(ARTICLE.units, activation="relu"),
            layers.Dense(pictures.num_classes, activation="softmax"),
        ]
    )
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return network


def _scaled(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / 255


def _tell(batch_size: int, watch: Watch, predict: Predict) -> Any:
    import keras  # noqa: PLC0415 - may be missing

    def on_train_batch_end(batch: int, logs: Any = None) -> None:  # noqa: ARG001 - by name
        watch.step(batch_size, predict)

    return keras.callbacks.LambdaCallback(on_train_batch_end=on_train_batch_end)


def _predict(network: Any, test: np.ndarray) -> Predict:
    def predict() -> np.ndarray:
        parts = np.array_split(test, max(1, len(test) // ANSWERED_AT_ONCE))
        return np.concatenate([network.predict_on_batch(_scaled(x)).argmax(1) for x in parts])

    return predict
