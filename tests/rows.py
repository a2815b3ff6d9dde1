"""Rows that stand for longer than one test, and are gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is taken back at the end. Tests inside take back their own, as always."""
    block = transaction.atomic()
    block._from_testcase = True  # as Django's own tests do, so that `durable` blocks may stand inside
    with block:
        yield
        transaction.set_rollback(True)
