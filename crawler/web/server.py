"""The web server below the desk, and for assistants: uvicorn, at 127.0.0.1, ended by a signal."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from crawler.errors import UsageError


def server_of(app: Any, port: int) -> uvicorn.Server:
    """A server of an application, yet to be started."""
    return _Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            # Not what else may be installed: how it takes requests is tested.
            http="h11",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )


def check_port(port: int) -> None:
    """UsageError when a port of 127.0.0.1 is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used ({error.strerror}); name another"
            ) from error


async def serve_and_say(server: uvicorn.Server, ready: Callable[[], None] | None) -> None:
    """Serve until a signal; `ready` is called once the server listens."""
    await asyncio.gather(server.serve(), _announce(server, ready))


async def _announce(server: uvicorn.Server, ready: Callable[[], None] | None) -> None:
    while not server.started and not server.should_exit:
        await asyncio.sleep(0.05)
    if server.started and ready is not None:
        ready()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on the first signal, at once on a second Ctrl-C; no signal is raised again.

        A signal that comes later would interrupt the end and print where.
        """
        ending = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            ending.append(signal.SIGHUP)
        for number in ending:
            signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            for number in ending:
                signal.signal(number, signal.SIG_IGN)
