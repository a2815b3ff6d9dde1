"""A request as it comes in, and how one that is not taken is answered."""

from __future__ import annotations

from copy import copy
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, Task, WSGITask
from waitress.utilities import BadRequest, RequestEntityTooLarge

from mapdialog.web.serving.body_limits import TOO_LARGE, TOO_SLOW, WHY, most_bytes

_MOST_DIGITS = 18


class BodyTooSlow(BadRequest):  # type: ignore[misc] # waitress ships no types
    """The body took longer than it may."""

    code = TOO_SLOW
    reason = "Request Timeout"


class Request(HTTPRequestParser):  # type: ignore[misc] # waitress ships no types
    """Knows after its head how large its body may be: a longer one is refused before it is read on."""

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # more digits than Python makes a number of
            raise ParsingError("Content-Length is invalid") from None
        if self.content_length >= 10**_MOST_DIGITS:
            raise ParsingError("Content-Length is invalid")
        self.adj = copy(self.adj)
        self.adj.max_request_body_size = most_bytes(self.path) + 1  # waitress refuses from here on

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.completed:
            # nobody is asked to go on with what is refused or has no body
            self.expect_continue = False
        return consumed

    def break_off(self) -> None:
        """What has come is all that is waited for."""
        self.error = BodyTooSlow("")
        self.completed = True


def answering_task(channel: Any, request: Request) -> Task:
    """A body that is too large or too slow is refused by our own pages and API; broken HTTP by waitress."""
    channel.leaves_body = True
    if isinstance(request.error, RequestEntityTooLarge | BodyTooSlow):
        return RefusingTask(channel, request)
    return BrokenHttpTask(channel, request)


class _Heads(Task):  # type: ignore[misc] # waitress ships no types
    """Sends of an answer to HEAD its head alone: on a kept connection, a body would begin the next answer."""

    @property
    def is_for_head(self) -> bool:
        return getattr(self.request, "command", "").upper() == "HEAD"

    def write(self, data: bytes) -> None:
        if not self.is_for_head:
            super().write(data)
            return
        super().write(b"")
        self.chunked_response = False  # the end of such a body is one, too


class BrokenHttpTask(_Heads, ErrorTask):  # type: ignore[misc] # waitress ships no types
    """waitress answers."""


class _ApplicationTask(_Heads, WSGITask):  # type: ignore[misc] # waitress ships no types
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.is_for_head:
            del environ["wsgi.file_wrapper"]  # what it wraps is sent past `write`
        return environ


class AnsweringTask(_ApplicationTask):
    """Asks the client to come back on another connection when this process is about to end."""

    def execute(self) -> None:
        if self.channel.server.ends:
            self.set_close_on_finish()
        super().execute()


class RefusingTask(_ApplicationTask):
    """The application answers, without the body and with the reason."""

    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()

    def get_environment(self) -> dict[str, Any]:
        environ = super().get_environment()
        is_large = isinstance(self.request.error, RequestEntityTooLarge)
        environ[WHY] = TOO_LARGE if is_large else TOO_SLOW
        environ["CONTENT_LENGTH"] = "0"
        return environ
