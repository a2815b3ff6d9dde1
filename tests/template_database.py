"""The tables of the test databases are made once, by the migrations, and copied for each process and run.

To carry out all migrations takes as long as fifty tests; PostgreSQL copies what they leave behind in a
fraction of a second. The template's name ends in a digest of all that it is made from: after a change of a
migration, of a package or of the database server there is another one, and the old one is dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
# What migrations of ours import, the versions of the packages that have migrations too, and how it is made.
_ALSO_MADE_FROM = (
    ROOT / "layers" / "geometry.py",
    ROOT / "layers" / "renamed_models.py",
    ROOT / "requirements-dev.lock",
    Path(__file__),
)


def require_template(connection: BaseDatabaseWrapper) -> str:
    """The name of the template, which is whole when this returns. Who asks meanwhile waits for it."""
    beginning = f"test_{connection.settings_dict['NAME']}_template_"
    with _alone(connection) as cursor:
        template = beginning + digest(migration_files(), made_by=_made_by(cursor))
        there = _databases(cursor, beginning=beginning)
        if template not in there:
            _drop(cursor, there)
            # Under another name until it is whole, so that one that was cut off is never copied.
            unfinished = f"{template}_unfinished"
            _make(connection, name=unfinished)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            cursor.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(template)))
    return template


def migration_files() -> list[Path]:
    """Every migration of ours, in an order that does not depend on the machine."""
    folders = (Path(app.path) / "migrations" for app in apps.get_app_configs())
    return sorted(path for folder in folders if ROOT in folder.parents for path in folder.glob("*.py"))


def digest(migrations: Iterable[Path], *, made_by: str) -> str:
    """Twelve figures that change with the names and contents of the files, and with what carries them out."""
    content = hashlib.sha256(made_by.encode())
    for file in (*migrations, *_ALSO_MADE_FROM):
        content.update(f"\0{file.parent.parent.name}/{file.name}\0".encode() + file.read_bytes())
    return content.hexdigest()[:12]


def _made_by(cursor: Any) -> str:
    cursor.execute("SELECT version() || default_version FROM pg_available_extensions WHERE name = 'postgis'")
    return " ".join([*cursor.fetchone(), *settings.INSTALLED_APPS])


@contextmanager
def _alone(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """A cursor beside the test databases, one process at a time: the lock goes with the connection."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('template of the test databases'))")
        yield cursor


def _databases(cursor: Any, *, beginning: str) -> set[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning])
    return {name for (name,) in cursor.fetchall()}


def _drop(cursor: Any, names: Iterable[str]) -> None:
    for name in names:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _make(connection: BaseDatabaseWrapper, *, name: str) -> None:
    """A database with all tables, by Django's own way to make one for tests."""
    options, service = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    own_name = options["NAME"]
    options["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        options["NAME"] = own_name
        # Both name the database that Django made, from here on.
        connection.settings_dict["NAME"] = settings.DATABASES[connection.alias]["NAME"] = service
