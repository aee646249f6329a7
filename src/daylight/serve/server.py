"""Runs the server: binds, loads, answers, and on SIGTERM ends what was begun."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop
from starlette.middleware.cors import CORSMiddleware

from daylight.core.errors import OutputError, UserError
from daylight.serve.app import application
from daylight.serve.batching import Workers
from daylight.serve.connection import Connection
from daylight.serve.gate import Gate, Rules
from daylight.serve.models import Models
from daylight.serve.observe import Log, Metrics

if TYPE_CHECKING:
    import grpc.aio
    from starlette.types import ASGIApp

BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve.

    Attributes:
        places: Models by name: runs or packages.
        host: Address to listen at.
        port: To listen at.
        grpc_port: To listen at for gRPC, too; 0 is not at all.
        latency_s: What requests should take.
        timeout_s: What they may take.
        rules: What is let in.
        origins: Pages of these origins may ask from browsers.
        threads: Batches that run at the same time.
    """

    places: dict[str, Path]
    host: str = "127.0.0.1"
    port: int = 8000
    grpc_port: int = 0
    latency_s: float = 0.05
    timeout_s: float = 30.0
    rules: Rules = field(default_factory=Rules)
    origins: tuple[str, ...] = ()
    threads: int = 0


def serve(options: Options, *, started: Callable[[Models], None]) -> None:
    """Serves until SIGINT or SIGTERM; SIGHUP loads every model anew.

    Args:
        options: What and how.
        started: Is told once requests are answered.

    Raises:
        UserError: A model cannot be loaded, or the address cannot be had.
    """
    listening = _bound(options.host, options.port)
    if options.grpc_port:
        _bound(options.host, options.grpc_port).close()
    with listening, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, listening, started))


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        raise OutputError(
            f"Cannot listen at {host}:{port}: {error.strerror or error}.",
            hint="Name another: --port 8001.",
        ) from None
    return bound


class _Server(uvicorn.Server):
    """Leaves signals to ``_serve``, and tells when requests are answered."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()


async def _serve(
    options: Options, listening: socket.socket, started: Callable[[Models], None]
) -> None:
    metrics, log = Metrics(), Log()
    workers = Workers(options.threads or os.cpu_count() or 1)
    models = Models(options.places, workers, options.latency_s, metrics.batch)
    for name in options.places:
        await models.load(name)
    metrics.watch(models)
    app: ASGIApp = application(models, metrics, timeout_s=options.timeout_s)
    if options.origins:
        app = CORSMiddleware(
            app, options.origins, allow_methods=["GET", "POST"], allow_headers=["*"]
        )

    def observe(route: str, status: int, seconds: float, facts: dict[str, Any]) -> None:
        metrics.request(route, status, seconds)
        log("request", status=status, ms=round(1000 * seconds, 2), **facts)

    config = uvicorn.Config(
        Gate(app, options.rules, models.check_queue, observe),
        http=Connection,
        ws="none",
        lifespan="off",
        backlog=BACKLOG,
        timeout_graceful_shutdown=ceil(options.timeout_s),
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    rpc = await _serve_rpc(options, models) if options.grpc_port else None
    server = _Server(config, lambda: started(models))

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: _reload(models, log))
    await server.serve([listening])
    if rpc:
        await rpc.stop(options.timeout_s)
    workers.close()
    log.flush()


async def _serve_rpc(options: Options, models: Models) -> "grpc.aio.Server":
    from daylight.serve.rpc import Service  # noqa: PLC0415 - 20 MB that most do without

    service = Service(models, options.rules, timeout_s=options.timeout_s)
    return await service.start(f"{options.host}:{options.grpc_port}")


def _reload(models: Models, log: Log) -> None:
    async def reload() -> None:
        for name in models.places:
            try:
                loaded = await models.load(name)
            except UserError as error:
                log("not loaded", model=name, error=error.message, hint=error.hint)
            else:
                log("loaded", model=name, version=loaded.version)

    task = asyncio.get_running_loop().create_task(reload())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


_tasks: "set[asyncio.Task[None]]" = set()
