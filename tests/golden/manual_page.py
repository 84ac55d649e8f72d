"""The manual page, `man newsloom`: the help of all commands in the form of man-pages(7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from crawler.cli import newsloom
from crawler.errors import EXIT_CODES
from crawler.release import __version__


def manual_page() -> str:
    """newsloom(1), of the macros of groff_man(7)."""
    context = click.Context(newsloom, info_name="newsloom", **newsloom.context_settings)
    lines = [
        '.\\" Made from --help by `python -m tests.golden`.',
        f'.TH NEWSLOOM 1 "" "Newsloom {__version__}"',
        ".SH NAME",
        "newsloom \\- crawl news outlets, find copies and stories",
        ".SH SYNOPSIS",
        ".B newsloom",
        "[\\-\\-db FILE] COMMAND [ARGUMENT...]",
        ".SH DESCRIPTION",
        *_paragraphs(newsloom.help or ""),
        ".SH OPTIONS",
        *_options(newsloom, context),
        ".SH COMMANDS",
        *_commands(newsloom, context),
        ".SH EXIT STATUS",
    ]
    for code, says in EXIT_CODES.items():
        lines += [".TP", f".B {code}", _escaped(f"{says}.")]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=context)
        yield f".SS {_escaped(below.command_path)}"
        if isinstance(command, click.Group):
            yield from _paragraphs(command.help or "")
            yield from _commands(command, below)
            continue
        usage = " ".join(command.collect_usage_pieces(below))
        yield f".B {_escaped(below.command_path)}"
        yield _escaped(usage)
        yield ".PP"
        yield from _paragraphs(command.help or "")
        yield from _options(command, below)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [param.get_help_record(context) for param in command.get_params(context)]
    for flags, says in filter(None, records):
        # An argument that needs no words is in the synopsis.
        if says and "--help" not in flags:
            yield from (".TP", f".B {_escaped(flags)}", _escaped(says))


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text; \\b keeps the lines of one, as click has it."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        yield ".PP"
        if lines[0] == "\b":
            yield from (".nf", *map(_escaped, lines[1:]), ".fi")
        else:
            yield _escaped(" ".join(lines))


def _escaped(text: str) -> str:
    """Text that roff prints as it stands; a line that begins with . or ' would be a macro."""
    found = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{found}" if found.startswith((".", "'")) else found
