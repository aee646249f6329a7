"""What can be trained: one file and one entry per family; no framework is imported to list them."""

from daylight.core.registry import Registry
from daylight.core.types import ModelSpec

_IMAGES = ("image",)
_LABELS = ("label",)

SPECS = (
    ModelSpec(
        name="majority",
        title="Answers the commonest class, whatever it is shown",
        module="daylight.models.majority",
        inputs=("image", "text", "row", "history"),
        answers=_LABELS,
        license="Apache-2.0",
        source="The floor that every classifier must beat; known as ZeroR",
    ),
    ModelSpec(
        name="single-layer",
        title="One dense layer of 100 units over 10,000 gray pixels: y = f(w x + b)",
        module="daylight.models.single_layer",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "The worked example of the founding article, after its program (section 5), which has "
            "the ReLU and the class scores that its formula (section 4.3) leaves out"
        ),
    ),
    ModelSpec(
        name="random-forest",
        title="Many decision trees on pixels, each from a resampling of the data; they vote",
        module="daylight.models.random_forest",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source="Breiman, Random Forests, Machine Learning 45 (2001)",
    ),
    ModelSpec(
        name="cnn",
        title="A small residual convolutional network, trained from scratch",
        module="daylight.models.cnn",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "LeCun et al., Proc. IEEE 86 (1998); batch norm: arXiv:1502.03167; "
            "residual connections: arXiv:1512.03385"
        ),
    ),
    ModelSpec(
        name="transfer",
        title="A network that saw a million photographs, with a new last layer for these pictures",
        module="daylight.models.transfer",
        inputs=_IMAGES,
        answers=_LABELS,
        license="Apache-2.0",
        source=(
            "EfficientNet: arXiv:1905.11946; a last layer on fixed features: arXiv:1805.08974; "
            "then all of it: arXiv:2202.10054"
        ),
        needs=("train", "pretrained"),
    ),
)

FAMILIES: Registry[ModelSpec] = Registry("family", {spec.name: spec for spec in SPECS})
