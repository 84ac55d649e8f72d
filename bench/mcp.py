"""An assistant on a store of 100,000 articles: how soon it can ask, and how long each tool takes.

Claims: `newsloom mcp` answers `initialize` within 0.5 s and 60 MB, of which importing the SDK takes
what is printed beside; any tool answers within 0.3 s. On a busy machine the CPU time says more than
the clock. ARTICLES=1000000 for another size.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from bench.corpora.cpu import spent
from bench.corpora.filled import filled
from bench.desk import ARTICLES, FOLDER, add_topics

REPEATS = 5
TOOLS: dict[str, dict[str, object]] = {
    "search": {"words": "ka mi"},
    "search, a rare word, an outlet": {"words": "kalomi", "outlet": ["outlet-7"]},
    "search, the fiftieth page": {"words": "ka", "offset": 1_000},
    "stories": {},
    "stories, a topic of nearly all": {"topic": "large"},
    "stories, a rare word": {"words": "kalomi", "newest": True},
    "story, the largest": {"story": "{story}"},
    "article": {"article": "1"},
    "explain, copies": {"a": "1", "b": "2"},
    "explain, two stories": {"a": "1", "b": "3000"},
    "first, the largest story": {"story": "{story}"},
    "network": {},
    "network, an outlet": {"outlet": ["outlet-5"]},
    "network, a rare word": {"words": "kalomi"},
    "agencies": {},
    "agencies, a language": {"language": ["fr"]},
    "attention": {},
    "attention, a topic of few": {"topic": "small"},
    "attention, a topic of nearly all": {"topic": "large"},
    "topics": {},
    "codebook": {},
    "codebook, a table": {"name": "articles"},
    "sql": {"query": "SELECT * FROM story_overview ORDER BY outlets DESC"},
}
"""Arguments by tool and what is asked of it."""
SDK = "import mcp.server.mcpserver"


class Assistant:
    """A client that writes lines of JSON, so that only the server's time counts."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._number = 0

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self.tell(method, params, id=self._number)
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "result" in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def tell(self, method: str, params: dict[str, Any], **more: int) -> None:
        assert self._process.stdin is not None
        message = {"jsonrpc": "2.0", "method": method, "params": params} | more
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def initialize(self) -> None:
        info = {"name": "bench", "version": "1"}
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info}
        self.ask("initialize", params)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far."""
        return spent(self.pid)

    @property
    def peak(self) -> float:
        """The most megabytes so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    db = filled(FOLDER / f"newsloom-filled-{ARTICLES}.db", ARTICLES)
    add_topics(db)
    command = (sys.executable, "-m", "crawler", "--db", str(db), "mcp", "--sql")
    print(f"{ARTICLES:,} articles; medians of {REPEATS}\n")
    start, sdk = _median_of(_start, *command), _median_of(_sdk)
    print(f"initialize is answered after {start}, {start.seconds / 0.5:.2f} and "
          f"{start.peak / 60:.2f} x the goals; importing the SDK alone takes {sdk}")  # fmt: skip
    _tools(command)


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.cpu:.2f} of CPU) and {self.peak:.0f} MB"


def _median_of(measure: Callable[..., Cost], *arguments: str) -> Cost:
    costs = [measure(*arguments) for _ in range(REPEATS)]
    return Cost(*(statistics.median(one) for one in zip(*costs, strict=True)))


def _start(*command: str) -> Cost:
    begun = time.perf_counter()
    assistant = Assistant(*command)
    assistant.initialize()
    cost = Cost(time.perf_counter() - begun, assistant.cpu, assistant.peak)
    assistant.close()
    return cost


def _sdk() -> Cost:
    program = f"{SDK}; import time; print(time.process_time(), open('/proc/self/status').read())"
    begun = time.perf_counter()
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = time.perf_counter() - begun
    return Cost(seconds, float(said.split()[0]), int(re.findall(r"VmHWM:\s+(\d+)", said)[0]) / 1024)


def _tools(command: tuple[str, ...]) -> None:
    assistant = Assistant(*command)
    assistant.initialize()
    assistant.tell("notifications/initialized", {})
    begun = time.perf_counter()
    assistant.ask("tools/list", {})
    print(f"the tools are listed after another {time.perf_counter() - begun:.2f} s\n")
    stories = call(assistant, "stories", {"limit": 1})
    story = stories["structuredContent"]["stories"][0]["story"]
    slowest = slowest_cpu = 0.0
    for name, given in TOOLS.items():
        tool = name.partition(",")[0]
        arguments = {key: story if value == "{story}" else value for key, value in given.items()}
        times = []
        for n in range(REPEATS + 1):
            if n == 1:
                before = assistant.cpu
            begun = time.perf_counter()
            answer = call(assistant, tool, arguments)
            times.append(time.perf_counter() - begun)
        seconds = statistics.median(times[1:])
        cpu = (assistant.cpu - before) / REPEATS
        slowest, slowest_cpu = max(slowest, seconds), max(slowest_cpu, cpu)
        size = len(answer["content"][0]["text"]) / 1000
        print(
            f"  {name:34} {1000 * seconds:6.0f} ms, {1000 * cpu:4.0f} of CPU; the first time "
            f"{1000 * times[0]:6.0f} ms; {size:6.1f} kB"
        )
    print(
        f"slowest tool {1000 * slowest:.0f} ms, {slowest / 0.3:.2f} x the goal of 300; most CPU "
        f"{1000 * slowest_cpu:.0f} ms, {slowest_cpu / 0.3:.2f} x; "
        f"{assistant.peak:.0f} MB after all"
    )
    assistant.close()


def call(assistant: Assistant, tool: str, arguments: dict[str, object]) -> dict[str, Any]:
    """What a tool answers; it must not refuse."""
    answer = assistant.ask("tools/call", {"name": tool, "arguments": arguments})
    assert not answer.get("isError"), answer["content"]
    return answer


if __name__ == "__main__":
    main()
