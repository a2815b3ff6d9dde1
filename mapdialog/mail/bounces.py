"""Mail that comes back later, as the mail server that could not deliver it reports (RFC 3464)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage, Message

_LONGEST_ANSWER = 300


def refused_in(report: bytes) -> Iterator[tuple[str, str]]:
    """The addresses that a report gives up for good, each with the reason in the server's words."""
    message = email.message_from_bytes(report, _class=EmailMessage, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                yield from _refused(block)


def _refused(block: object) -> Iterator[tuple[str, str]]:
    if not isinstance(block, Message):
        return
    action, status = str(block.get("Action", "")).strip().lower(), str(block.get("Status", "")).strip()
    recipient = str(block.get("Final-Recipient", "")).rpartition(";")[2].strip()
    if action == "failed" and status.startswith("5.") and "@" in recipient:
        diagnosis = str(block.get("Diagnostic-Code", "")).rpartition(";")[2]
        yield recipient, " ".join(f"{status} {diagnosis}".split())[:_LONGEST_ANSWER]
