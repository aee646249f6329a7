"""Networks of the transformers library, from checkpoints that hold numbers only.

What a checkpoint says is data: its ``model_type`` is looked up in a table of ours, only the sizes
are taken of its ``config.json``, and the weights are safetensors. No code of its own is ever run.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from daylight.core.errors import IntegrityError, UserError
from daylight.training.backbones.checkpoint import CONFIG, missing


def check(values: Mapping[str, Any], source: str, known: Collection[str]) -> str:
    """The architecture that a configuration names, if it is known.

    Raises:
        UserError: It is not, or it wants code of its own to be run.
    """
    kind = values.get("model_type")
    if kind not in known:
        raise UserError(
            f"{source} is of the architecture {kind!r}, which is not known here.",
            hint=f"Known: {', '.join(known)}.",
        )
    if "auto_map" in values:
        raise UserError(
            f"{source} wants code of its own to be run (auto_map in {CONFIG}).",
            hint="Daylight runs no code from model files; choose a model without.",
        )
    return str(kind)


def sizes(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Only what shapes the network: a configuration may also name kernels to be fetched.

    Args:
        values: Of a checkpoint's configuration.
        name: Stem of the architecture's classes.
    """
    _, config_class = _classes(name)
    own = [key for key in config_class.__annotations__ if not key.startswith("_")]
    return {key: values[key] for key in own if key in values}


def build(
    name: str, values: Mapping[str, Any], *, source: str, attention: str, **arguments: Any
) -> nn.Module:
    """A network with random weights.

    Args:
        name: Stem of its classes.
        values: What ``sizes`` gave.
        source: For messages.
        attention: How it is computed, by the library's own name for it.
        arguments: Of its class.

    Raises:
        IntegrityError: The values make no network.
    """
    model_class, config_class = _classes(name)
    made: nn.Module = model_class(
        _configuration(config_class, values, source, attention), **arguments
    )
    return made


def pretrained(
    name: str, values: Mapping[str, Any], weights: Path, *, attention: str, **arguments: Any
) -> nn.Module:
    """The same with the weights of a file, as float32.

    Raises:
        IntegrityError: The file is damaged or does not fit the values.
    """
    try:
        state = load_file(weights)
    except SafetensorError as error:
        raise _damaged(weights, f"it is damaged ({error})") from None
    model_class, config_class = _classes(name)
    try:
        with _quiet():
            # With a state and no name, transformers looks for no file and asks no hub.
            model, report = model_class.from_pretrained(
                None,
                config=_configuration(config_class, values, weights.parent.name, attention),
                state_dict=state,
                dtype=torch.float32,
                output_loading_info=True,
                **arguments,
            )
    except (RuntimeError, ValueError, KeyError) as error:
        why = f"its weights do not fit {CONFIG} ({_first_line(error)})"
        raise _damaged(weights, why) from None
    if lacking := sorted(report["missing_keys"]):
        raise _damaged(weights, f"it lacks {len(lacking)} weights, such as {lacking[0]}")
    loaded: nn.Module = model
    return loaded


def _classes(name: str) -> tuple[Any, Any]:
    """Of the model and of its configuration."""
    try:
        import transformers  # noqa: PLC0415 - takes seconds
    except ModuleNotFoundError as error:
        raise missing(error.name or "transformers") from None
    return getattr(transformers, f"{name}Model"), getattr(transformers, f"{name}Config")


def _configuration(
    config_class: Any, values: Mapping[str, Any], source: str, attention: str
) -> Any:
    from huggingface_hub.errors import StrictDataclassError  # noqa: PLC0415 - takes a while

    try:
        return config_class(**values, attn_implementation=attention)
    except (StrictDataclassError, TypeError, ValueError) as error:
        raise IntegrityError(
            f"{source}: {CONFIG} makes no network: {_first_line(error)}."
        ) from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".:")


def _damaged(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{path}: {why}.", hint="Get the checkpoint again from where it was published."
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' own report of what it loaded: ours is an error or nothing."""
    from transformers.utils import logging as reports  # noqa: PLC0415 - takes seconds

    verbosity, bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity(logging.ERROR)
    reports.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        reports.set_verbosity(verbosity)
        if bars:
            reports.enable_progress_bar()  # type: ignore[no-untyped-call]
