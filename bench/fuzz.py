"""Coverage-guided fuzzing of the readers of hostile bytes, with the laws that each must keep.

Claim: whatever a reader is given, it raises nothing but what it declares, takes at most 5 s of CPU
and 2 GB, and its laws hold (bench/corpora/fuzz_targets.py). SECONDS=60 a target; ONLY=dates,feeds
of these. What was found to take new branches is kept under .venv-bench/fuzz-inputs, so that a
further run goes on from it; a fault is printed, and its input kept in `faults` beside that.

atheris has wheels for some versions of Python, so it has an environment of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from bench.corpora.fuzz_targets import TARGETS, Target
from bench.peers.environments import ENVIRONMENTS, NotInstalledError, python_of

SECONDS = int(os.environ.get("SECONDS", "60"))
ONLY = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else list(TARGETS)
NEEDS = ["atheris==3.0.0"]
MEMORY = 2_048
"""MB."""
MEMORY_DISK = Path("/dev/shm")  # noqa: S108
INPUTS = ENVIRONMENTS / "fuzz-inputs"
ROOT = Path(__file__).parents[1]
PROGRESS = re.compile(r"^#(\d+)\s+\w+\s+(?:cov: (\d+))?", re.MULTILINE)


def fuzz(python: Path, name: str, target: Target) -> int:
    """Faults of a target; prints how far the search came."""
    corpus, faults = INPUTS / name, INPUTS / "faults" / name
    for folder in (corpus, faults):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed[: target.longest])
    before = set(faults.iterdir())
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None) as place:
        done = _search(python, name, target, faults, corpus, place)
    said = PROGRESS.findall(done.stderr)
    runs, covered = said[-1] if said else ("0", "0")
    found = [line for line in done.stderr.splitlines() if line.startswith("FAULT ")]
    found += [file.name for file in set(faults.iterdir()) - before if "-" in file.name]
    print(f"{name:10} {int(runs):>10,} inputs, {covered:>6} branches, {len(found)} faults")
    for line in found:
        print(f"    {line}")
    sys.stdout.flush()
    if not said:
        print(done.stderr[-2_000:], file=sys.stderr)
    return len(found) + (not said)


def _search(
    python: Path, name: str, target: Target, faults: Path, corpus: Path, place: str
) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer; stores that a target writes to are in `place`, as it ends without a word."""
    libraries = f"{ROOT}:{sysconfig.get_path('purelib')}"
    return subprocess.run(
        [python, "-m", "bench.peers.fuzzing", name, faults, corpus, f"-max_len={target.longest}",
         f"-max_total_time={SECONDS}", f"-artifact_prefix={faults}/", f"-rss_limit_mb={MEMORY}",
         "-timeout=300", "-print_final_stats=0", "-seed=1"],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        env=os.environ | {"PYTHONPATH": libraries, "TMPDIR": place},
    )  # fmt: skip


def main() -> None:
    try:
        python = python_of("fuzz", NEEDS)
    except NotInstalledError as error:
        print(f"skipped: atheris cannot be installed here ({error})")
        return
    faults = sum(fuzz(python, name, TARGETS[name]) for name in ONLY)
    print(f"{len(ONLY)} targets, {SECONDS} s each: {faults} faults (goal: 0)")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
