"""The web server below the desk: uvicorn, at 127.0.0.1, ended by a signal."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


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
