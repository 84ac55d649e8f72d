"""`newsloom cron` and `systemd`: configuration for crawls at regular times."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import click

from crawler.cli.parameters import Span

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


@click.command()
@_PRINT
@_EVERY
@click.pass_obj
def cron(db: Path, _print: bool, every: str) -> None:
    """Print lines for `crontab -e`.

    They crawl at regular times and check every day that the outlets still answer.
    """
    seconds = Span().convert(every, None, None).total_seconds()
    minutes = "0" if every == "1h" else f"*/{every.removesuffix('m')}"
    command, where = _command(), shlex.quote(str(db.absolute()))
    lines = (
        f"{minutes} * * * * {command} --db {where} crawl -q --max-runtime {int(seconds * 0.8)}s",
        f"30 7 * * * {command} --db {where} health --max-age 1d > /dev/null",
    )
    click.echo(f"NEWSLOOM_CONTACT={_contact()}")
    for line in lines:
        click.echo(line.replace("%", r"\%"))  # cron ends a command at a bare one


@click.command()
@_PRINT
@_EVERY
@click.pass_obj
def systemd(db: Path, _print: bool, every: str) -> None:
    """Print a service and a timer for `systemctl --user`.

    Comments name the files that they belong in.
    """
    seconds = Span().convert(every, None, None).total_seconds()
    folder, budget = "~/.config/systemd/user", f"{int(seconds * 0.8)}s"
    click.echo(
        f"""# {folder}/newsloom.service
[Unit]
Description=Newsloom crawl
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
Environment={_unit("NEWSLOOM_CONTACT=" + _contact())}
ExecStart={_command(unit=True)} --db {_unit(str(db.absolute()))} crawl --max-runtime {budget}
# 3: some sources failed; 75: another run is at work. Neither is a failure of the service.
SuccessExitStatus=3 75
Nice=10

# {folder}/newsloom.timer
[Unit]
Description=Newsloom crawl, every {every}

[Timer]
OnCalendar={"hourly" if every == "1h" else f"*:0/{every.removesuffix('m')}"}
Persistent=true

[Install]
WantedBy=timers.target

# then: systemctl --user daemon-reload && systemctl --user enable --now newsloom.timer
# on a server: loginctl enable-linger, or it stops when you log out"""
    )


def _command(*, unit: bool = False) -> str:
    """How this Newsloom is started where nothing is on the path, as in cron."""
    here = Path(sys.argv[0])
    found = here if here.name == "newsloom" and here.is_file() else shutil.which("newsloom")
    words = [str(Path(found).absolute())] if found else [sys.executable, "-m", "crawler"]
    return " ".join(_unit(word) if unit else shlex.quote(word) for word in words)


def _unit(word: str) -> str:
    """A word of a command in a unit file."""
    escaped = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return word if re.fullmatch(r"[\w./:=@+-]+", word) else f'"{escaped}"'


def _contact() -> str:
    return os.environ.get("NEWSLOOM_CONTACT", "https://example.org/who-we-are")
