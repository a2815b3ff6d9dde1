"""How a command is told that what was found in an edition was looked at, and may go public all the same."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from layers.editions import publishing
from layers.editions.life import DoubtfulError, EditionError
from layers.editions.publishing import Consent


def add_consent(parser: CommandParser) -> None:
    parser.add_argument(
        "--force", action="store_true", help="publish it although something was found that is asked about"
    )
    parser.add_argument("--reason", default="", help="why, for the layer's log: needed where it is an error")


def consent_of(options: dict[str, Any]) -> Consent:
    """Raises CommandError for a reason without --force."""
    if options["reason"] and not options["force"]:
        raise CommandError("--reason goes with --force")
    return Consent(is_given=options["force"], reason=options["reason"])


def refusal(error: EditionError) -> str:
    """The error, with the options that help where something is asked about."""
    if not isinstance(error, DoubtfulError):
        return str(error)
    needed = "--force --reason TEXT" if publishing.needs_reason(error.doubts) else "--force"
    deed = f"withdraws edition {error.instead_of.number}" if error.instead_of else "publishes it"
    return f"{error}\n{needed} {deed} all the same"
