"""What several commands take in the same way: a title in a language, a day."""

from __future__ import annotations

import argparse
import datetime as dt

from django.core.management.base import CommandParser


def add_titles(parser: CommandParser) -> None:
    """`--title nb=… --title sv=…`: a list of pairs, for `dict()`."""
    parser.add_argument("--title", action="append", default=[], type=_title, metavar="LANGUAGE=TEXT")


def day(text: str) -> dt.date:
    """A day of the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write the day as 2026-01-31") from error


def _title(text: str) -> tuple[str, str]:
    language, equals, title = text.partition("=")
    if not equals or not language or not title:
        raise argparse.ArgumentTypeError("write LANGUAGE=TEXT, such as nb=Nærmiljøutvalg")
    return language, title
