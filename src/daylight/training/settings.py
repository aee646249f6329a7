"""How a network is trained; each family has defaults of its own."""

from typing import Annotated, Literal

import msgspec

from daylight.core.config import Config

Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]


class Training(Config):
    """Settings of the training loop.

    Attributes:
        epochs: Passes over ``train``.
        min_steps: Small data gets as many more passes as make up so many steps; none where a recipe
            sets ``epochs`` and not this.
        batch_size: Examples per step; batches of an epoch differ in size by at most one.
        learning_rate: The highest of the schedule.
        schedule: ``"one-cycle"``: linear up over ``warmup``, then cosine down to zero (Smith,
            arXiv:1708.07120); ``"constant"``.
        warmup: Share of the steps, in [0, 1).
        weight_decay: Decoupled for ``adamw`` (Loshchilov & Hutter, arXiv:1711.05101); biases and
            norms have none.
        label_smoothing: In [0, 1). Source: Szegedy et al., arXiv:1512.00567, section 7. Where a
            family leaves it open it smooths labels of pictures, and none of rows.
        best_by: Metric on validation by which the best epoch is told; if none is named, the first
            of the answer kind, or what the family takes for rows.
        averaging: Decay per step of the running mean of the weights that is kept beside them and
            used to answer; 0 turns it off. Source: Polyak & Juditsky (1992).
        max_gradient_norm: Global L2 norm; longer gradients are scaled down.
        flip: Whether pictures are mirrored, every other time; wrong where left and right matter.
        shift: Pictures move by up to this share of their size.
        erase: Side of the square that is erased at random, as a share of the picture's side.
            Source: DeVries & Taylor, arXiv:1708.04552.
        jitter: How far contrast changes at random, as a share; brightness by half as much.
        mixup: Both parameters of the Beta distribution from which comes how far pictures are mixed
            in pairs; 0 turns it off. Source: Zhang et al., arXiv:1710.09412.
    """

    epochs: Annotated[int, msgspec.Meta(ge=1)] = 20
    min_steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 128
    optimizer: Literal["adam", "adamw"] = "adamw"
    learning_rate: Positive = 1e-3
    schedule: Literal["one-cycle", "constant"] = "one-cycle"
    warmup: Share = 0.2
    weight_decay: Annotated[float, msgspec.Meta(ge=0)] = 0.01
    label_smoothing: Share | None = 0.0
    best_by: Literal[
        "", "accuracy", "macro_f1", "roc_auc", "log_loss", "brier", "rmse", "mae", "r2"
    ] = ""
    averaging: Share = 0.0
    max_gradient_norm: Positive = 5.0
    flip: bool = False
    shift: Share = 0.0
    erase: Share = 0.0
    jitter: Share = 0.0
    mixup: Annotated[float, msgspec.Meta(ge=0)] = 0.0
