"""How much one device and one network address may send: token buckets that all web workers share.

A device's bucket holds an offline day. An address is one bucket per consultation, which staff can enlarge,
because a school is one address. Known contributions cost nothing, and what is refused takes nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mapdialog.contributions import keys, prepared
from mapdialog.contributions.models import RateBucket
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.web.client_address import network_of

DEVICE_CAPACITY = 200
DEVICE_REFILL_PER_HOUR = 60
# Somebody who writes saves a few times; a program that goes wrong saves for ever.
CHANGES_CAPACITY = 30
CHANGES_REFILL_PER_HOUR = 30
# All that one device has sent: somebody who goes through everything again, not a program.
DEVICE_CHANGES_CAPACITY = 60
DEVICE_CHANGES_REFILL_PER_HOUR = 60
FULL_AFTER = dt.timedelta(days=30)
EMPTY = "ratebucket_tokens_left"  # the constraint that a bucket without a token breaks


class TooManyError(Exception):
    """A bucket is empty. `wait` is how long until it holds a token again."""

    def __init__(self, wait: dt.timedelta) -> None:
        super().__init__("too many")
        self.wait = wait

    @property
    def wait_seconds(self) -> int:
        return max(1, math.ceil(self.wait.total_seconds()))


@dataclass(frozen=True, kw_only=True)
class Bucket:
    key: str
    capacity: float
    per_second: float


def buckets(rulebook: Rulebook, *, address: str, device: str | None) -> list[Bucket]:
    """The buckets that a contribution takes from. Without a device key only the address counts."""
    limit = max(1, rulebook.address_limit)
    # the limit is part of the key: once staff have changed it, the class in front of them starts afresh
    network = keys.keyed("address", rulebook.id, limit, network_of(address))
    taken_from = [Bucket(key=network, capacity=limit, per_second=limit / 3600)]
    if device:
        key = keys.keyed("device", rulebook.id, device)
        taken_from.append(Bucket(key=key, capacity=DEVICE_CAPACITY, per_second=DEVICE_REFILL_PER_HOUR / 3600))
    return sorted(taken_from, key=lambda bucket: bucket.key)


def buckets_of_changes(
    rulebook: Rulebook, *, contribution: UUID, address: str, device: str | None
) -> list[Bucket]:
    """The buckets that a change takes from: each change leaves an audit row that nobody may delete.

    Without a device key the contribution and the address count. Erasing takes from none: it happens once.
    """
    limit = max(1, rulebook.address_limit)
    of_one = keys.keyed("changes", rulebook.id, contribution)
    network = keys.keyed("changes of address", rulebook.id, limit, network_of(address))
    buckets = [
        Bucket(key=of_one, capacity=CHANGES_CAPACITY, per_second=CHANGES_REFILL_PER_HOUR / 3600),
        Bucket(key=network, capacity=limit, per_second=limit / 3600),
    ]
    if device:
        key, per_second = (
            keys.keyed("changes of device", rulebook.id, device),
            DEVICE_CHANGES_REFILL_PER_HOUR / 3600,
        )
        buckets.append(Bucket(key=key, capacity=DEVICE_CHANGES_CAPACITY, per_second=per_second))
    return sorted(buckets, key=lambda bucket: bucket.key)


# The first part of a WITH: the buckets to take from.
BUCKETS = """wanted (key, capacity, per_second) AS (
    SELECT * FROM unnest(%(keys)s::text[], %(capacities)s::float8[], %(rates)s::float8[])
)"""
_AVAILABLE = """least(wanted.capacity, coalesce(
    bucket.tokens + wanted.per_second * greatest(0, extract(epoch FROM %(at)s - bucket.updated_at)),
    wanted.capacity
))"""

# How long until every bucket holds one token; NULL or 0 when they do now. Reads only.
WAIT_SQL = f"""
SELECT max((1 - {_AVAILABLE}) / wanted.per_second)
FROM wanted LEFT JOIN contributions_ratebucket AS bucket ON bucket.key = wanted.key"""  # noqa: S608 (our own text)


def take_sql(*, once: str) -> str:
    """Takes one token of each bucket for every row of `once`, a source of ours with one row or none.

    The row is locked and looked at again, so two at once cannot both take the last token: the CHECK `EMPTY`
    breaks then.
    """
    return f"""
INSERT INTO contributions_ratebucket AS bucket (key, tokens, updated_at)
SELECT key, capacity - 1, %(at)s FROM wanted CROSS JOIN {once} ORDER BY key
ON CONFLICT (key) DO UPDATE SET updated_at = greatest(bucket.updated_at, excluded.updated_at), tokens = (
    SELECT {_AVAILABLE} - 1 FROM wanted WHERE wanted.key = bucket.key
)"""  # noqa: S608 (our own text)


# The decisive one, for what is not part of a larger statement.
_TAKE_SQL = f"""
WITH {BUCKETS} {take_sql(once="(SELECT) AS always")}
WHERE (SELECT {_AVAILABLE} FROM wanted WHERE wanted.key = bucket.key) >= 1
"""  # noqa: S608 (our own text)


def values(buckets: Iterable[Bucket], *, at: dt.datetime) -> dict[str, Any]:
    """The placeholders of WAIT_SQL and `take_sql`."""
    rows = list(buckets)
    return {
        "keys": [row.key for row in rows],
        "capacities": [row.capacity for row in rows],
        "rates": [row.per_second for row in rows],
        "at": at,
    }


def take(buckets: Sequence[Bucket], *, at: dt.datetime) -> None:
    """Takes one token of each, in the caller's transaction, which the caller rolls back on TooManyError."""
    with prepared.cursor() as cursor:
        cursor.execute(_TAKE_SQL, values(buckets, at=at))
        if cursor.rowcount < len(buckets):
            raise TooManyError(dt.timedelta(seconds=max(bucket.per_second**-1 for bucket in buckets)))


def forget_old(*, at: dt.datetime) -> int:
    """Deletes buckets not used for 30 days: they are full again and say nothing. Returns how many."""
    return RateBucket.objects.filter(updated_at__lt=at - FULL_AFTER).delete()[0]
