"""The pictures that all learn from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Pictures:
    """Gray pictures, uint8 ``(rows, height, width)``, and their int64 class numbers."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray

    @property
    def num_classes(self) -> int:
        """Class numbers are below it."""
        return int(self.train_labels.max()) + 1
