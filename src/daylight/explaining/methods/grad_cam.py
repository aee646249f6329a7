"""The last maps of a convolutional network, weighed by the gradient of the class's score.

Source: Selvaraju et al., Grad-CAM, arXiv:1610.02391, equations 1 and 2. The score is the one before
the softmax; the map is enlarged to the picture bilinearly.
"""

from typing import Any

import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor, nn

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Subject, UnableError
from daylight.explaining.gradients import network_of, pictures, rows_at_once


def explain(subject: Subject) -> Attribution:
    """Values are 0 or more; their size means nothing but beside each other."""
    network = network_of(subject)
    camera = LayerGradCam(network, last_map(network, pictures(subject.values[:1])))
    size = subject.values.shape[1:3]
    parts = []
    for start in range(0, len(subject), rows_at_once(subject)):
        rows = slice(start, start + rows_at_once(subject))
        small = camera.attribute(
            pictures(subject.values[rows]),
            target=torch.from_numpy(subject.classes[rows]),
            relu_attributions=True,
        )
        large = LayerAttribution.interpolate(small, size, "bilinear")
        parts.append(large[:, 0].detach().float())
    return Attribution(subject.column, Column(torch.cat(parts).numpy()))


def last_map(network: nn.Module, example: Tensor) -> nn.Module:
    """The module with the last map ``(rows, channels, height, width)`` of more than one place.

    Blocks count as well as single layers, for what a residual block gives is not what its last
    convolution gives.

    Raises:
        UnableError: There is no convolution, or what follows the last map works on tokens.
    """
    if not any(isinstance(module, nn.Conv2d) for module in network.modules()):
        raise UnableError("the network has no convolutional layer")
    ended: list[tuple[nn.Module, torch.Size]] = []

    def note(module: nn.Module, _: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            ended.append((module, output.shape))

    hooks = [module.register_forward_hook(note) for module in network.modules()]
    try:
        with torch.no_grad():
            network(example)
    finally:
        for hook in hooks:
            hook.remove()
    last = max((at for at, (_, shape) in enumerate(ended) if _is_map(shape)), default=None)
    if last is None:
        raise UnableError("no layer of the network gives a map of more than one place")
    if any(len(shape) == 3 for _, shape in ended[last:]):
        raise UnableError("after its last convolution the network works on tokens, not on a map")
    return ended[last][0]


def _is_map(shape: torch.Size) -> bool:
    return len(shape) == 4 and shape[2] * shape[3] > 1
