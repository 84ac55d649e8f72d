"""`./run`: what it says, what it installs, and when it installs it again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]

# Stands for an interpreter: `-m venv` makes a folder whose python notes how it was called, and
# fails while there is a file `broken` in the checkout.
INTERPRETER = """#!/bin/sh
[ "$1" = -m ] || exec "{python}" "$@"
echo made >> calls
mkdir -p .venv/bin
cat > .venv/bin/python <<'END'
#!/bin/sh
echo "$*" >> calls
[ ! -e broken ]
END
chmod +x .venv/bin/python
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(folder / "run"), *arguments], env=os.environ | environment,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


class Checkout:
    """What `./run` needs of a checkout, and an interpreter that installs nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "requirements", folder / "requirements")
        for file in ("run", "pyproject.toml"):
            shutil.copy(ROOT / file, folder)
        self.interpreter = folder / "interpreter"
        self.interpreter.write_text(INTERPRETER.format(python=sys.executable), "utf-8")
        self.interpreter.chmod(0o755)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(self.folder, *arguments, PYTHON=str(self.interpreter))

    def calls(self) -> list[str]:
        """What was called since the last time: short names of it."""
        noted = self.folder / "calls"
        lines = noted.read_text("utf-8").splitlines()
        noted.unlink()
        return [re.sub(r".*install .* (?=requirements/|--editable)", "install ", s) for s in lines]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "a path with spaces")


RUN = ["made", "install requirements/run.txt", "install --editable ."]
DEV = ["install requirements/dev.txt", "install --editable ."]


def test_usage_names_each_command() -> None:
    shown = run(ROOT, "--help")
    assert shown.returncode == 0
    script = (ROOT / "run").read_text("utf-8")
    for command in re.findall(r"^    (\w+)\)", script, re.M):
        assert f"\n  {command}" in shown.stdout
    assert "test quick" in shown.stdout
    assert run(ROOT).returncode == 2


def test_an_unknown_command_is_named() -> None:
    done = run(ROOT, "tset")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no command 'tset'" in done.stderr


def test_without_a_python_that_will_do_it_says_what_to_install(checkout: Checkout) -> None:
    done = run(checkout.folder, "demo", PYTHON="nosuchpython")
    assert done.returncode == 2
    assert done.stderr.startswith("./run: nosuchpython is not installed. On Debian")
    for missing, word in (
        ("version_info", "older than 3.11"),
        ("ensurepip", "apt install python3-venv"),
    ):
        checkout.interpreter.write_text(
            f'#!/bin/sh\ncase "$2" in *{missing}*) exit 1 ;; esac\n', "utf-8"
        )
        done = checkout.run("demo")
        assert done.returncode == 2
        assert word in done.stderr


def test_what_is_installed_is_not_installed_again(checkout: Checkout) -> None:
    assert checkout.run("test", "quick", "tests/store", "-k", "x").returncode == 0
    pytest_ = "-m pytest -m not slow tests/store -k x"
    assert checkout.calls() == [*RUN, *DEV, pytest_]
    assert checkout.run("test", "quick").returncode == 0
    assert checkout.calls() == ["-m pytest -m not slow"]
    with (checkout.folder / "requirements" / "dev.txt").open("a", encoding="utf-8") as changed:
        changed.write("# another pin\n")
    assert checkout.run("test", "quick").returncode == 0
    assert checkout.calls() == [*RUN, *DEV, "-m pytest -m not slow"]


def test_what_was_left_half_installed_is_made_again(checkout: Checkout) -> None:
    broken = checkout.folder / "broken"
    broken.touch()
    done = checkout.run("test", "quick")
    assert done.returncode == 2
    assert "pip could not install requirements/run.txt" in done.stderr
    assert checkout.calls() == RUN[:2]
    broken.unlink()
    assert checkout.run("test", "quick").returncode == 0
    assert checkout.calls()[:3] == RUN

    (checkout.folder / ".venv" / "dev").unlink()
    broken.touch()
    assert "requirements/dev.txt" in checkout.run("test", "quick").stderr
    assert checkout.calls() == DEV[:1]
    broken.unlink()
    assert checkout.run("test", "quick").returncode == 0
    assert checkout.calls()[:5] == [*RUN, *DEV]


def test_a_moved_checkout_gets_an_environment_of_its_own(checkout: Checkout) -> None:
    checkout.run("test", "quick")
    checkout.calls()
    moved = Checkout.__new__(Checkout)
    moved.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    moved.interpreter = moved.folder / "interpreter"
    assert moved.run("test", "quick").returncode == 0
    assert moved.calls()[:3] == RUN


def test_without_a_network_it_says_what_could_not_be_reached(checkout: Checkout) -> None:
    done = run(checkout.folder, "demo", PYTHON=sys.executable, PIP_CONFIG_FILE=os.devnull,
               PIP_INDEX_URL="http://127.0.0.1:9/simple/", PIP_EXTRA_INDEX_URL="",
               PIP_FIND_LINKS="", PIP_RETRIES="0")  # fmt: skip
    assert done.returncode == 2
    assert "Could not fetch URL http://127.0.0.1:9/simple/" in done.stderr
    assert "Connection refused" in done.stderr
    assert "pip could not install requirements/run.txt" in done.stderr
    assert not (checkout.folder / ".venv" / "key").exists()


def test_the_quick_tests_need_neither_town_nor_browser_nor_r() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-n", "0", "-m", "not slow",
         "tests/web/test_desk.py", "tests/web/test_guards.py", "tests/docs",
         "tests/crawl/test_town.py"],
        cwd=ROOT, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert {line.partition(":")[0] for line in listed.split("\n") if line.startswith("tests")} == {
        "tests/web/test_guards.py", "tests/web/test_desk.py", "tests/docs/test_docs.py",
        "tests/docs/test_architecture.py", "tests/docs/test_reliability.py",
        "tests/docs/test_style.py",
    }  # fmt: skip


def pinned(file: str) -> dict[str, list[Requirement]]:
    """Library to its pins: several where versions of Python need different ones."""
    found: dict[str, list[Requirement]] = {}
    for pin in (ROOT / "requirements" / file).read_text("utf-8").replace("\\\n", "").splitlines():
        if not pin.lstrip().startswith("#"):
            line, *hashes = pin.split("--hash=")
            assert hashes, line
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", h) for h in hashes), line
            made = Requirement(line)
            found.setdefault(made.name, []).append(made)
    return found


def test_what_pyproject_asks_for_is_pinned() -> None:
    """`./run lock` after each change of a requirement."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, groups = asked["project"], asked["dependency-groups"]
    run_time = [*project["dependencies"], *groups["build"], *asked["build-system"]["requires"]]
    extras = project["optional-dependencies"]
    tools = [entry for entry in groups["dev"] if isinstance(entry, str)]
    for file, names in (
        ("run.txt", run_time),
        ("dev.txt", [*run_time, *extras["web"], *extras["parquet"], *extras["mcp"], *tools]),
    ):
        pins = pinned(file)
        for wanted in map(Requirement, names):
            name = re.sub(r"[-_.]+", "-", wanted.name).lower()
            assert name in pins, f"{wanted} is not in {file}: ./run lock"
            for pin in pins[name]:
                assert wanted.specifier.contains(str(pin.specifier)[2:]), (wanted, pin)


def test_what_runs_is_what_is_tested() -> None:
    tested = pinned("dev.txt")
    for name, pins in pinned("run.txt").items():
        assert [str(p.specifier) for p in pins] == [str(p.specifier) for p in tested[name]]


@pytest.mark.parametrize("file", ["run.txt", "dev.txt"])
def test_requirements_name_no_machine(file: str) -> None:
    assert not re.search(
        r"https?:|file:|^ *-[^-]|=/", (ROOT / "requirements" / file).read_text("utf-8")
    )
