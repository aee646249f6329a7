"""What stands before every request: keys, rates, sizes, patience; and its name in the log."""

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daylight.serve.batching import OverloadedError

OPEN = frozenset({"/health", "/v2/health/live", "/v2/health/ready", "/"})
"""What needs no key: whether the server lives, and the page, which asks for one."""

BODY_TIMEOUT_S = 30.0
"""A body that has not come by then is not waited for."""

MAX_CLIENTS = 10_000
"""So many are remembered by the limit of rates; the one that asked least lately is forgotten."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is let in.

    Attributes:
        keys: SHA-256 of each key; if there are none, none is needed.
        max_body_bytes: Of a request.
        rate_per_s: Requests of one key, or else of one address; 0 is any number.
    """

    keys: frozenset[bytes] = frozenset()
    max_body_bytes: int = 32_000_000
    rate_per_s: float = 0.0

    def client(self, headers: Mapping[str, str]) -> str:
        """A digest of the key in headers or metadata; empty if it is none of ``keys``."""
        given = headers.get("authorization", "").removeprefix("Bearer ").strip()
        digest = hashlib.sha256((given or headers.get("x-api-key", "")).encode()).digest()
        known = any(hmac.compare_digest(digest, key) for key in self.keys)
        return digest.hex() if known else ""


class Gate:
    """An ASGI application around another.

    Args:
        app: Is asked once a request may pass.
        rules: What is let in.
        check: Is told the path of each POST, and raises where its answer would take too long.
        observe: Is told of each request: its route, status and seconds, and what the log may say.
    """

    def __init__(
        self,
        app: ASGIApp,
        rules: Rules,
        check: Callable[[str], None],
        observe: Callable[[str, int, float, dict[str, Any]], None],
    ) -> None:
        self._app = app
        self._check = check
        self._rules = rules
        self._observe = observe
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        headers = HTTPConnection(scope).headers
        request_id = headers.get("x-request-id", "")
        if not re.fullmatch(r"[\w.:-]{1,64}", request_id):
            request_id = secrets.token_hex(8)
        status = 500

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            refused = self._refusal(scope, headers)
            if refused:
                await refused(scope, receive, answered)
            else:
                await self._app(scope, _Body(receive, self._rules.max_body_bytes), answered)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "none")
            self._observe(route, status, seconds, {"id": request_id, "path": scope["path"]})

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        who = scope["client"][0] if scope.get("client") else ""
        if self._rules.keys and scope["path"] not in OPEN and scope["method"] != "OPTIONS":
            who = self._rules.client(headers)
            if not who:
                return refusal(401, "A key is needed.", {"WWW-Authenticate": "Bearer"})
        if self._rules.rate_per_s and (wait := self._wait(who)):
            return refusal(429, "Too many requests.", {"Retry-After": str(int(wait) + 1)})
        if not headers.get("content-length", "0").isdecimal():
            return refusal(400, "Content-Length is no number.")
        if int(headers.get("content-length", "0")) > self._rules.max_body_bytes:
            return refusal(413, _too_large(self._rules.max_body_bytes))
        if scope["method"] == "POST":
            try:
                self._check(scope["path"])
            except OverloadedError as error:
                return overloaded(error)
        return None

    def _wait(self, who: str) -> float:
        """Seconds until this client may ask again; a bucket holds what a second brings."""
        rate, now = self._rules.rate_per_s, time.monotonic()
        held = max(1.0, rate)
        tokens, before = self._buckets.pop(who, (held, now))
        tokens = min(held, tokens + (now - before) * rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate
        self._buckets[who] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return wait


class _Body:
    """Receives a body that is neither too large nor too slow; the application answers what is."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = self._left = max_bytes
        self._until = asyncio.get_running_loop().time() + BODY_TIMEOUT_S
        self._ended = False

    async def __call__(self) -> Message:
        if self._ended:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The request did not come in time.") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, _too_large(self._max_bytes))
        self._ended = not message.get("more_body", False)
        return message


def _too_large(max_bytes: int) -> str:
    return f"A request has at most {max_bytes:,} bytes."


def overloaded(error: OverloadedError) -> Response:
    """Asks a client to come back later."""
    retry = {"Retry-After": str(error.retry_after_s)}
    return refusal(503, error.message, retry, error.hint)


def refusal(
    status: int, error: str, headers: dict[str, str] | None = None, hint: str = ""
) -> Response:
    """An error as every route tells it."""
    body = {"error": error, **({"hint": hint} if hint else {})}
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")
