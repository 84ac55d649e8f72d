"""Options that several commands have. Importing them loads no store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from crawler.cli.parameters import Number

F = TypeVar("F", bound=Callable[..., Any])


def described_options(command: F) -> F:
    """--outlets and --only: which descriptions there are; see `crawler.cli.described`."""
    for option in (
        click.option(
            "--only",
            is_flag=True,
            help="Leave out the outlets that come with Newsloom; keep those of --outlets.",
        ),
        click.option(
            "--outlets",
            "folder",
            type=click.Path(path_type=Path),
            envvar="NEWSLOOM_OUTLETS",
            help="Folder or file of your own outlet descriptions, added to those that come with "
            "Newsloom; also set by NEWSLOOM_OUTLETS.",
        ),
    ):
        command = option(command)
    return command


def selection_options(command: F) -> F:
    """--country, --language, --agency: which of the described outlets are meant."""
    for option in (
        click.option("--agency", is_flag=True, help="Only news agencies."),
        click.option(
            "--language",
            "languages",
            metavar="TAG",
            multiple=True,
            help="Only outlets in this language: ru, pt-BR. May be repeated.",
        ),
        click.option(
            "--country",
            "countries",
            metavar="CODE",
            multiple=True,
            help="Only outlets of this country: KZ. May be repeated.",
        ),
    ):
        command = option(command)
    return command


contact_option = click.option(
    "--contact",
    envvar="NEWSLOOM_CONTACT",
    default="",
    help="Your web page or e-mail address, sent with every request; also set by NEWSLOOM_CONTACT.",
)
private_option = click.option(
    "--allow-private", is_flag=True, help="Allow addresses of this machine and private networks."
)
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="Print nothing unless there is trouble."
)
object_option = click.option("--json", "as_object", is_flag=True, help="Print one JSON object.")
workers_option = click.option(
    "--workers",
    type=Number(min=1),
    help="Number of parser processes; default: one per core.",
)
