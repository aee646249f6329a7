"""The Open Inference Protocol over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
import numpy as np
from google.protobuf.message import Message

from daylight import __version__
from daylight.core.errors import DataError, NotFoundError, UserError
from daylight.serve import tensors
from daylight.serve.app import EXTENSIONS
from daylight.serve.batching import MAX_ROWS, LateError, OverloadedError
from daylight.serve.gate import Rules
from daylight.serve.messages import MESSAGES, SERVICE
from daylight.serve.models import Loaded, Models
from daylight.serve.wire import Tensor, Wanted, datatype, packed

STATUSES: tuple[tuple[type[UserError], grpc.StatusCode], ...] = (
    (OverloadedError, grpc.StatusCode.UNAVAILABLE),
    (LateError, grpc.StatusCode.DEADLINE_EXCEEDED),
    (NotFoundError, grpc.StatusCode.NOT_FOUND),
    (DataError, grpc.StatusCode.INVALID_ARGUMENT),
    (UserError, grpc.StatusCode.INTERNAL),
)

CONTENTS = {
    "BOOL": "bool_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
"""Where a tensor's values stand if they are not raw; FP16 is always raw. Source: the protocol's
``InferTensorContents``."""

Asking: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Method: TypeAlias = Callable[[Any, Asking], Awaitable[Message]]


class Service:
    """Answers what gRPC asks.

    Args:
        models: What is asked.
        rules: Keys that are needed.
        timeout_s: A request gets its answer within, or by the client's deadline if that is sooner.
    """

    def __init__(self, models: Models, rules: Rules, *, timeout_s: float) -> None:
        self._models = models
        self._rules = rules
        self._timeout_s = timeout_s

    async def start(self, address: str) -> grpc.aio.Server:
        """Binds and answers.

        Args:
            address: Host and port.
        """
        limit = self._rules.max_body_bytes
        options = [("grpc.max_receive_message_length", limit), ("grpc.so_reuseport", 0)]
        server = grpc.aio.server(options=options)
        methods: dict[str, Method] = {
            "ServerLive": self._live,
            "ServerReady": self._ready,
            "ModelReady": self._model_ready,
            "ServerMetadata": self._server,
            "ModelMetadata": self._metadata,
            "ModelInfer": self._infer,
        }
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                self._told(method),
                request_deserializer=MESSAGES[f"{name}Request"].FromString,
                response_serializer=MESSAGES[f"{name}Response"].SerializeToString,
            )
            for name, method in methods.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        server.add_insecure_port(address)
        await server.start()
        return server

    def _told(self, method: Method) -> Method:
        async def told(request: Any, context: Asking) -> Message:
            if self._rules.keys and not self._is_known(context):
                await context.abort(grpc.StatusCode.UNAUTHENTICATED, "A key is needed.")
            try:
                return await method(request, context)
            except UserError as error:
                status = next(code for kind, code in STATUSES if isinstance(error, kind))
                await context.abort(status, " ".join(filter(None, (error.message, error.hint))))
                raise

        return told

    def _is_known(self, context: Asking) -> bool:
        given = {str(key): str(value) for key, value in context.invocation_metadata() or ()}
        return bool(self._rules.client(given))

    async def _live(self, request: Any, context: Any) -> Message:  # noqa: ARG002 - one signature
        return _message("ServerLiveResponse", live=True)

    async def _ready(self, request: Any, context: Any) -> Message:  # noqa: ARG002
        return _message("ServerReadyResponse", ready=self._models.ready)

    async def _model_ready(self, request: Any, context: Any) -> Message:  # noqa: ARG002
        self._models.get(request.name, request.version)
        return _message("ModelReadyResponse", ready=True)

    async def _server(self, request: Any, context: Any) -> Message:  # noqa: ARG002
        facts = {"name": "daylight", "version": __version__, "extensions": EXTENSIONS}
        return _message("ServerMetadataResponse", **facts)

    async def _metadata(self, request: Any, context: Any) -> Message:  # noqa: ARG002
        loaded = self._models.get(request.name, request.version)
        inputs, outputs = tensors.described(loaded.model.predictor)
        return _message(
            "ModelMetadataResponse",
            name=loaded.name,
            versions=[loaded.version],
            platform="daylight",
            inputs=inputs,
            outputs=outputs,
        )

    async def _infer(self, request: Any, context: Asking) -> Message:
        loaded = self._models.get(request.model_name, request.model_version)
        program = loaded.model.predictor.package.program
        columns = tensors.to_columns(program, _tensors(request), max_rows=MAX_ROWS)
        left = context.time_remaining()
        timeout_s = self._timeout_s if left is None else min(left, self._timeout_s)
        found = await loaded.ask(columns, timeout_s=timeout_s)
        wanted = [Wanted(each.name) for each in request.outputs]
        return _answer(request, loaded, tensors.to_tensors(found, wanted))


def _tensors(request: Any) -> list[Tensor]:
    raw = request.raw_input_contents
    if raw and len(raw) != len(request.inputs):
        raise DataError("Not each input has its raw contents.", hint="Send all raw, or none.")
    found = []
    for place, each in enumerate(request.inputs):
        data: Any = raw[place] if raw else _typed(each)
        found.append(Tensor(each.name, list(each.shape), each.datatype, {}, data))
    return found


def _typed(tensor: Any) -> Any:
    """Values that stand in a field of their type."""
    values = list(getattr(tensor.contents, CONTENTS.get(tensor.datatype, "bytes_contents")))
    if tensor.datatype != "BYTES":
        return values
    elements = np.empty(len(values), object)
    elements[:] = values
    return packed(elements)


def _answer(request: Any, loaded: Loaded, found: list[tuple[str, Any]]) -> Message:
    outputs = [
        {"name": name, "datatype": datatype(values), "shape": values.shape}
        for name, values in found
    ]
    return _message(
        "ModelInferResponse",
        model_name=loaded.name,
        model_version=loaded.version,
        id=request.id,
        outputs=outputs,
        raw_output_contents=[packed(values) for _, values in found],
    )


def _message(name: str, /, **fields: Any) -> Message:
    made: Message = MESSAGES[name](**fields)
    return made
