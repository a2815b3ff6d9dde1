"""`./run backup` and `./run restore`, against databases of their own on the server that the suite uses."""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from tests.operations.checkout import rows_by_table, run

NewDatabase = Callable[..., str]

# Rows whose checks and generated columns call functions of ours and of PostGIS: pg_restore runs them again.
CONTRIBUTION = """
from tests import factories
boundaries = factories.edition(of=factories.layer())
factories.areas(of=boundaries)
factories.zone(of=factories.edition(of=factories.layer(kind="zoning")))
factories.contribution(to=factories.consultation())
"""


def on_server(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restore replays the journal: not the one in which the whole suite writes down what it erases."""
    monkeypatch.setenv("MAPDIALOG_JOURNAL", str(tmp_path_factory.mktemp("journal")))


@pytest.fixture(scope="module")
def new_database() -> Iterator[NewDatabase]:
    """Makes databases with an address each: empty, or a copy of `template`."""
    made: list[str] = []

    def create(template: str = "template1") -> str:
        made.append(f"backup_{uuid.uuid4().hex[:12]}")
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(on_server("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(made[-1]), sql.Identifier(template)))
        return on_server(made[-1])

    yield create
    with psycopg.connect(on_server("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def with_our_tables(new_database: NewDatabase, django_db_modify_db_settings: None) -> str:
    """A database with our tables and no rows."""
    return new_database(connections["default"].settings_dict["TEST"]["TEMPLATE"])


@pytest.fixture(scope="module")
def source(new_database: NewDatabase) -> str:
    """Our tables, rows that are awkward to copy, and the extra schemas of a ready-made PostGIS image."""
    url = new_database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION postgis; CREATE EXTENSION postgis_topology")
    migrated = run("manage", "migrate", "--no-input", DATABASE_URL=url)
    assert migrated.returncode == 0, migrated.stderr
    filled = run("manage", "shell", "--command", CONTRIBUTION, DATABASE_URL=url)
    assert filled.returncode == 0, filled.stderr
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (words text, place geometry(Point, 4326))")
        connection.execute("CREATE TYPE mood AS ENUM ('glad'); CREATE FUNCTION twice(n int) RETURNS int"
                           " LANGUAGE sql AS 'SELECT 2 * n'")  # fmt: skip
        for words in ("blåbærsyltetøy", "tab\tand\\backslash\nline", "\\.", ""):
            connection.execute("INSERT INTO kept VALUES (%s, ST_Point(9.7, 59.03, 4326))", [words])
    return url


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "2026").mkdir()
    (folder / "2026" / "lys på stien.jpg").write_bytes(b"\xff\xd8picture")
    return folder


@pytest.fixture(scope="module")
def backup(source: str, uploads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "today"
    done = run("backup", str(folder), DATABASE_URL=source, MAPDIALOG_MEDIA_ROOT=str(uploads))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def damaged(backup: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in backup.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def test_the_manifest_counts_every_table(backup: Path, source: str) -> None:
    listed = re.findall(r"^rows (\d+) public\.(\w+)$", (backup / "manifest").read_text(), re.MULTILINE)
    assert {table: int(rows) for rows, table in listed} == rows_by_table(source)
    assert rows_by_table(source)["kept"] == 4
    assert rows_by_table(source)["contributions_contribution"] == 1
    assert rows_by_table(source)["django_migrations"] > 50


def test_nobody_else_can_read_a_backup(backup: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in [backup, *backup.iterdir()]} == {0}


def test_a_restore_brings_back_rows_and_uploads(
    backup: Path, source: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    target = new_database()
    done = run("restore", str(backup), DATABASE_URL=target, MAPDIALOG_MEDIA_ROOT=str(tmp_path / "media"))
    assert done.returncode == 0, done.stderr
    assert rows_by_table(target) == rows_by_table(source)
    everything = "SELECT words, ST_AsEWKT(place) FROM kept ORDER BY words"
    with psycopg.connect(source) as before, psycopg.connect(target) as after:
        assert after.execute(everything).fetchall() == before.execute(everything).fetchall()
    files = {path.relative_to(tmp_path / "media") for path in (tmp_path / "media").rglob("*")}
    assert files == {Path("2026"), Path("2026/lys på stien.jpg")}


def test_what_is_there_is_replaced_only_when_asked(
    backup: Path, source: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    target = new_database()
    here = {"DATABASE_URL": target, "MAPDIALOG_MEDIA_ROOT": str(tmp_path)}
    assert run("restore", str(backup), **here).returncode == 0
    with psycopg.connect(target) as connection:
        connection.execute("DELETE FROM kept; CREATE TABLE newer (id int); INSERT INTO newer VALUES (1)")
    (tmp_path / "newer.jpg").touch()

    refused = run("restore", str(backup), **here)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert rows_by_table(target)["newer"] == 1

    replaced = run("restore", str(backup), "--yes", **here)
    assert replaced.returncode == 0, replaced.stderr
    assert rows_by_table(target) == rows_by_table(source)
    assert [path.name for path in tmp_path.iterdir()] == ["2026"]


def test_a_damaged_dump_is_refused_before_anything_changes(
    damaged: Path, new_database: NewDatabase, tmp_path: Path
) -> None:
    content = bytearray((damaged / "database.dump").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (damaged / "database.dump").write_bytes(content)
    target = new_database()
    refused = run("restore", str(damaged), DATABASE_URL=target, MAPDIALOG_MEDIA_ROOT=str(tmp_path / "media"))
    assert refused.returncode == 1
    assert "database.dump: FAILED" in refused.stderr
    assert rows_by_table(target) == {}


def test_a_wrong_number_of_rows_undoes_the_restore(
    damaged: Path, new_database: NewDatabase, tmp_path: Path
) -> None:
    manifest = (damaged / "manifest").read_text()
    (damaged / "manifest").write_text(manifest.replace("rows 4 public.kept", "rows 5 public.kept"))
    target = new_database()
    with psycopg.connect(target) as connection:
        connection.execute("CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)")
    undone = run(
        "restore", str(damaged), "--yes", DATABASE_URL=target, MAPDIALOG_MEDIA_ROOT=str(tmp_path / "media")
    )
    assert undone.returncode == 1
    assert "not the number of rows" in undone.stderr
    assert rows_by_table(target) == {"mine": 1}


def test_half_a_backup_is_none(damaged: Path, new_database: NewDatabase) -> None:
    (damaged / "manifest").unlink()
    refused = run("restore", str(damaged), DATABASE_URL=new_database())
    assert refused.returncode == 1
    assert "no manifest" in refused.stderr


def test_a_backup_never_writes_over_another(backup: Path, source: str) -> None:
    refused = run("backup", str(backup), DATABASE_URL=source)
    assert refused.returncode == 1
    assert "not an empty directory" in refused.stderr


# What happens to two contributions after the backup was made.
AFTERWARDS = """
from django.utils import timezone
from mapdialog.contributions import erasure, moderation
from mapdialog.contributions.models import Contribution
from tests import factories
erased, rejected = Contribution.objects.order_by("code")
erasure.erase(erased, by="resident", at=timezone.now())
moderation.reject(rejected, by=factories.user(), at=timezone.now(), version=rejected.version, reason="")
"""


def restored_by_other_means(here: dict[str, str]) -> None:
    """What was rejected is public again, and a line of the journal cannot be read: an upgrade goes on."""
    with (Path(here["MAPDIALOG_JOURNAL"]) / "decisions.jsonl").open("ab") as file:
        file.write(b"\0\0\n")
    with psycopg.connect(here["DATABASE_URL"]) as connection:
        connection.execute(
            "UPDATE contributions_contribution SET state = 'published', version = 1 WHERE state = 'rejected'"
        )


def test_what_was_erased_or_rejected_since_is_not_public_after_a_restore(
    with_our_tables: str, tmp_path: Path
) -> None:
    (tmp_path / "journal").mkdir()
    here = {
        "DATABASE_URL": with_our_tables,
        "MAPDIALOG_MEDIA_ROOT": str(tmp_path / "media"),
        "MAPDIALOG_JOURNAL": str(tmp_path / "journal"),
    }
    filled = CONTRIBUTION.replace("factories.contribution", "for _ in 'ab': factories.contribution")
    for arguments in (
        ("manage", "shell", "--command", filled),
        ("backup", str(tmp_path / "backup")),
        ("manage", "shell", "--command", AFTERWARDS),
    ):
        done = run(*arguments, **here)
        assert done.returncode == 0, done.stderr

    restored = run("restore", str(tmp_path / "backup"), "--yes", **here)
    assert restored.returncode == 0, restored.stderr
    assert "1 erased, 1 rejected" in restored.stderr
    with psycopg.connect(here["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT state, text <> '', geom_public IS NULL FROM contributions_contribution ORDER BY state"
        )
        assert rows.fetchall() == [("erased", False, True), ("rejected", True, False)]

    restored_by_other_means(here)
    upgraded = run("upgrade", **here)
    assert upgraded.returncode == 0, upgraded.stderr
    assert "1 rejected" in upgraded.stderr
    assert "WARNING: 1 lines" in upgraded.stderr
    assert "Done." in upgraded.stderr

    (tmp_path / "journal" / "decisions.jsonl").unlink()
    (tmp_path / "journal").rmdir()
    alone = run("restore", str(tmp_path / "backup"), "--yes", **here)
    assert alone.returncode == 0, alone.stderr
    assert "may be public again" in alone.stderr
