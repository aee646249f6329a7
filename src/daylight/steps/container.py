"""The file from which a container is built that serves a package."""

import json
import re

from daylight import __version__

TEMPLATE = """\
# docker build -t {name} . && docker run -p 8000:8000 {name}
# To install Daylight from elsewhere: --build-arg DAYLIGHT="daylight[{extras}] @ https://..."
FROM python:3.12-slim
ARG DAYLIGHT="daylight[{extras}]=={version}"
RUN pip install --no-cache-dir "$DAYLIGHT" && useradd --system --uid 10001 daylight
COPY . /models/{name}
USER 10001
EXPOSE 8000
HEALTHCHECK CMD {health}
CMD {command}
"""


def dockerfile(name: str, *, needs: str) -> bytes:
    """A Dockerfile: no torch, no root, one process that ends what was begun when it is stopped.

    Args:
        name: Of the model; in an image it is lower case and has nothing but what tags may have.
        needs: An extra beyond ``serve``; empty if there is none.
    """
    name = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._") or "model"
    url = "http://127.0.0.1:8000/v2/health/ready"
    health = ["python", "-c", f"import urllib.request; urllib.request.urlopen('{url}')"]
    command = ["daylight", "serve", f"{name}=/models/{name}", "--host", "0.0.0.0"]  # noqa: S104 - a container's own
    return TEMPLATE.format(
        name=name,
        version=__version__,
        extras=",".join(filter(None, ("serve", needs))),
        health=json.dumps(health),
        command=json.dumps(command),
    ).encode()
