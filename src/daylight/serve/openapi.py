"""What can be asked over HTTP, as a document of OpenAPI 3.1."""

from collections.abc import Mapping
from typing import Any

from daylight import __version__
from daylight.core.kinds import INPUT_KINDS
from daylight.serve.models import Loaded, Models
from daylight.serve.wire import DTYPES

_ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_TENSOR = {
    "type": "object",
    "required": ["name", "shape", "datatype"],
    "properties": {
        "name": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "datatype": {"enum": [*DTYPES, "BYTES"]},
        "parameters": {"type": "object"},
        "data": {"type": "array"},
    },
}
_REQUEST = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "id": {"type": "string"},
        "parameters": {"type": "object"},
        "inputs": {"type": "array", "items": _TENSOR},
        "outputs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}},
            },
        },
    },
}
_RESPONSES = {
    "400": "The request cannot be read.",
    "401": "A key is needed.",
    "404": "There is no such model.",
    "408": "The request did not come in time.",
    "413": "The request is too large.",
    "429": "Too many requests.",
    "503": "More is asked than can be answered; Retry-After says when to ask again.",
    "504": "There was no answer in time.",
}


def document(models: Models) -> dict[str, Any]:
    """Describes the routes of the models that are loaded."""
    paths: dict[str, Any] = {
        "/health": _get("Whether the server lives."),
        "/v2": _get("The server's name, version and extensions."),
        "/v2/health/live": _get("Whether the server lives."),
        "/v2/health/ready": _get("Whether each model is loaded."),
        "/v1/models": _get("The models that are loaded."),
        "/metrics": _get("Metrics for Prometheus.", content="text/plain"),
        "/v2/repository/index": _post("Every model that was named, with its state."),
    }
    for loaded in models:
        paths |= _of(loaded)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Daylight", "version": __version__},
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR, "InferenceRequest": _REQUEST}},
    }


def _of(loaded: Loaded) -> dict[str, Any]:
    task, name = loaded.model.task, loaded.name
    inference = {"application/json": {"schema": {"$ref": "#/components/schemas/InferenceRequest"}}}
    one = dict(task.codec.schema)
    asked: dict[str, Any] = {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["inputs"],
                "properties": {"inputs": {"type": "array", "items": one}},
            }
        }
    }
    if INPUT_KINDS[task.input].media:
        one = {"type": "string", "contentEncoding": "base64"}
        schema = {"type": "object", "properties": {"inputs": {"type": "array", "items": one}}}
        asked = {
            "application/json": {"schema": schema},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        }
    return {
        f"/v1/models/{name}": _get(f"{task.title}: schema, labels and card."),
        f"/v1/models/{name}/predict": _post(f"{task.title}: answers for people.", asked),
        f"/v2/models/{name}": _get("Inputs and outputs as tensors."),
        f"/v2/models/{name}/ready": _get("Whether the model is loaded."),
        f"/v2/models/{name}/infer": _post("Answers as tensors.", inference),
        f"/v2/repository/models/{name}/load": _post("Loads the model's newest revision."),
    }


def _get(summary: str, *, content: str = "application/json") -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": _responses(content)}}


def _post(summary: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
    body = {"requestBody": {"required": True, "content": content}} if content else {}
    return {"post": {"summary": summary, **body, "responses": _responses("application/json")}}


def _responses(content: str) -> dict[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    refused = {code: {"description": text, "content": error} for code, text in _RESPONSES.items()}
    return {"200": {"description": "Fine.", "content": {content: {}}}, **refused}
