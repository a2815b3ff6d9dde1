"""The private cluster of ./run: made, found again, mended after a hard stop."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from tests.operations.checkout import ROOT, run

STUB = 'import os, sys\nif sys.argv[1:] == ["url"]:\n    print(os.environ["DATABASE_URL"])\n'


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small one: ./run and its scripts, this very Python, and a manage.py that prints DATABASE_URL."""
    here = tmp_path_factory.mktemp("checkout").resolve()
    shutil.copy(ROOT / "run", here)
    shutil.copytree(ROOT / "docker", here / "docker")
    shutil.copy(ROOT / "requirements.lock", here)
    shutil.copy(ROOT / "requirements-dev.lock", here)
    (here / "manage.py").write_text(STUB)
    (here / ".local" / "stamps").mkdir(parents=True)
    (here / ".local" / "venv").symlink_to(sys.prefix)
    lock = sha256((here / "requirements.lock").read_bytes()).hexdigest()
    (here / ".local" / "stamps" / "python").write_text(lock + "\n")
    yield here
    run("stop", at=here, DATABASE_URL="")
    shutil.rmtree(f"/var/lib/mapdialog/{sha256(str(here).encode()).hexdigest()[:12]}", ignore_errors=True)


def url_of(checkout: Path) -> str:
    done = run("manage", "url", at=checkout, DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def answer(url: str, query: str) -> str:
    with psycopg.connect(url) as connection:
        return str(connection.execute(query).fetchone()[0])


def data_of(url: str) -> Path:
    return Path(answer(url, "SHOW data_directory"))


def test_it_is_made_once_and_found_again(checkout: Path) -> None:
    url = url_of(checkout)
    answer(url, "SELECT set_config('search_path', 'public', false)")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
    assert url_of(checkout) == url
    assert answer(url, "SHOW server_encoding") == "UTF8"
    assert answer(url, "SHOW jit") == "off"  # docker/postgresql.conf is in force


def test_strangers_on_the_same_machine_cannot_enter(checkout: Path) -> None:
    url = url_of(checkout)
    assert answer(url, "SHOW listen_addresses") == "127.0.0.1"
    assert answer(url, "SHOW unix_socket_directories") == ""
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(re.sub(r":[^:@]+@", ":wrong@", url))
    assert (checkout / ".local" / "database_password").stat().st_mode & 0o077 == 0


def test_it_comes_back_after_a_crash(checkout: Path) -> None:
    data = data_of(url_of(checkout))
    os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert answer(url_of(checkout), "SELECT 1") == "1"


def test_a_number_of_another_process_does_not_fool_it(checkout: Path) -> None:
    """After a restart of the machine another program may have the number that postmaster.pid names."""
    data = data_of(url_of(checkout))
    assert run("stop", at=checkout, DATABASE_URL="").returncode == 0
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    assert answer(url_of(checkout), "SELECT 1") == "1"


def test_it_moves_when_its_port_is_taken(checkout: Path) -> None:
    before = url_of(checkout)
    assert run("stop", at=checkout, DATABASE_URL="").returncode == 0
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(re.search(r":(\d+)/", before).group(1))))
        other.listen()
        after = url_of(checkout)
    assert after != before
    assert answer(after, "SELECT 1") == "1"


def test_two_at_once_make_one(checkout: Path) -> None:
    assert run("stop", at=checkout, DATABASE_URL="").returncode == 0
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    both = [
        subprocess.Popen(
            [checkout / "run", "manage", "url"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = {process.communicate(timeout=120)[0] for process in both}
    assert len(answers) == 1
    assert answer(answers.pop().strip(), "SELECT 1") == "1"
