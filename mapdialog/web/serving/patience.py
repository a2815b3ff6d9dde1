"""How long a client may take, in total: a byte a second is activity, but no reason to wait for ever."""

from __future__ import annotations

from dataclasses import dataclass

from mapdialog import environment


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds for each part of a conversation, counted from its beginning, not from the last byte.

    A body and an answer get one second more for every `bytes_per_s` that have passed: an official with a slow
    line may send a large file, and somebody who sends or reads nothing is cut off after `part_s`.
    """

    part_s: float
    idle_s: float
    bytes_per_s: int

    def of_transfer(self, passed_bytes: int) -> float:
        """Seconds that a body or an answer may have taken when so much of it has passed."""
        return self.part_s + passed_bytes / self.bytes_per_s


def from_environment() -> Patience:
    return Patience(
        part_s=environment.number("MAPDIALOG_CLIENT_SECONDS", default=30, minimum=1),
        # longer than the proxy keeps a connection (docker/Caddyfile): we never close under its request
        idle_s=environment.number("MAPDIALOG_KEPT_SECONDS", default=75, minimum=1),
        bytes_per_s=environment.number("MAPDIALOG_CLIENT_BYTES_PER_SECOND", default=8000, minimum=1),
    )
