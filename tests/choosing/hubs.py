"""A hub with a few models, on this machine, that speaks as much of the Hub's API as is asked."""

import json
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from loopback_hub import COMMIT, HubHandler, serving

CARD = """---
license: {license}
datasets: [made-up]
---
# A model

## Intended uses

## Limitations

```python
use()
```
"""


def facts(repo, folder, **told):
    """What ``/api/models/<repo>`` tells of a checkpoint in a folder."""
    config = json.loads((folder / "config.json").read_text())
    return {
        "id": repo,
        "sha": COMMIT,
        "private": False,
        "tags": [],
        "downloads": 0,
        "lastModified": "2026-11-01T00:00:00.000Z",
        "pipeline_tag": "image-classification",
        "config": {"model_type": config["model_type"]},
        "siblings": [
            {"rfilename": path.name, "size": path.stat().st_size} for path in folder.iterdir()
        ],
        "cardData": {"license": "mit", "datasets": ["made-up"]},
        **told,
    }


@contextmanager
def serve(models):
    """Yields its address and what it was asked.

    Args:
        models: Folder and facts by repository.
    """
    asked = []

    class Handler(HubHandler):
        def answer(self):
            parts = urlsplit(self.path)
            asked.append(self.path)
            path, query = unquote(parts.path).strip("/"), parse_qs(parts.query)
            match path.split("/"):
                case ["api", "models"]:
                    [tag] = query["pipeline_tag"]
                    found = [f for _, f in models.values() if f["pipeline_tag"] == tag]
                    found.sort(key=lambda each: -each["downloads"])
                    self._json(found[: int(query["limit"][0])])
                case ["api", "models", *name, "commits", _] if "/".join(name) in models:
                    date = "2026-11-01T00:00:00.000Z"
                    commit = {"id": COMMIT, "title": "t", "message": "", "date": date}
                    authors = [[{"user": "ada"}], [{"user": "ben"}]]
                    self._json([{**commit, "authors": each} for each in authors])
                case ["api", "models", _, _, "discussions"]:
                    self.refuse(501, "")  # not every hub has them
                case ["api", "models", owner, name, *_] if f"{owner}/{name}" in models:
                    self._json(models[f"{owner}/{name}"][1])
                case [owner, name, "resolve", _, file] if f"{owner}/{name}" in models:
                    place = models[f"{owner}/{name}"][0] / file
                    if place.is_file():
                        self.send(place.read_bytes())
                    else:
                        self.refuse(404, "EntryNotFound")
                case _:
                    self.refuse(404, "RepoNotFound")

        def _json(self, value):
            self.send(json.dumps(value).encode())

    with serving(Handler) as address:
        yield address, asked
