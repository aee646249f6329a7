"""Repositories of a model hub: how they are named, and what can go wrong when one is asked for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from daylight.core.errors import MissingExtraError, NotFoundError, UserError

OPEN = "hf:"

_NAME = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")


def parse(name: str) -> tuple[str, str | None] | None:
    """Repository and revision, or nothing if it is no such name.

    >>> parse("owner/name@v1"), parse("owner/name"), parse("./folder")
    (('owner/name', 'v1'), ('owner/name', None), None)
    """
    if name.startswith(("/", "./", "../")) or not (found := _NAME.fullmatch(name)):
        return None
    return found["repo"], found["revision"]


def client(extra: str) -> ModuleType:
    """The hub's official client, which tells nobody what else is installed here.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import huggingface_hub  # noqa: PLC0415 - only where a hub is named
        from huggingface_hub import constants  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtraError(
            "To get a model from a hub needs huggingface_hub, which is not installed.",
            hint=f"Install Daylight with its extra {extra}; the README says how.",
            library="huggingface_hub",
        ) from None
    constants.HF_HUB_DISABLE_TELEMETRY = True
    return huggingface_hub


@contextmanager
def asking(at: str, *, instead: str) -> Iterator[None]:
    """Turns what the hub's client raises into what a person can do about it.

    Args:
        at: Repository, and revision.
        instead: What can be done without a network.
    """
    from huggingface_hub import errors  # noqa: PLC0415 - only where a hub is named

    try:
        yield
    except errors.GatedRepoError:
        raise UserError(
            f"hf:{at}: its owners want to be asked first.",
            hint="Ask on the model's page, then: hf auth login",
        ) from None
    except errors.RepositoryNotFoundError:
        raise NotFoundError(
            f"No model hf:{at}, or it is private.",
            hint="Check the name; for a private one: hf auth login",
        ) from None
    except errors.RevisionNotFoundError:
        raise NotFoundError(
            f"hf:{at}: no such revision.", hint="Check what follows the @."
        ) from None
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError):
        why = "it is not in the cache, and the hub is out of reach"
        raise UserError(f"hf:{at} cannot be had: {why}.", hint=instead) from None
    except errors.HTTPError as error:  # type: ignore[attr-defined]  # httpx's, of its version
        reason = str(error).strip().splitlines() or [type(error).__name__]
        why = reason[0].rstrip(".")
        raise UserError(f"hf:{at} cannot be had: {why}.", hint=instead) from None
