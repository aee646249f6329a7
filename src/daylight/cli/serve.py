"""``daylight serve``: answers over HTTP until it is told to stop."""

import argparse
import hashlib
import os
import sys

from daylight.core.errors import MissingExtraError

KEYS = "DAYLIGHT_API_KEYS"


def run(options: argparse.Namespace) -> None:
    """Loads models, says where they are, serves."""
    try:
        from daylight.serve.gate import Rules  # noqa: PLC0415 - only to serve
        from daylight.serve.models import Models, named  # noqa: PLC0415
        from daylight.serve.server import Options, serve  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"Serving needs {error.name}.",
            hint="pip install 'daylight[serve]'",
            library=error.name or "",
        ) from None

    def started(models: Models) -> None:
        address = f"http://{options.host}:{options.port}/"
        for loaded in models:
            print(
                f"{loaded.name}  {loaded.model.task.title}, version {loaded.version}",
                file=sys.stderr,
            )
        print(f"Ready: {address}", file=sys.stderr, flush=True)

    serve(
        Options(
            places=named(options.models),
            host=options.host,
            port=options.port,
            grpc_port=options.grpc_port,
            latency_s=options.latency / 1000,
            timeout_s=options.timeout,
            rules=Rules(_keys(), options.max_body, options.rate),
            origins=tuple(options.allow_origin),
        ),
        started=started,
    )


def _keys() -> frozenset[bytes]:
    """Digests of the keys in the environment, where no list of processes shows them."""
    given = os.environ.get(KEYS, "").split(",")
    return frozenset(hashlib.sha256(key.encode()).digest() for key in map(str.strip, given) if key)
