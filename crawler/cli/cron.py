"""`newsloom cron` and `systemd`: configuration for crawls at regular times."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from crawler.cli.arguments import reading
from crawler.cli.described import Described
from crawler.cli.options import described_options, selection_options
from crawler.cli.parameters import OutletName, Span
from crawler.errors import NewsloomError
from crawler.outlets.selection import LIST, Selection, find_list

F = TypeVar("F", bound=Callable[..., Any])

MAX_AGE = "1d"
"""Time without a good answer after which an outlet is reported."""
_UNITS = "~/.config/systemd/user"

_PRINT = click.option(
    "--print",
    "_print",
    is_flag=True,
    help="Print only: nothing is installed.",
)
_EVERY = click.option(
    "--every",
    type=click.Choice(["5m", "15m", "30m", "1h"]),
    default="15m",
    show_default=True,
    help="Time between two crawls.",
)


def _schedule_options(command: F) -> F:
    """Those of both commands: what to crawl, as `newsloom crawl` takes it, and how often."""
    for option in (
        _EVERY,
        _PRINT,
        selection_options,
        described_options,
        click.argument("names", metavar="[OUTLET|@LIST]...", nargs=-1, type=OutletName()),
    ):
        command = option(command)
    return command


@click.command()
@_schedule_options
@click.pass_obj
def cron(db: Path, /, _print: bool, every: str, **what: Any) -> None:
    """Print lines for `crontab -e`.

    They crawl the OUTLETs (default: all) at regular times and check every day that the outlets
    still answer.
    """
    minutes = "0" if every == "1h" else f"*/{every.removesuffix('m')}"
    start = [*_command(), "--db", str(db.absolute())]
    crawl = [*start, "crawl", "-q", "--max-runtime", _budget(every), *_what_to_crawl(**what)]
    health = [*start, "health", "--max-age", MAX_AGE]
    click.echo(f"NEWSLOOM_CONTACT={_contact()}")
    for name, user in _variables(db, **what).items():
        click.echo(f"# {name}=...  for {user}")
    for line in (
        f"{minutes} * * * * {shlex.join(crawl)}",
        f"30 7 * * * {shlex.join(health)} > /dev/null",
    ):
        click.echo(line.replace("%", r"\%"))  # cron ends a command at a bare one


@click.command()
@_schedule_options
@click.pass_obj
def systemd(db: Path, /, _print: bool, every: str, **what: Any) -> None:
    """Print services and timers for `systemctl --user`.

    They crawl the OUTLETs (default: all) at regular times and check every day that the outlets
    still answer. Comments name the files that they belong in.
    """
    start = [*_command(), "--db", str(db.absolute())]
    crawl = [*start, "crawl", "--max-runtime", _budget(every), *_what_to_crawl(**what)]
    health = [*start, "health", "--max-age", MAX_AGE]
    click.echo(_crawl_units(crawl, every, secrets=list(_variables(db, **what))))
    click.echo(_health_units(health))
    click.echo(
        """# then: systemctl --user daemon-reload
#       systemctl --user enable --now newsloom.timer newsloom-health.timer
# on a server: loginctl enable-linger, or they stop when you log out
# `systemctl --user --failed` lists a health check that failed"""
    )


def _crawl_units(command: Sequence[str], every: str, *, secrets: Sequence[str]) -> str:
    names = ", ".join(secrets)
    file = f"# a file for you alone, with {names}:\n# EnvironmentFile=%h/.config/newsloom.env\n"
    return f"""# {_UNITS}/newsloom.service
[Unit]
Description=Newsloom crawl
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
Environment={_unit("NEWSLOOM_CONTACT=" + _contact())}
{file if secrets else ""}ExecStart={" ".join(map(_unit, command))}
# 3: some sources failed; 75: another run is at work. Neither is a failure of the service.
SuccessExitStatus=3 75
Nice=10

# {_UNITS}/newsloom.timer
[Unit]
Description=Newsloom crawl, every {every}

[Timer]
OnCalendar={"hourly" if every == "1h" else f"*:0/{every.removesuffix('m')}"}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _health_units(command: Sequence[str]) -> str:
    return f"""# {_UNITS}/newsloom-health.service
[Unit]
Description=Newsloom health: fails when an outlet gave no good answer for {MAX_AGE}

[Service]
Type=oneshot
ExecStart={" ".join(map(_unit, command))}
StandardOutput=null

# {_UNITS}/newsloom-health.timer
[Unit]
Description=Newsloom health, every day

[Timer]
OnCalendar=*-*-* 07:30
Persistent=true

[Install]
WantedBy=timers.target
"""


def _what_to_crawl(
    *,
    names: tuple[str, ...],
    folder: Path | None,
    only: bool,
    **conditions: Any,
) -> list[str]:
    """The arguments of `newsloom crawl` that mean these outlets, whatever folder it starts in.

    Raises OutletError where `crawl` would.
    """
    described = Described(folder, only)
    selection = Selection(names=names, **conditions)
    described.select(selection)
    words = [] if folder is None else ["--outlets", str(folder.absolute())]
    words += ["--only"] * only
    for option, values in (
        ("--country", selection.countries),
        ("--language", selection.languages),
    ):
        words += [word for value in values for word in (option, value)]
    words += ["--agency"] * selection.agency
    for name in names:
        is_list = name.startswith(LIST)
        words.append(
            f"{LIST}{find_list(name, described.list_folders()).absolute()}" if is_list else name
        )
    return words


def _variables(
    db: Path, *, names: tuple[str, ...], folder: Path | None, only: bool, **conditions: Any
) -> dict[str, str]:
    """Environment variables that the outlets and the watches of a crawl need, and for whom."""
    chosen = Described(folder, only).select(Selection(names=names, **conditions), quiet=True)
    found = {name: f"the outlet {slug}" for slug, one in chosen.items() for name in one.access_from}
    if not db.is_file():
        return found
    with suppress(NewsloomError):  # a file that cannot be read: the crawl says why
        with reading(db) as store:
            watches = store.watches.all()
        if watches:
            from crawler.watching.webhook import variables
        for watch in watches:
            needed = [watch.delivery.secret_from, *variables(watch.delivery.target or "")]
            found |= {name: f"the watch {watch.name}" for name in needed if name}
    return found


def _budget(every: str) -> str:
    """The time of a crawl that leaves a part of the interval for the grouping."""
    seconds = Span().convert(every, None, None).total_seconds()
    return f"{int(seconds * 0.8)}s"


def _command() -> list[str]:
    """How this Newsloom is started where nothing is on the path, as in cron."""
    here = Path(sys.argv[0])
    found = here if here.name == "newsloom" and here.is_file() else shutil.which("newsloom")
    return [str(Path(found).absolute())] if found else [sys.executable, "-m", "crawler"]


def _unit(word: str) -> str:
    """A word of a command in a unit file."""
    escaped = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return word if re.fullmatch(r"[\w./:=@+-]+", word) else f'"{escaped}"'


def _contact() -> str:
    return os.environ.get("NEWSLOOM_CONTACT", "https://example.org/who-we-are")
