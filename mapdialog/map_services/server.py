"""One map server of somebody else, asked with care: a few tiles at a time, and not while it is down.

Pictures are kept in the web process' memory for as long as the server allows; when it fails, the last ones
serve.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import BoundedSemaphore, Lock

from cachetools import LRUCache

from layers.whole_number import whole_number
from mapdialog.map_services import outgoing
from mapdialog.map_services.breaker import Breaker
from mapdialog.map_services.outgoing import Answer, Failure, OutgoingError
from mapdialog.map_services.service import MapService

MOST_BYTES = 2_000_000
# A server that says nothing of caching is asked again after an hour, and after a week whatever it says.
USUAL_AGE_S = 3600
LONGEST_AGE_S = 7 * 24 * 3600
# A picture that has grown old serves this much longer when its server fails.
AGED_S = 24 * 3600
# After three failures in a row the server is left alone for half a minute.
MOST_FAILURES = 3
PAUSE_S = 30.0
# A thread waits for its turn no longer than this, and for a while nobody waits at all once somebody waited
# in vain: threads that wait are missed by those who have something to say.
TURN_S = 0.5
FULL_S = 2.0
_ENTRY_BYTES = 600
_MAX_AGE = re.compile(r"(?:^|[,\s])(s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.ASCII)
_TYPES = {"image/png", "image/jpeg", "image/jpg", "image/webp"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Picture:
    """`etag` is made of the content, `their_etag` is the server's. `fresh_until` is on the monotonic clock;
    None: the server forbids keeping it."""

    content: bytes
    media_type: str
    etag: str
    their_etag: str
    fresh_until: float | None

    def age_left_s(self, *, at: float) -> int:
        return max(0, int((self.fresh_until or at) - at))


class NoPictureError(Exception):
    """The server has no picture there: 404."""


class BusyError(Exception):
    """Not now: the server is left alone, or too many wait for it. `retry_s` says when to come again."""

    def __init__(self, *, retry_s: float) -> None:
        super().__init__()
        self.retry_s = max(1, round(retry_s))


class MapServer:
    """`agent` is how we call ourselves. `turns` are shared by all servers of the process."""

    def __init__(
        self,
        service: MapService,
        *,
        agent: str,
        turns: Turns,
        pictures: Pictures,
        private_hosts: frozenset[str],
    ) -> None:
        self._service = service
        self._agent = agent
        self._turns = turns
        self._pictures = pictures
        self._private_hosts = private_hosts
        self._breaker = Breaker(most_failures=MOST_FAILURES, pause_s=PAUSE_S)

    def picture(self, *, z: int, x: int, y: int, at: float) -> Picture:
        """The tile, kept or fetched. Raises NoPictureError, BusyError, OutgoingError."""
        key = (self._service, z, x, y)
        before = self._pictures.get(key)
        if before is not None and before.age_left_s(at=at):
            return before
        try:
            fetched = self._fetch(z=z, x=x, y=y, before=before, at=at)
        except (BusyError, OutgoingError):
            if before is None or before.fresh_until is None or at > before.fresh_until + AGED_S:
                raise
            return before
        if fetched.fresh_until is not None:
            self._pictures.keep(key, fetched)
        return fetched

    def _fetch(self, *, z: int, x: int, y: int, before: Picture | None, at: float) -> Picture:
        if wait_s := self._breaker.wait_s(at=at):
            raise BusyError(retry_s=wait_s)
        if not self._turns.take(at=at):
            raise BusyError(retry_s=FULL_S)
        try:
            answer = self._answer(z=z, x=x, y=y, before=before)
            picture = self._read(answer, before=before, at=time.monotonic())
        except OutgoingError as error:
            self._breaker.failed(at=time.monotonic())
            _log.warning("The map server of %s: %s.", self._service.name, error.failure)
            raise
        finally:
            self._turns.give_back()
        self._breaker.succeeded()
        if picture is None:
            raise NoPictureError
        return picture

    def _answer(self, *, z: int, x: int, y: int, before: Picture | None) -> Answer:
        """Nothing of the reader's request goes along."""
        headers = {"User-Agent": self._agent, "Accept": "image/png,image/jpeg,image/webp"}
        if self._service.key_header:
            headers[self._service.key_header] = self._service.key
        if before is not None and before.their_etag:
            headers["If-None-Match"] = before.their_etag
        return outgoing.fetch(
            self._service.address(z=z, x=x, y=y),
            headers=headers,
            most_bytes=MOST_BYTES,
            private_hosts=self._private_hosts,
        )

    def _read(self, answer: Answer, *, before: Picture | None, at: float) -> Picture | None:
        """None where the server has nothing. Raises OutgoingError for what is neither that nor a picture."""
        age_s = allowed_age_s(answer.headers, now=dt.datetime.now(dt.UTC))
        fresh_until = None if age_s is None else at + age_s
        if answer.status == 304 and before is not None:
            return replace(before, fresh_until=fresh_until)
        if answer.status in {204, 404}:
            return None
        media_type = type_of(answer.body)
        declared = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status != 200 or media_type is None or declared not in _TYPES:
            raise OutgoingError(Failure.BROKEN)
        digest = hashlib.sha256(answer.body).hexdigest()[:24]
        their_etag = answer.headers.get("etag", "")
        return Picture(answer.body, media_type, f'"{digest}"', their_etag, fresh_until)


class Turns:
    """How many of the process' threads may be waiting for map servers at once."""

    def __init__(self, *, most: int) -> None:
        self._free = BoundedSemaphore(most)
        self._full_until = 0.0

    def take(self, *, at: float) -> bool:
        """Whether it is one's turn; then `give_back` afterwards."""
        is_free = self._free.acquire(timeout=0 if at < self._full_until else TURN_S)
        if not is_free:
            self._full_until = at + FULL_S
        return is_free

    def give_back(self) -> None:
        self._free.release()


class Pictures:
    """Up to `most_bytes` of pictures in memory; the one asked for longest ago goes first."""

    def __init__(self, *, most_bytes: int) -> None:
        self._pictures: LRUCache[object, Picture] = LRUCache(most_bytes, getsizeof=_weight)
        self._lock = Lock()

    def get(self, key: object) -> Picture | None:
        with self._lock:
            return self._pictures.get(key)

    def keep(self, key: object, picture: Picture) -> None:
        """In the place of the one before, which goes even where this one is too heavy to be kept."""
        with self._lock, suppress(ValueError):
            self._pictures.pop(key, None)
            self._pictures[key] = picture


def _weight(picture: Picture) -> int:
    return len(picture.content) + len(picture.their_etag) + _ENTRY_BYTES


def type_of(content: bytes) -> str | None:
    """The picture's media type by its first bytes; None for what is no PNG, JPEG or WebP."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def allowed_age_s(headers: Mapping[str, str], *, now: dt.datetime) -> int | None:
    """For how long an answer may be kept by all (RFC 9111), None for not at all; never over LONGEST_AGE_S."""
    control = headers.get("cache-control", "").lower()
    if "no-store" in control or "private" in control:
        return None
    if "no-cache" in control:
        return 0
    directives = dict(_MAX_AGE.findall(control))
    if stated := directives.get("s-maxage") or directives.get("max-age"):
        spent = whole_number(headers.get("age", ""), digits=9) or 0
        return min(LONGEST_AGE_S, max(0, int(stated) - spent))
    if "expires" in headers:
        return _until_s(headers["expires"], now=now)
    return USUAL_AGE_S


def _until_s(expires: str, *, now: dt.datetime) -> int:
    """Seconds from now; 0 for what is no date, such as the “0” that many servers send."""
    try:
        then = parsedate_to_datetime(expires)
    except ValueError:
        return 0
    if then.tzinfo is None:
        then = then.replace(tzinfo=dt.UTC)
    return min(LONGEST_AGE_S, max(0, int((then - now).total_seconds())))
