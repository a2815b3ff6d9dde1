"""What the tests of ./run share: calling it, and looking at the database that it leaves."""

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, at: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """`./run ARGUMENTS` in a checkout. An empty variable counts as not set."""
    wanted = {**os.environ, **environment}
    variables = {name: value for name, value in wanted.items() if value}
    return subprocess.run(
        [str(at / "run"), *arguments],
        cwd=at,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def rows_by_table(url: str) -> dict[str, int]:
    """Counts every ordinary table of the schema `public`, without the tables of extensions."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')"
        ).fetchall()
        return {
            name: connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ).fetchone()[0]
            for (name,) in names
        }
