"""What `bench/fuzz.py` runs: a target under atheris, which looks for inputs that take new branches.

An input that breaks a target is kept, each kind of fault once, and the search goes on; one that
kills or hangs the process ends it, and libFuzzer keeps it.
"""

from __future__ import annotations

import hashlib
import sys
import time
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crawler", "dedupe"]):
    from bench.corpora.fuzz_targets import TARGETS, require

SECONDS = 5.0
"""Of CPU for an input; counting branches makes a reader slower, so its own limit is farther off."""


def main() -> None:
    name, kept = sys.argv[1], Path(sys.argv[2])
    target, known = TARGETS[name], set[tuple[str, ...]]()

    def once(data: bytes) -> None:
        begun = time.process_time()
        try:
            target.run(data)
            require(time.process_time() - begun <= SECONDS, "an input takes little CPU")
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            fault = (type(error).__name__, place.name, str(error).partition(":")[0][:60])
            if fault not in known:
                known.add(fault)
                (kept / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
                print("FAULT", *fault, str(error)[:500], data[:500], file=sys.stderr, flush=True)

    # What is loaded when it is first needed counts against no input.
    once(next(iter(target.seeds()), b""))
    atheris.Setup([sys.argv[0], *sys.argv[3:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
