"""Packages from a model hub: downloaded once, at one commit, and verified as any other."""

import os
import re
from pathlib import Path

from daylight.core.errors import NotFoundError, UserError
from daylight.package.manifest import MANIFEST, read_manifest
from daylight.remote.repository import OPEN, asking, client, parse

CACHE = "DAYLIGHT_CACHE"
"""Variable of the environment: where packages are kept (by default ``~/.cache/daylight``)."""

INSTEAD = "Try again with a network; hf:owner/name@COMMIT needs none once it is here."


def place_of(name: str) -> Path:
    """The folder of a package: itself, or where that of ``hf:owner/name[@revision]`` is kept.

    Only the files that its manifest lists are downloaded, and the manifest last, so that a package
    which is there is whole; whoever opens it compares its digests.

    Raises:
        NotFoundError: No such repository, or it holds no package of Daylight.
        UserError: The hub refuses, or is out of reach.
        MissingExtraError: ``huggingface_hub`` is not installed.
    """
    if not name.startswith(OPEN):
        return Path(name)
    found = parse(at := name.removeprefix(OPEN))
    if found is None:
        raise UserError(f"{name} is no repository.", hint="Write hf:owner/name[@revision].")
    repo, revision = found
    hub = client("hub")
    with asking(at, instead=INSTEAD):
        commit = revision or ""
        if not re.fullmatch("[0-9a-f]{40}", commit):
            commit = str(hub.HfApi().model_info(repo, revision=revision).sha)
        folder = _cache() / repo.replace("/", "--") / commit
        if not (folder / MANIFEST).is_file():
            try:
                manifest = Path(hub.hf_hub_download(repo, MANIFEST, revision=commit))
            except hub.errors.EntryNotFoundError:
                raise NotFoundError(
                    f"{name} is no package: it has no {MANIFEST}.",
                    hint="As a start for training: --model transfer --set settings.backbone="
                    f"{name}",
                ) from None
            listed = read_manifest(manifest.parent).files
            for file in (*listed, MANIFEST):
                hub.hf_hub_download(repo, file, revision=commit, local_dir=folder)
    return folder


def _cache() -> Path:
    return Path(os.environ.get(CACHE) or Path.home() / ".cache" / "daylight")
