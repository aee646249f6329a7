"""Tiny checkpoints with random weights, as the transformers library writes them, and a hub."""

import json
from contextlib import contextmanager
from functools import cache
from urllib.parse import unquote

import torch
import transformers

from daylight.training.backbones.open_models import ARCHITECTURES
from loopback_hub import COMMIT, HubHandler, serving

_TOKENS = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "image_size": 32,
    "patch_size": 8,
}
_STAGES = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1]}
_NEXT = {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2}
_MOBILE = {"depth_multiplier": 0.125, "min_depth": 4}

CONFIGS = {
    "convnext": _NEXT,
    "convnextv2": _NEXT,
    "deit": _TOKENS,
    "dinov2": {**_TOKENS, "image_size": 48},
    "efficientnet": {"width_coefficient": 0.1, "depth_coefficient": 0.1, "hidden_dim": 128},
    "mobilenet_v1": _MOBILE,
    "mobilenet_v2": _MOBILE,
    "regnet": {**_STAGES, "groups_width": 8},
    "resnet": {**_STAGES, "layer_type": "basic"},
    "swin": {
        "image_size": 32,
        "patch_size": 2,
        "embed_dim": 8,
        "depths": [1, 1],
        "num_heads": [2, 2],
        "window_size": 4,
    },
    "vit": _TOKENS,
}

SCALING = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": 32, "width": 32},
    "rescale_factor": 1 / 255,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}


def write(folder, architecture="resnet", scaling=SCALING, card=None, **changes):
    """A checkpoint; ``changes`` go into its ``config.json``."""
    model(architecture).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(scaling))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    if card:
        (folder / "README.md").write_text(f"---\nlicense: {card}\n---\n# A tiny model\n")
    return folder


@cache
def model(architecture):
    """A classifier whose every weight counts: none is zero, no norm is the identity."""
    torch.manual_seed(0)
    stem = ARCHITECTURES[architecture].name
    config = getattr(transformers, f"{stem}Config")(**CONFIGS[architecture])
    made = getattr(transformers, f"{stem}ForImageClassification")(config).eval()
    for name, tensor in made.state_dict().items():
        if name.endswith(("bias", "running_mean")):
            tensor.normal_(0, 0.1)
        elif tensor.is_floating_point() and tensor.ndim == 1:
            tensor.uniform_(0.5, 1.5)
        elif tensor.is_floating_point():
            tensor.normal_(0, (2 / max(1, tensor[0].numel())) ** 0.5)
    return made


@contextmanager
def hub(folder, repo="team/tiny", commit=COMMIT):
    """A hub with one model; yields its address, what it is asked, and by whom."""
    asked, agents = [], set()
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())

    class Handler(HubHandler):
        def answer(self):
            path = unquote(self.path.partition("?")[0]).strip("/")
            asked.append(f"{self.command} {path}")
            agents.add(self.headers["User-Agent"])
            at, _, tail = path.partition("/resolve/")
            revision, _, file = tail.partition("/")
            match [*at.split("/"), *(["resolve", revision] if tail else [])]:
                case ["api", "models", "team", "private", *_]:
                    self.refuse(403, "GatedRepo")
                case ["api", "models", *name] if "/".join(name[:2]) != repo:
                    self.refuse(404, "RepoNotFound")
                case ["api", "models", _, _, "revision", revision] if revision not in (
                    "v1",
                    commit,
                ):
                    self.refuse(404, "RevisionNotFound")
                case ["api", "models", *_]:
                    siblings = [{"rfilename": name} for name in names]
                    facts = {"id": repo, "sha": commit, "private": False, "siblings": siblings}
                    card = {"license": "cc-by-4.0"}
                    self.send(json.dumps({**facts, "tags": [], "cardData": card}).encode())
                case [*name, "resolve", revision] if "/".join(name) == repo:
                    if revision == commit and file in names:
                        self.send((folder / file).read_bytes())
                    else:
                        self.refuse(404, "EntryNotFound")
                case _:
                    self.refuse(404, "RepoNotFound")

    with serving(Handler) as address:
        yield address, asked, agents
