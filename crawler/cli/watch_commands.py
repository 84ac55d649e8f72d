"""`newsloom watch`: get notified when something appears."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from crawler.cli.arguments import reading
from crawler.cli.filter_options import filter_options, options_of
from crawler.cli.options import object_option
from crawler.cli.parameters import WatchName
from crawler.cli.tables import as_json, emit, list_options, up_to
from crawler.errors import NoSuchDatabase, UsageError
from crawler.output.visible import clock, counted, one_line
from crawler.types import ArticleFilter, Delivery, WatchedEvent, Way

_NAME = click.argument("name", metavar="NAME", type=WatchName())
_OF_OUTLETS = {"outlet", "country"}
"""Conditions on an outlet itself."""
_SHOWN = 10
"""Last events that `show` prints."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAILBOX = re.compile(r"[^\s@<>,;:\"\\-][^\s@<>,;:\"\\]*@[^\s@<>,;:\"\\]+")
STDOUT = "-"


@click.group()
def watch() -> None:
    """Get notified by file, webhook, mail or feed.

    Watches look at the end of every `crawl` and `group`.
    """


@watch.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--when",
    "event",
    type=click.Choice([str(event) for event in WatchedEvent]),
    default=str(WatchedEvent.NEW_STORY),
    show_default=True,
    help="What to report: a story that passes the filter; its outlets reaching --min-outlets (2 "
    "at the least), twice that, and so on; another outlet with the text of an article that passes; "
    "a new headline of one; an outlet that brings nothing for three times its usual interval.",
)
@filter_options("story", "since", "until")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Append messages to this file, one JSON object a line; - is standard output.",
)
@click.option(
    "--webhook",
    metavar="URL",
    help="Post messages to this address as JSON; ${NAME} in it is an environment variable.",
)
@click.option(
    "--secret-from",
    metavar="VARIABLE",
    help="Environment variable with the secret that signs messages to the webhook.",
)
@click.option(
    "--allow-private",
    is_flag=True,
    help="The webhook may be on this machine or in a private network.",
)
@click.option(
    "--mail",
    metavar="ADDRESS",
    help="Mail messages to this address, by the server of NEWSLOOM_SMTP or by sendmail.",
)
@click.pass_obj
def add(
    db: Path,
    name: str,
    event: str,
    wanted: ArticleFilter,
    file: Path | None,
    webhook: str | None,
    secret_from: str | None,
    allow_private: bool,
    mail: str | None,
) -> None:
    """Add a watch. It reports what appears from now on.

    Its events have a feed on the desk; --file, --webhook or --mail sends them elsewhere, too.
    """  # fmt: skip
    from crawler.clock import now
    from crawler.run_lock import recorded
    from crawler.watching.outbox import receiver

    if not db.is_file():
        raise NoSuchDatabase(db)
    delivery = _delivery(file, webhook, secret_from, allow_private, mail)
    _check_conditions(WatchedEvent(event), wanted)
    with reading(db) as store:
        store.queries.filters.checked(wanted)
    with recorded(db, f"newsloom watch add {name}") as run, run.store.batch():
        run.store.watches.add(name, WatchedEvent(event), wanted, delivery, now=now())
    click.echo(
        f"watch {name}: sends to {receiver(delivery)}; it reports what crawls bring from now on. "
        f"`newsloom watch test {name}` sends it a message"
    )


@watch.command()
@_NAME
@click.pass_obj
def remove(db: Path, name: str) -> None:
    """Remove a watch with its events, also those that wait to be sent."""
    from crawler.run_lock import recorded

    if not db.is_file():
        raise NoSuchDatabase(db)
    with reading(db) as store:
        store.watches.get(name)
    with recorded(db, f"newsloom watch remove {name}") as run, run.store.batch():
        waiting = run.store.watches.figures(run.store.watches.get(name)).waiting
        run.store.watches.remove(name)
    unsent = f"; {counted(waiting, 'event')} had not been sent" if waiting else ""
    click.echo(f"watch {name} is removed{unsent}")


class _Line(NamedTuple):
    """A watch in a list."""

    watch: str
    when: str
    conditions: str
    sends_to: str
    events: int
    waiting: int
    given_up: int
    last_at: str | None
    trouble: str | None


@watch.command("list")
@list_options(limit=50)
@click.pass_obj
def list_(db: Path, limit: int, form: str | None) -> None:
    """List watches, and what has become of their events."""
    from crawler.watching.outbox import receiver

    with reading(db) as store:
        lines = []
        for one in store.watches.all():
            found = store.watches.figures(one)
            lines.append(
                _Line(one.name, one.event, options_of(one.wanted), receiver(one.delivery), *found)
            )
    shown = up_to(limit, lines, form)
    if shown or form is not None:
        emit(shown, _Line._fields if form else _Line._fields[:-1], form)
    else:
        click.echo("The store has no watches; `newsloom watch add NAME --words ...` makes one.")


@watch.command()
@_NAME
@object_option
@click.pass_obj
def show(db: Path, name: str, as_object: bool) -> None:
    """Show a watch and its last events."""
    from crawler.watching.messages import read_message
    from crawler.watching.outbox import receiver

    with reading(db) as store:
        found = store.watches.get(name)
        figures = store.watches.figures(found)
        events = store.watches.events(found, limit=_SHOWN)
    line = _Line(
        found.name, found.event, options_of(found.wanted), receiver(found.delivery), *figures
    )
    if as_object:
        last = [one._asdict() | {"message": read_message(one.message)} for one in events]
        click.echo(as_json(line._asdict() | {"added_at": found.added_at, "last": last}, indent=2))
        return
    click.echo(
        f"{found.name}: {found.event}, sends to {line.sends_to}, added {clock(found.added_at)} UTC"
    )
    click.echo(f"\n  {line.conditions or 'every outlet'}\n")
    if not events:
        click.echo("It has noticed nothing yet.")
    for one in events:
        state = one.state.replace("-", " ")
        click.echo(f"{clock(one.at)}  {state}: {one_line(read_message(one.message).text)}")
        if one.trouble:
            again = f"; tried again after {clock(one.next_at)} UTC" if one.next_at else ""
            click.echo(f"  {one_line(one.trouble)}, {counted(one.attempts, 'attempt')}{again}")


@watch.command()
@_NAME
@click.pass_obj
def test(db: Path, name: str) -> int:
    """Send a test message to the receiver of a watch."""
    from crawler.clock import now
    from crawler.watching.bounded import Undelivered
    from crawler.watching.outbox import receiver, send
    from crawler.watching.trial import trial_message

    with reading(db) as store:
        found = store.watches.get(name)
        message = trial_message(store, found, at=now())
    if found.delivery.way is Way.FEED:
        click.echo(
            f"watch {name} has only its feed on the desk: /watches/{name}.atom of `newsloom serve`"
        )
        return 0
    to = receiver(found.delivery)
    try:
        send(message, found.delivery, environment=os.environ, out=sys.stdout)
    except Undelivered as error:
        click.echo(f"watch {name}: {to} {error}", err=True)
        return 3
    click.echo(f"watch {name}: {to} has the message {message.key}", err=True)
    return 0


def _delivery(
    file: Path | None,
    webhook: str | None,
    secret_from: str | None,
    allow_private: bool,
    mail: str | None,
) -> Delivery:
    """Where a watch sends its messages. Raises UsageError for options that do not go together."""
    given = [one for one in (file, webhook, mail) if one is not None]
    if len(given) > 1:
        raise UsageError(
            "a watch sends to one receiver; add another watch for each further --file, --webhook "
            "or --mail"
        )
    if webhook is None and (secret_from is not None or allow_private):
        raise UsageError("--secret-from and --allow-private are about a --webhook; add one")
    if file is not None:
        return _to_file(file)
    if webhook is not None:
        return _to_webhook(webhook, secret_from, allow_private=allow_private)
    if mail is not None:
        if not _MAILBOX.fullmatch(mail):
            raise UsageError(f"{one_line(mail)} is no mail address; write me@example.org")
        return Delivery(way=Way.MAIL, target=mail)
    return Delivery(way=Way.FEED)


def _to_webhook(webhook: str, secret_from: str | None, *, allow_private: bool) -> Delivery:
    if secret_from is not None and not _VARIABLE.fullmatch(secret_from):
        # Not repeated: it may be the secret.
        raise UsageError(
            "--secret-from takes the name of an environment variable, such as WATCH_SECRET; "
            "put the secret into that variable"
        )
    _check_address(webhook, allow_private=allow_private)
    return Delivery(way=Way.WEBHOOK, target=webhook, secret_from=secret_from, private=allow_private)


def _to_file(file: Path) -> Delivery:
    from crawler.output.files import is_special

    if str(file) == STDOUT:
        return Delivery(way=Way.STDOUT)
    if file.is_dir() or is_special(file.absolute()):
        raise UsageError(f"{file} is no file; name a file, or - for standard output")
    return Delivery(way=Way.FILE, target=str(file.absolute()))  # cron runs elsewhere


def _check_address(webhook: str, *, allow_private: bool) -> None:
    """What an address shows by itself; what its name leads to is checked before each message."""
    from crawler.parsing.urls import refuse_login
    from crawler.watching.webhook import PRIVATE, is_variable

    if is_variable(webhook):
        return
    try:
        parts = urlsplit(webhook)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        is_web = False
    if not is_web:
        raise UsageError("--webhook takes a full http or https address; write https://...")
    refuse_login(webhook)
    if not allow_private and _is_private(parts.hostname or ""):
        raise UsageError(f"{one_line(webhook)} {PRIVATE}")


def _is_private(name: str) -> bool:
    from ipaddress import ip_address

    from crawler.public_addresses import is_public

    try:
        return not is_public(str(ip_address(name)))
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _check_conditions(event: WatchedEvent, wanted: ArticleFilter) -> None:
    if event is WatchedEvent.OUTLET_SILENT:
        others = sorted(wanted.given.keys() - _OF_OUTLETS)
        if others:
            option = f"--{others[0].replace('_', '-')}"
            raise UsageError(f"an outlet is silent, whatever {option} says; leave {option} out")
    elif not wanted.given:
        raise UsageError("a watch needs a condition; give --words or another option of the filter")
