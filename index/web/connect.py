"""Connections to checked addresses, ended in time. Imported where the first one is made."""

import time
from collections.abc import Collection, Iterable
from typing import Any

import httpcore2

from index.web.reach import Resolve, find_addresses

_MAX_TRIED = 4


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connections to checked addresses, and no byte after `deadline` (`time.monotonic`)."""

    def __init__(self, resolve: Resolve, allowed: Collection[tuple[str, int]]) -> None:
        self.deadline = 0.0
        self._resolve = resolve
        self._allowed = allowed
        self._network = httpcore2.SyncBackend()

    def left(self, timeout_s: float | None) -> float:
        """Return the seconds that one step may take. Raises ReadTimeout where none is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("time is up")
        return left if timeout_s is None else min(left, timeout_s)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a connection to the first of the checked addresses that answers."""
        addresses = find_addresses(host, port, self._resolve, self._allowed)[:_MAX_TRIED]
        failure: Exception | None = None
        for address in addresses:
            try:
                stream = self._network.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
                return _TimedStream(stream, self)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError("no address")


class _TimedStream(httpcore2.NetworkStream):
    """A connection that asks its network before each step how long it may take."""

    def __init__(self, stream: httpcore2.NetworkStream, network: CheckedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._network.left(timeout))
        return _TimedStream(secured, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
