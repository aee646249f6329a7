"""The models of a hub for a task, with all that it tells of them: any that speaks the Hub's API.

Source: the Hugging Face Hub's HTTP API, through its own client.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from daylight.core.config import Config
from daylight.core.errors import MissingExtraError, UserError

T = TypeVar("T")

WEIGHTS = "model.safetensors"


class Reported(Config):
    """A score that a model's card reports; nobody has checked it."""

    dataset: str
    metric: str
    value: float


class HubModel(Config):
    """What a hub tells of a model; what it does not tell is ``None`` or empty.

    Attributes:
        revision: The commit that was looked at.
        architecture: The ``model_type`` of its configuration.
        size_bytes: Of ``model.safetensors``.
        card: The text of its ``README.md``.
        last_modified: Date, ``2026-01-31``.
        num_downloads: In the last 30 days.
    """

    repo_id: str
    revision: str
    pipeline_tag: str = ""
    license: str = "unknown"
    languages: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    architecture: str = ""
    files: tuple[str, ...] = ()
    size_bytes: int | None = None
    results: tuple[Reported, ...] = ()
    card: str = ""
    last_modified: str | None = None
    num_commits: int | None = None
    num_contributors: int | None = None
    num_pull_requests: int | None = None
    num_downloads: int | None = None


def models(address: str, pipeline_tag: str, *, limit: int) -> list[HubModel]:
    """The most downloaded models of a task.

    Args:
        address: Of the hub, such as ``"https://huggingface.co"``.
        pipeline_tag: The task, as hubs call it.
        limit: At most so many.

    Raises:
        UserError: The hub cannot be asked.
        MissingExtraError: ``huggingface_hub`` is not installed.
    """
    try:
        from huggingface_hub import HfApi, constants  # noqa: PLC0415 - only where a hub is named
    except ModuleNotFoundError:
        raise MissingExtraError(
            "A hub is asked through huggingface_hub, which is not installed.",
            hint="Install Daylight with its extra pretrained; the README says how.",
            library="huggingface_hub",
        ) from None
    # The client would tell the hub what else is installed here, and who drives it.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    api = HfApi(endpoint=address.rstrip("/"), token=False)
    with _asking(address):
        listed = list(api.list_models(pipeline_tag=pipeline_tag, sort="downloads", limit=limit))
        return [_told(api, each.id) for each in listed]


def _told(api: Any, repo_id: str) -> HubModel:
    info = api.model_info(repo_id, files_metadata=True)
    card = info.card_data.to_dict() if info.card_data else {}
    commits = _if_told(lambda: list(api.list_repo_commits(repo_id)))
    discussions = _if_told(lambda: list(api.get_repo_discussions(repo_id)))
    sizes = {each.rfilename: each.size for each in info.siblings or ()}
    return HubModel(
        repo_id=info.id,
        revision=str(info.sha),
        pipeline_tag=info.pipeline_tag or "",
        license=" and ".join(_texts(card.get("license"))) or "unknown",
        languages=_texts(card.get("language")),
        datasets=_texts(card.get("datasets")),
        architecture=str((info.config or {}).get("model_type") or ""),
        files=tuple(sizes),
        size_bytes=sizes.get(WEIGHTS),
        results=_results(card.get("model-index")),
        card=_if_told(lambda: _text(api, repo_id, str(info.sha))) or "",
        last_modified=info.last_modified.date().isoformat() if info.last_modified else None,
        num_commits=None if commits is None else len(commits),
        num_contributors=_num_contributors(commits),
        num_pull_requests=None
        if discussions is None
        else sum(each.is_pull_request for each in discussions),
        num_downloads=info.downloads,
    )


def _text(api: Any, repo_id: str, revision: str) -> str:
    return Path(api.hf_hub_download(repo_id, "README.md", revision=revision)).read_text("utf-8")


def _num_contributors(commits: list[Any] | None) -> int | None:
    if commits is None:
        return None
    return len({author for each in commits for author in each.authors})


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value else ()


def _results(index: Any) -> tuple[Reported, ...]:
    """The scores of a ``model-index``; what is not written as it should be is left out."""
    return tuple(
        Reported(dataset=_name(result.get("dataset")), metric=_name(metric), value=metric["value"])
        for model in _mappings(index)
        for result in _mappings(model.get("results"))
        for metric in _mappings(result.get("metrics"))
        if isinstance(metric.get("value"), int | float)
    )


def _mappings(values: Any) -> list[dict[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _name(told: Any) -> str:
    return str(told.get("name") or told.get("type") or "") if isinstance(told, dict) else ""


def _if_told(ask: Callable[[], T]) -> T | None:
    """What a hub may leave out, such as the discussions."""
    from huggingface_hub import errors  # noqa: PLC0415 - only where a hub is named

    try:
        return ask()
    except errors.HfHubHTTPError:
        return None


@contextmanager
def _asking(address: str) -> Iterator[None]:
    from huggingface_hub import errors  # noqa: PLC0415 - only where a hub is named

    try:
        yield
    except (errors.HfHubHTTPError, errors.HTTPError) as error:  # type: ignore[attr-defined]
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise UserError(
            f"The hub {address} cannot be asked: {reason[0].rstrip('.')}.",
            hint="Check the address of --hub, or leave it out.",
        ) from None
