"""The plain route: what a person has, to answers with names and probabilities."""

from typing import Any

import msgspec
from starlette.requests import Request

from daylight.core.errors import DataError
from daylight.core.kinds import INPUT_KINDS
from daylight.core.types import Columns
from daylight.runtime.inputs import to_columns
from daylight.serve.batching import MAX_ROWS
from daylight.serve.models import Loaded
from daylight.serve.wire import from_base64

MAX_FILES = 64


async def read(request: Request, loaded: Loaded) -> Columns:
    """The inputs of a request, which says by its content type what it is.

    ``application/json``: one input, or ``{"inputs": [...]}``; files in base64 or as data URIs.
    ``multipart/form-data``: each file is an input. ``text/plain``: one text. Else: one file.

    Raises:
        DataError: It holds no input of this model.
    """
    task = loaded.model.task
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    media = INPUT_KINDS[task.input].media
    if kind == "multipart/form-data" and media:
        inputs: list[Any] = await _files(request)
    elif kind == "application/json" or (not media and kind != "text/plain"):
        inputs = _of_json(await request.body(), media=media)
    elif media:
        inputs = [await request.body()]
    else:
        inputs = [_text(await request.body())]
    if not 1 <= len(inputs) <= MAX_ROWS:
        raise DataError(f"A request has 1 to {MAX_ROWS:,} inputs.", hint="Ask in parts.")
    if not media:
        inputs = [_decoded(each, loaded) for each in inputs]
    return to_columns(loaded.model.predictor.package.program.fields, inputs)


async def _files(request: Request) -> list[bytes]:
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        found = [each for each in form.values() if not isinstance(each, str)]
        if not found:
            raise DataError("The form has no file.", hint="Such as curl -F file=@rose.jpg.")
        return [await each.read() for each in found]


def _of_json(body: bytes, *, media: bool) -> list[Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"The request is no JSON: {error}.", hint="Mend it.") from None
    inputs = value["inputs"] if isinstance(value, dict) and "inputs" in value else [value]
    if not isinstance(inputs, list):
        raise DataError('"inputs" is no list.', hint='Such as {"inputs": [...]}.')
    # A path of this machine is nothing that a client may name.
    return [_file(each) for each in inputs] if media else inputs


def _file(value: Any) -> bytes:
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if not isinstance(value, str):
        raise DataError("An input is no file in base64.", hint="Or send the file itself.")
    return from_base64(value, "the input")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise DataError("The text is no UTF-8.", hint="Encode it so.") from None


def _decoded(value: Any, loaded: Loaded) -> Any:
    codec = loaded.model.task.codec
    [first, *others] = loaded.model.predictor.package.program.fields
    if not others and first.type in ("text", "keys"):
        if isinstance(value, dict) and value.keys() == {first.name}:
            value = value[first.name]
        if first.type == "text" and not isinstance(value, str):
            raise DataError("An input is no text.", hint='Such as {"inputs": ["…"]}.')
    try:
        return codec.decode(value)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"This is no input of {loaded.name}: {error}.",
            hint=f"An input is JSON of this schema: {dict(codec.schema)}",
        ) from None
