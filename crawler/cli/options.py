"""Options that several commands have. Importing them loads no store."""

from __future__ import annotations

from pathlib import Path

import click

outlets_option = click.option(
    "--outlets",
    "folder",
    type=click.Path(path_type=Path),
    envvar="NEWSLOOM_OUTLETS",
    help="Folder or file of outlet descriptions; also set by NEWSLOOM_OUTLETS; default: the "
    "outlets that come with Newsloom.",
)
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
    type=click.IntRange(min=1),
    help="Number of parser processes; default: one per core.",
)
