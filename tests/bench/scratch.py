"""A database for this run alone, on the server that DATABASE_URL names, dropped at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class NoDatabase(Exception):
    """DATABASE_URL is missing, or its user may make no database. The message says what to do."""


@contextmanager
def database() -> Iterator[str]:
    """The address of a new, empty database; Django is set to it, but not started."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise NoDatabase("Set DATABASE_URL, or use ./run bench, which does.")
    name = f"mapdialog_bench_{os.getpid()}"
    try:
        _admin(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise NoDatabase(f"The bench needs a database of its own, and making one failed: {error}") from None
    try:
        address = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        os.environ["DATABASE_URL"] = address
        yield address
    finally:
        os.environ["DATABASE_URL"] = url
        _admin(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _admin(address: str, statement: sql.Composed) -> None:
    with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)
