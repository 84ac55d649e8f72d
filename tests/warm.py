"""Runs commands in processes that have loaded their libraries already.

Of the four seconds of CPU that a small crawl costs, three load Scrapy, and trafilatura with a
language model into the process that its parsers are forked from. A server that has loaded all of
them forks for each command, so that tests wait for what they test. What loading itself does is
tested by commands in processes of their own: those of README, the documentation, interrupts and
kills.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import runpy
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NoReturn

_MESSAGE = 1 << 20
"""Bytes: the longest request."""
_STATUS = struct.Struct("i")
_SCRAPY = ("scrapy.downloadermiddlewares", "scrapy.spidermiddlewares")
_LATE = ("sqlite_utils", "scipy.sparse.csgraph", "scipy.cluster.hierarchy", "scrapy.core.engine")
"""What commands import where they use it."""


class WarmCommands:
    """The server, as a test process sees it; it ends with the test process."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=Path(__file__).parents[1],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        atexit.register(self.close)

    def close(self) -> None:
        """End the server; commands that it has forked go on."""
        self._channel.close()
        self._server.wait()

    def run(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: dict[str, str],
        stdin: str | None,
        timeout: float,
    ) -> subprocess.CompletedProcess[str]:
        """What `python -m crawler` does with the arguments; as subprocess.run, it captures text.

        subprocess.TimeoutExpired after `timeout` seconds; the command is killed.
        """
        mask = os.umask(0)
        os.umask(mask)
        request = {"arguments": list(arguments), "cwd": str(cwd), "env": env, "umask": mask}
        with (
            tempfile.TemporaryFile("w+") as given,
            tempfile.TemporaryFile("w+") as out,
            tempfile.TemporaryFile("w+") as err,
        ):
            given.write(stdin or "")
            given.seek(0)
            ours, theirs = socket.socketpair()
            with ours:
                with theirs:
                    handed = [stream.fileno() for stream in (given, out, err, theirs)]
                    socket.send_fds(self._channel, [json.dumps(request).encode()], handed)
                ours.settimeout(timeout)
                (pid,) = _STATUS.unpack(ours.recv(_STATUS.size, socket.MSG_WAITALL))
                try:
                    (code,) = _STATUS.unpack(ours.recv(_STATUS.size, socket.MSG_WAITALL))
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(list(arguments), timeout) from None
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(list(arguments), code, out.read(), err.read())


def _serve(channel: socket.socket) -> None:
    """Fork for each request, until the test process has closed the channel."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    while True:
        message, handed, _, _ = socket.recv_fds(channel, _MESSAGE, 4)
        if not message:
            return
        if os.fork() == 0:
            channel.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _supervise(json.loads(message), handed)
        for stream in handed:
            os.close(stream)


def _supervise(request: dict[str, Any], handed: list[int]) -> NoReturn:
    """Run the command, and report its process and its exit code."""
    *streams, reply = handed
    pid = os.fork()
    if pid == 0:
        os.close(reply)
        _become(request, streams)
    for stream in streams:
        os.close(stream)
    os.write(reply, _STATUS.pack(pid))
    _, status = os.waitpid(pid, 0)
    os.write(reply, _STATUS.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _become(request: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the command from here on, as if this process had just started."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    random.seed()
    # The server's own process, not a child of this one: it cannot be waited for.
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[method-assign]
    forkserver.ensure_running = lambda: None
    sys.argv = ["newsloom", *request["arguments"]]
    code: Any = 1
    try:
        runpy.run_module("crawler", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - printed, as the interpreter prints it
        sys.excepthook(*sys.exc_info())
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code if isinstance(code, int) else 1)


def _load() -> None:
    """Import what commands import, and start the process that parsers are forked from."""
    import gc
    import importlib
    import pkgutil

    for name in ("crawler", "dedupe", "spiders", *_SCRAPY):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name.rpartition(".")[2] not in ("__main__", "preload"):
                importlib.import_module(module.name)
    for name in _LATE:
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "each crawl chooses its own loop"
    forkserver.set_forkserver_preload(["crawler.parsing.workers.preload"])
    forkserver.ensure_running()
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
