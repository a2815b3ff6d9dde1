"""How the suite itself is run: what is made once, what runs beside what, and that nothing is left out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests import template_database

ROOT = Path(__file__).resolve().parents[2]
IN_THREE = ("-p", "tests.processes", "-n", "auto")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A folder for a small suite of its own, run by `pytest_in`."""
    (tmp_path / "none.ini").touch()
    return tmp_path


def pytest_in(suite: Path, *options: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "-c", "none.ini", "--rootdir", ".", *options],
        cwd=suite,
        env={"CI": ci, "PYTHONPATH": str(ROOT), "TMPDIR": str(suite)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


SKIPPED = {
    "a skip": "def test_it():\n    pytest.skip('no tool')\n",
    "a missing package": "def test_it():\n    pytest.importorskip('no_tool')\n",
    "a mark": "@pytest.mark.skipif(True, reason='no tool')\ndef test_it():\n    pass\n",
    "a whole module": "pytest.skip('no tool', allow_module_level=True)\n",
    "a part of a test": "def test_it(subtests):\n    with subtests.test():\n        pytest.skip('no tool')\n",
}


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize("ci", ["true", ""])
def test_where_ci_runs_no_test_is_left_out(suite: Path, ci: str, processes: str) -> None:
    for n, source in enumerate(SKIPPED.values()):
        (suite / f"test_{n}.py").write_text(f"import pytest\n{source}")
    options = ("-rfE", "--continue-on-collection-errors", "-n", processes)
    done = pytest_in(suite, "-p", "tests.traps.left_out", *options, ci=ci)
    summary = done.stdout.partition("short test summary info")[2]
    refused = re.findall(r"^(?:FAILED|ERROR|SUBFAILED)\S* (test_\d)", summary, re.MULTILINE)
    assert set(refused) == ({f"test_{n}" for n in range(len(SKIPPED))} if ci else set()), done.stdout
    assert ("no test may be left out" in done.stdout) == bool(ci)
    assert done.returncode == (1 if ci else 0)


HEAVY = """import pytest
def test_of_every_change(): pass
@pytest.mark.heavy
def test_with_a_million(): {}
"""


def test_heavy_tests_run_when_they_are_asked_for_and_then_alone(suite: Path) -> None:
    (suite / "test_it.py").write_text(HEAVY.format("pass"))
    plugins = ("-p", "tests.heavy", "-p", "tests.traps.left_out", "-vv")
    usual, heavy = pytest_in(suite, *plugins, ci="true"), pytest_in(suite, *plugins, "--heavy")
    assert "test_of_every_change PASSED" in usual.stdout
    assert "1 passed, 1 deselected" in usual.stdout
    assert "test_with_a_million PASSED" in heavy.stdout
    assert "1 passed, 1 deselected" in heavy.stdout


def test_a_heavy_test_that_lacks_what_it_needs_has_failed_on_every_machine(suite: Path) -> None:
    (suite / "test_it.py").write_text(HEAVY.format("pytest.skip('no memory')"))
    done = pytest_in(suite, "-p", "tests.heavy", "-p", "tests.traps.left_out", "--heavy")
    assert done.returncode == 1
    assert "no memory" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "processes"),
    [((".",), 3), ((), 3), (("test_it.py",), 0), ((".", "-k", "it"), 0), ((".", "-n", "0"), 0)],
    ids=["a folder", "all", "a file", "some", "as asked"],
)
def test_folders_get_three_processes_and_a_few_tests_none(
    suite: Path, arguments: tuple[str, ...], processes: int
) -> None:
    (suite / "test_it.py").write_text("def test_it(): pass\n")
    done = pytest_in(suite, *IN_THREE, "-v", "-v", *arguments)
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert ("created: 3/3 workers" in done.stdout) == (processes == 3)


def test_each_process_has_folders_of_its_own_which_go_with_it(suite: Path) -> None:
    for name in ("test_a.py", "test_b.py", "test_c.py"):
        (suite / name).write_text(
            "import os, pathlib, time\n"
            "def test_it(worker_id):\n"
            "    folders = [os.environ[f'MAPDIALOG_{name}'] for name in ('MEDIA_ROOT', 'JOURNAL')]\n"
            "    assert all(pathlib.Path(folder).is_dir() for folder in folders)\n"
            "    pathlib.Path(worker_id).write_text('\\n'.join(folders))\n"
            "    time.sleep(1)\n"  # so that the others take the other tests
        )
    done = pytest_in(suite, "-p", "tests.environment", *IN_THREE)
    assert done.returncode == 0, done.stdout
    folders = [folder for name in ("gw0", "gw1", "gw2") for folder in (suite / name).read_text().splitlines()]
    assert len(set(folders)) == 6
    assert [folder for folder in folders if Path(folder).exists()] == []


def test_those_of_run_stay_in_one_process_and_so_does_each_file_of_browser_tests(suite: Path) -> None:
    source = (
        "import time\n"
        "def test_a(worker_id, request):\n"
        "    print(worker_id, request.path.parent.name, request.path.name)\n"
        "    time.sleep(0.2)\n"
        "test_b = test_a\n"
    )
    for folder in ("operations", "browser", "web"):
        for name in ("test_one.py", "test_two.py"):
            path = suite / "tests" / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
    done = pytest_in(suite, *IN_THREE, "--import-mode=importlib", "-rP")
    assert "12 passed" in done.stdout, done.stdout
    ran = re.findall(r"^(gw\d) (operations|browser) (test_\w+.py)$", done.stdout, re.MULTILINE)
    assert len(ran) == 8
    assert len({process for process, folder, _ in ran if folder == "operations"}) == 1
    of_browser = {(process, name) for process, folder, name in ran if folder == "browser"}
    assert len(of_browser) == len({process for process, _ in of_browser}) == 2


def test_a_template_is_made_anew_after_a_change_of_a_migration(tmp_path: Path) -> None:
    migrations = template_database.migration_files()
    assert {path.parent.parent.name for path in migrations} > {"layers", "people", "contributions"}
    first = tmp_path / "layers" / "migrations" / migrations[0].name
    first.parent.mkdir(parents=True)
    first.write_bytes(migrations[0].read_bytes())
    before = template_database.digest([first], made_by="15")
    assert template_database.digest([first], made_by="15") == before
    assert template_database.digest([first], made_by="16") != before
    first.write_bytes(first.read_bytes() + b"\n")
    assert template_database.digest([first], made_by="15") != before


@pytest.mark.django_db
def test_the_database_of_the_tests_is_a_copy_of_the_only_template() -> None:
    template = connection.settings_dict["TEST"]["TEMPLATE"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
            [template.rpartition("_")[0]],
        )
        assert cursor.fetchall() == [(template,)]
