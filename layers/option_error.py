"""What the errors of an import have in common: they reach pages and the command line alike."""

from __future__ import annotations


class OptionError(ValueError):
    """The message says why, and names no option: a page has a form instead.

    `option` is the command line's option that would help, such as `--crs`; "" where none does.
    """

    def __init__(self, message: str, *, option: str = "") -> None:
        super().__init__(message)
        self.option = option


def for_command(error: OptionError) -> str:
    """The message, and which option helps, for whoever types commands: in English, as all they read."""
    return f"{error} See {error.option}." if error.option else str(error)
