"""The routes of a server."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from daylight import __version__
from daylight.core.errors import DataError, NotFoundError, UserError
from daylight.serve import plain, tensors, wire
from daylight.serve.batching import MAX_ROWS, LateError, OverloadedError
from daylight.serve.gate import overloaded, refusal
from daylight.serve.models import Loaded, Models
from daylight.serve.observe import Metrics
from daylight.serve.openapi import document
from daylight.serve.page import page
from daylight.steps.predict import example_of

LENGTH = "Inference-Header-Content-Length"
EXTENSIONS = ["binary_tensor_data", "model_repository"]

STATUSES: tuple[tuple[type[UserError], int], ...] = (
    (LateError, 504),
    (NotFoundError, 404),
    (DataError, 400),
    (UserError, 500),
)

Handler = Callable[[Request], Awaitable[Response]]


def application(models: Models, metrics: Metrics, *, timeout_s: float) -> Starlette:
    """Makes the application.

    Args:
        models: What is asked.
        metrics: What ``/metrics`` tells.
        timeout_s: A request gets its answer within, or an error.
    """
    routes = _Routes(models, metrics, timeout_s)
    one, model = "/v2/models/{name}", "/v1/models/{name}"
    version = one + "/versions/{version}"
    table: list[tuple[str, str, Handler]] = [
        ("POST", f"{one}/infer", routes.infer),
        ("POST", f"{version}/infer", routes.infer),
        ("POST", f"{model}/predict", routes.predict),
        ("GET", "/health", routes.live),
        ("GET", "/v2/health/live", routes.live),
        ("GET", "/v2/health/ready", routes.ready),
        ("GET", "/v2", routes.server),
        ("GET", f"{one}/ready", routes.model_ready),
        ("GET", f"{version}/ready", routes.model_ready),
        ("GET", one, routes.metadata),
        ("GET", version, routes.metadata),
        ("POST", "/v2/repository/index", routes.index),
        ("POST", "/v2/repository/models/{name}/load", routes.load),
        ("POST", "/v2/repository/models/{name}/unload", routes.unload),
        ("GET", "/v1/models", routes.listed),
        ("GET", model, routes.described),
        ("GET", "/metrics", routes.metrics),
        ("GET", "/openapi.json", routes.openapi),
        ("GET", "/", routes.page),
    ]
    return Starlette(
        routes=[Route(path, _told(handler), methods=[method]) for method, path, handler in table],
        exception_handlers={HTTPException: _http_error},
    )


class _Routes:
    def __init__(self, models: Models, metrics: Metrics, timeout_s: float) -> None:
        self._models = models
        self._metrics = metrics
        self._timeout_s = timeout_s

    async def live(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        return _json({"live": True})

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        return _json({"ready": self._models.ready}, 200 if self._models.ready else 503)

    async def server(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        return _json({"name": "daylight", "version": __version__, "extensions": EXTENSIONS})

    async def model_ready(self, request: Request) -> Response:
        self._of(request)
        return _json({"ready": True})

    async def metadata(self, request: Request) -> Response:
        loaded = self._of(request)
        inputs, outputs = tensors.described(loaded.model.predictor)
        return _json(
            {
                "name": loaded.name,
                "versions": [loaded.version],
                "platform": "daylight",
                "inputs": inputs,
                "outputs": outputs,
            }
        )

    async def infer(self, request: Request) -> Response:
        loaded = self._of(request)
        length = request.headers.get(LENGTH, "")
        if length and not length.isdecimal():
            raise DataError(f"{LENGTH} is no number.", hint="It counts the bytes of the JSON.")
        asked = wire.parse(await request.body(), int(length) if length else None)
        program = loaded.model.predictor.package.program
        columns = tensors.to_columns(program, asked.tensors, max_rows=MAX_ROWS)
        found = await loaded.ask(columns, timeout_s=self._timeout_s)
        head, body = wire.answer(asked, tensors.to_tensors(found, asked.wanted))
        head = {"model_name": loaded.name, "model_version": loaded.version, **head}
        if not body:
            return _json(head)
        encoded = msgspec.json.encode(head)
        headers = {LENGTH: str(len(encoded))}
        kind = "application/octet-stream"
        return Response(encoded + body, headers=headers, media_type=kind)

    async def predict(self, request: Request) -> Response:
        loaded = self._of(request)
        columns = await plain.read(request, loaded)
        found = await loaded.ask(columns, timeout_s=self._timeout_s)
        return _json({"model": loaded.name, "version": loaded.version, "answers": list(found)})

    async def index(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        loaded = {each.name: each.version for each in self._models}
        return _json(
            [
                {
                    "name": name,
                    "version": loaded.get(name, ""),
                    "state": "READY" if name in loaded else "UNAVAILABLE",
                }
                for name in self._models.places
            ]
        )

    async def load(self, request: Request) -> Response:
        loaded = await self._models.load(request.path_params["name"])
        return _json({"name": loaded.name, "version": loaded.version})

    async def unload(self, request: Request) -> Response:
        self._models.unload(request.path_params["name"])
        return _json({})

    async def listed(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        return _json({"models": [_facts(each) for each in self._models]})

    async def described(self, request: Request) -> Response:
        loaded = self._of(request)
        codec = loaded.model.task.codec
        package = loaded.model.predictor.package
        return _json(
            {
                **_facts(loaded),
                "schema": dict(codec.schema),
                "example": example_of(loaded.model.task, package.program.fields),
                "labels": package.labels,
                "drift": loaded.drift.indices(),
                "fields": [{"name": f.name, "type": f.type} for f in package.program.fields],
                "card": loaded.card,
            }
        )

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4")

    async def openapi(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        return _json(document(self._models))

    async def page(self, request: Request) -> Response:  # noqa: ARG002 - one signature
        body, headers = page()
        return HTMLResponse(body, headers=headers)

    def _of(self, request: Request) -> Loaded:
        return self._models.get(request.path_params["name"], request.path_params.get("version", ""))


def _facts(loaded: Loaded) -> dict[str, Any]:
    task = loaded.model.task
    return {
        "name": loaded.name,
        "version": loaded.version,
        "task": task.name,
        "title": task.title,
        "input": task.input,
        "answer": task.answer,
    }


def _told(handler: Handler) -> Handler:
    """Has what goes wrong told with the status that fits it."""

    @functools.wraps(handler)
    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except OverloadedError as error:
            return overloaded(error)
        except UserError as error:
            status = next(code for kind, code in STATUSES if isinstance(error, kind))
            return refusal(status, error.message, hint=error.hint)

    return told


async def _http_error(request: Request, error: Any) -> Response:
    hints = {404: f"There is no {request.url.path}; see /openapi.json.", 405: "See /openapi.json."}
    return refusal(
        error.status_code, error.detail, dict(error.headers or {}), hints.get(error.status_code, "")
    )


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
