"""HTTP as it comes in: uvicorn's protocol, with heads that may be neither huge nor slow."""

from asyncio import TimerHandle, Transport
from http import HTTPStatus
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
HEAD_TIMEOUT_S = 10.0
"""From the connection, or the first byte of a later request, to the end of the headers."""


class Connection(HttpToolsProtocol):
    """A connection whose requests reach the application once their headers are there.

    A head that takes longer than ``HEAD_TIMEOUT_S`` is answered with 408, one of more than
    ``MAX_HEAD_BYTES`` with 431 (RFC 6585, section 5), what is no HTTP with 400; each closes it.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_bytes = 0
        self._overdue: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no more."""
        self._have_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parses what came, and counts it while the head has no end."""
        super().data_received(data)
        if self._overdue:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begins to wait for the head of a later request."""
        super().on_message_begin()
        if not self._overdue:
            self._await_head()

    def on_headers_complete(self) -> None:
        """Lets a request in.

        Raises:
            ValueError: Its head is too large; the parser stops, and tells ``send_400_response``.
        """
        self._have_head()
        self._head_bytes = len(self.url) + sum(len(n) + len(v) for n, v in self.headers)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head is too large")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words for all
        """Refuses what the parser stopped at."""
        large = self._head_bytes > MAX_HEAD_BYTES
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if large else HTTPStatus.BAD_REQUEST
        )

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._overdue = self.loop.call_later(
            HEAD_TIMEOUT_S, self._refuse, HTTPStatus.REQUEST_TIMEOUT
        )

    def _have_head(self) -> None:
        if self._overdue:
            self._overdue.cancel()
            self._overdue = None

    def _refuse(self, status: HTTPStatus) -> None:
        self._have_head()
        if self.transport.is_closing():
            return
        body = msgspec.json.encode({"error": f"{status.phrase}."})
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
