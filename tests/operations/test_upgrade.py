"""`./run upgrade` of a database as the version of November 2026 left it: renamed models, rights and tasks."""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.operations.checkout import rows_by_table, run

# The last migration of each app in that version, where later ones exist.
BEFORE = {"contributions": "0007_spent_ids", "hotspots": "0003_rough_places", "layers": "0010_visible_text"}
# Columns have kept their names, so today's code fills the old tables.
FILLED = """
from tests import factories
from tests.uploads.factory import upload
boundary = factories.edition(of=factories.layer())
area = factories.areas(of=boundary)[0]
zone = factories.zone(of=factories.edition(of=factories.layer(kind="zoning")))
pin = factories.contribution(to=factories.consultation(), flags=["phone"])
pin.hits.create(edition=boundary, area=area)
pin.hits.create(edition=zone.edition, zone=zone)
upload()
"""
# What stood in the queue and in the rights when the service was stopped.
RIGHTS = """
INSERT INTO auth_group (name) VALUES ('map people');
INSERT INTO auth_group_permissions (group_id, permission_id)
SELECT auth_group.id, auth_permission.id FROM auth_group, auth_permission
WHERE codename IN ('view_layerversion', 'change_layerversion', 'view_contributionplace', 'view_upload');
-- The new version has looked at the old tables before: one of the new kinds is there, and a right.
INSERT INTO django_content_type (app_label, model) VALUES ('layers', 'edition');
INSERT INTO auth_permission (name, codename, content_type_id)
SELECT 'Can view edition', 'view_edition', id FROM django_content_type WHERE model = 'edition';
UPDATE procrastinate_jobs SET task_name = 'deliveries.read' WHERE task_name = 'uploads.read';
"""
WORKED = """
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from mapdialog.uploads.models import Upload
for waiting in ProcrastinateJob.objects.filter(task_name__startswith="deliveries."):
    app.tasks[waiting.task_name](**waiting.args)
sent = Upload.objects.get()
print("state", sent.state, sorted(sent.draft.areas.values_list("code", flat=True)))
"""


@pytest.fixture
def database() -> Iterator[str]:
    def on_server(name: str) -> str:
        return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))

    name = f"upgrade_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(on_server("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield on_server(name)
    with psycopg.connect(on_server("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def rights(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT app_label || '.' || codename FROM auth_group_permissions"
        " JOIN auth_permission ON auth_permission.id = permission_id"
        " JOIN django_content_type ON django_content_type.id = content_type_id"
    )
    return {name for (name,) in rows.fetchall()}


@pytest.fixture
def here(database: str, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "journal").mkdir()
    return {
        "DATABASE_URL": database,
        "MAPDIALOG_ENV": "test",
        "MAPDIALOG_MEDIA_ROOT": str(tmp_path / "media"),
        "MAPDIALOG_JOURNAL": str(tmp_path / "journal"),
        "MAPDIALOG_STATIC_ROOT": str(tmp_path / "static"),
    }


def carried_out(*arguments: str, here: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = run(*arguments, **here)
    assert done.returncode == 0, done.stderr
    return done


def fill_the_former_version(here: dict[str, str]) -> None:
    carried_out("manage", "migrate", "--no-input", here=here)
    for app_label, migration in BEFORE.items():
        carried_out("manage", "migrate", app_label, migration, "--no-input", here=here)
    carried_out("manage", "shell", "--command", FILLED, here=here)
    with psycopg.connect(here["DATABASE_URL"]) as connection:
        connection.execute(RIGHTS)
        assert rights(connection) == {
            "layers.view_layerversion",
            "layers.change_layerversion",
            "contributions.view_contributionplace",
            "deliveries.view_upload",
        }


def test_an_upgrade_keeps_rows_rights_and_waiting_tasks(here: dict[str, str]) -> None:
    database = here["DATABASE_URL"]
    fill_the_former_version(here)
    before = rows_by_table(database)

    assert "Done." in carried_out("upgrade", here=here).stderr

    after = rows_by_table(database)
    grown = {"django_migrations", "django_content_type", "auth_permission", "layers_codechange"}
    assert {table: n for table, n in before.items() if table not in grown} == {
        table: after[table] for table in before if table not in grown
    }
    with psycopg.connect(database) as connection:
        assert rights(connection) == {
            "layers.view_edition",
            "layers.change_edition",
            "contributions.view_hit",
            "deliveries.view_upload",
        }
        old = "SELECT model FROM django_content_type WHERE model IN ('layerversion', 'contributionplace')"
        assert connection.execute(old).fetchall() == []
        waiting = connection.execute("SELECT task_name, args FROM procrastinate_jobs").fetchall()
    assert [name for name, _arguments in waiting] == ["deliveries.read"], json.dumps(waiting)
    worked = carried_out("manage", "shell", "--command", WORKED, here=here)
    assert "state ready ['A', 'B', 'C']" in worked.stdout
