"""Where an open checkpoint lies: in a folder, or in a repository of a model hub at one commit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from daylight.core.context import Decisions
from daylight.core.errors import IntegrityError, MissingExtraError, NotFoundError, UserError
from daylight.remote.repository import asking, client, parse

CONFIG = "config.json"
SCALING = "preprocessor_config.json"
TOKENIZER = "tokenizer.json"
WEIGHTS = "model.safetensors"

OF_PICTURES = (CONFIG, SCALING, WEIGHTS)
OF_TEXTS = (CONFIG, TOKENIZER, WEIGHTS)
"""The files of a checkpoint."""

_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_SHARDS = "model.safetensors.index.json"
INSTEAD = "Try again with a network, or give a folder: hf:/folder. The default needs none."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Three files, and where they came from.

    Attributes:
        folder: Holds ``OF_PICTURES`` or ``OF_TEXTS``.
        source: To be told to others: a repository at a commit, or a folder's own name.
        license: As the model card says it; ``"unknown"`` if it does not.
    """

    folder: Path
    source: str
    license: str

    def read(self, name: str) -> dict[str, Any]:
        """One of the JSON files.

        Raises:
            IntegrityError: It is not a JSON object.
        """
        path = self.folder / name
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise IntegrityError(
                f"{path}: {error}.", hint="Get the checkpoint again from where it was published."
            ) from None


def is_folder(name: str) -> bool:
    """Whether what follows ``hf:`` is a folder; a repository is ``owner/name``."""
    return name.startswith(("/", "./", "../"))


def check_name(name: str) -> None:
    """Makes sure that what follows ``hf:`` can be a folder or a repository.

    Raises:
        UserError: Says how one is written.
    """
    if not is_folder(name) and not parse(name):
        raise UserError(
            f"hf:{name} is neither a repository nor a folder.",
            hint="Write hf:owner/name, hf:owner/name@revision, hf:/folder or hf:./folder.",
        )


def locate(name: str, decisions: Decisions, files: tuple[str, ...] = OF_PICTURES) -> Checkpoint:
    """Finds a checkpoint; downloads ``files``, and nothing else, if ``name`` is a repository.

    Args:
        name: What follows ``hf:``.
        decisions: Keep the commit that a revision stood for, so that it is the same next time.
        files: That it has to have.

    Raises:
        NotFoundError: No such folder, repository or revision.
        UserError: It has no weights that can be read without running code, or the hub refuses.
        MissingExtraError: ``huggingface_hub`` is not installed.
    """
    check_name(name)
    if is_folder(name):
        return _in_folder(Path(name), files)
    repo, revision = parse(name) or (name, None)
    return _in_repository(repo, revision, decisions, files)


def _in_folder(folder: Path, files: Sequence[str]) -> Checkpoint:
    if not folder.is_dir():
        raise NotFoundError(f"No folder {folder}.", hint="Check settings.backbone.")
    names = {path.name for path in folder.iterdir()}
    _check_files(names, files, where=str(folder))
    card = folder / "README.md"
    says = _license(_front_matter(card.read_text("utf-8")) if card.is_file() else {})
    return Checkpoint(folder, folder.resolve().name, says)


def _in_repository(
    repo: str, revision: str | None, decisions: Decisions, files: Sequence[str]
) -> Checkpoint:
    hub = client("pretrained")
    at = f"{repo}@{revision}" if revision else repo

    @cache
    def look() -> tuple[str, str]:
        with asking(at, instead=INSTEAD):
            info = hub.HfApi().model_info(repo, revision=revision)
        names = {each.rfilename for each in info.siblings or ()}
        _check_files(names, files, where=f"hf:{at}")
        card = info.card_data.to_dict() if info.card_data else {}
        return str(info.sha), _license(card)

    # Once decided, it is asked for no more: what is in the cache needs no network.
    commit = decisions.decide(f"hf:{at} commit", lambda: look()[0])
    license_said = decisions.decide(f"hf:{at} license", lambda: look()[1])
    with asking(at, instead=INSTEAD):
        paths = [Path(hub.hf_hub_download(repo, file, revision=commit)) for file in files]
    return Checkpoint(paths[0].parent, f"hf:{repo}@{commit}", license_said)


def missing(library: str) -> MissingExtraError:
    """The error for a library that only open checkpoints need."""
    return MissingExtraError(
        f"Open checkpoints need {library}, which is not installed.",
        hint="Install Daylight with its extra pretrained; the README says how.",
    )


def _check_files(names: set[str], needed: Sequence[str], *, where: str) -> None:
    if WEIGHTS not in names:
        if _SHARDS in names:
            why, hint = "its weights are in several files", "Choose a smaller model."
        elif names & set(_PICKLES):
            why = (
                f"its weights are a pickle ({', '.join(names & set(_PICKLES))}), which can run code"
            )
            hint = "Choose a revision or a model with model.safetensors."
        else:
            why, hint = f"it has no {WEIGHTS}", "Choose a model that has one."
        raise UserError(f"{where} cannot be used: {why}.", hint=hint)
    for name in needed:
        if name not in names:
            of_what = "text" if TOKENIZER in needed else "picture"
            raise UserError(
                f"{where} cannot be used: it has no {name}.",
                hint=f"Choose a {of_what} model in the format of the transformers library.",
            )


def _front_matter(card: str) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - only where a folder has a card

    found = re.match(r"---\s*\n(.*?)\n---", card, flags=re.DOTALL)
    try:
        values = yaml.safe_load(found[1]) if found else None
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}


def _license(card: dict[str, Any]) -> str:
    """The Hub's field; several licenses are joined."""
    value = card.get("license") or "unknown"
    return " and ".join(value) if isinstance(value, list) else str(value)
