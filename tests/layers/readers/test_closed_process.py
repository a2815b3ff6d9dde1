"""The processes that files are read in: what each may do, what it inherits, and how it ends."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from layers.readers import read_file, spreadsheet, warm_server
from layers.readers.closed import limits, wire
from layers.readers.closed.drivers import DRIVERS
from layers.readers.pieces import Piece
from layers.readers.reading_process import ReadingProcess
from layers.readers.warm_server import WarmServer
from tests.layers import files
from tests.layers.hostile import Listener
from tests.layers.workbooks import xlsx

# In place of the conversation about a file: shut in as for one, it tells what it can do.
PROBE = """
import sys; sys.path.append(sys.argv[1])
from closed import process, server, wire
import json, os, resource, socket, time

def tried(action, *arguments):
    try:
        action(*arguments)
    except OSError:
        return "refused"
    return "done"

def talk(connection):
    asked = json.loads(wire.receive(connection, most=10_000))
    network = process.confine(asked["format"])
    if asked.get("sleeps"):
        wire.send(connection, json.dumps({"process": os.getpid(), "server": os.getppid()}).encode())
        time.sleep(60)
    report = {
        "server": os.getppid(),
        "network": network,
        "connected": tried(socket.create_connection, ("127.0.0.1", asked["port"]), 2),
        "limits": {
            name: resource.getrlimit(number) for name, number in vars(resource).items() if "RLIMIT_" in name
        },
        "umask": os.umask(0),
        "files": sorted(os.listdir("/proc/self/fd")),
        "environment": dict(os.environ),
        "modules": sorted(sys.modules),
    }
    with open(asked["folder"] + "/written", "wb", buffering=0) as file:
        report["written"] = tried(file.write, b"x")
    if asked["format"] != "GeoJSON":
        from closed import features
        with features._gdal() as pyogrio:
            report["drivers"] = sorted(pyogrio.list_drivers())
    wire.send(connection, json.dumps(report).encode())

server.main(int(sys.argv[2]), talk=talk)
"""


@pytest.fixture
def probe() -> Iterator[WarmServer]:
    server = WarmServer(start=PROBE)
    yield server
    server.close()


def read_shapes(folder: Path, *, server: WarmServer) -> None:
    piece = Piece(name="a", format="GeoPackage", path=files.geopackage(folder))
    with ReadingProcess([piece], server=server) as process:
        assert process.layers[0][0].name == "kretser"


def read_sheet(folder: Path, *, server: WarmServer) -> None:
    path = xlsx(folder / "t.xlsx", {"A": [["a", "b"], [1, 2]]})
    assert spreadsheet.read(path, server=server).cells == [["a", "b"], ["1", "2"]]


# Every way in which a file from outside is opened.
READERS = (read_shapes, read_sheet)
Reader = Callable[..., None]


def answer_of(server: WarmServer, **question: Any) -> dict[str, Any]:
    """What a process of the server's says of itself."""
    connection, outcome = server.process()
    try:
        with connection:
            wire.send(connection, json.dumps(question).encode())
            answer: dict[str, Any] = json.loads(
                wire.receive(connection, most=1_000_000, until=time.monotonic() + 30)
            )
            return answer
    finally:
        os.close(outcome)


def is_running(process: int) -> bool:
    """Not so of a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def has_ended(process: int) -> bool:
    for _attempt in range(300):
        if not is_running(process):
            return True
        time.sleep(0.05)
    return False


def is_reaped(process: int) -> bool:
    """It has ended, and is no zombie of ours either."""
    for _attempt in range(300):
        if not Path(f"/proc/{process}").exists():
            return True
        time.sleep(0.05)
    return False


def are_gone(server: int) -> bool:
    """The server has no process left, and no zombie."""
    for _attempt in range(300):
        parents = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                parents.append(int(stat.read_text().rpartition(")")[2].split()[1]))
        if server not in parents:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("form", [*DRIVERS, "GeoJSON", spreadsheet.FORMAT])
def test_a_process_has_one_driver_its_limits_and_no_network(
    probe: WarmServer, tmp_path: Path, listener: Listener, form: str
) -> None:
    """The list of drivers is held against the installed GDAL: an update that brings a new one fails here."""
    answer = answer_of(probe, format=form, folder=str(tmp_path), port=listener.port)
    assert answer.get("drivers", []) == ([DRIVERS[form]] if form in DRIVERS else [])
    memory = limits.GEOJSON_MEMORY_BYTES if form == "GeoJSON" else limits.MEMORY_BYTES
    expected = {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": limits.CPU_SECONDS,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NOFILE": limits.OPEN_FILES,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
    }
    assert {name: answer["limits"][name] for name in expected} == {
        name: [value, value] for name, value in expected.items()
    }
    assert (answer["written"], answer["umask"]) == ("refused", 0o077)
    # Many containers refuse it: then it must be said, and is nothing that passes for a fence.
    assert (answer["network"] == 0) == (answer["connected"] == "refused")
    assert listener.calls == (0 if answer["network"] == 0 else 1)
    if os.geteuid() == 0:
        assert answer["network"] == 0


def test_a_process_inherits_nothing_of_ours(
    probe: WarmServer, tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hemmelig")
    with (tmp_path / "open").open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        answer = answer_of(probe, format="GeoPackage", folder=str(tmp_path), port=listener.port)
    allowed = {*warm_server.environment(), "GDAL_SKIP", "LC_CTYPE"}
    assert set(answer["environment"]) <= allowed
    # Input, output and errors lead nowhere; the conversation; the folder that is being listed.
    assert answer["files"] == ["0", "1", "2", "3", "4"]
    server = Path(f"/proc/{answer['server']}")
    assert "hemmelig" not in (server / "environ").read_text()
    assert str(tmp_path / "open") not in {os.readlink(link) for link in (server / "fd").iterdir()}


def test_the_server_has_loaded_neither_gdal_nor_geos(
    probe: WarmServer, tmp_path: Path, listener: Listener
) -> None:
    answer = answer_of(probe, format="GeoJSON", folder=str(tmp_path), port=listener.port)
    assert "numpy" in answer["modules"]
    assert {"pyogrio", "shapely", "django", "pandas"}.isdisjoint(answer["modules"])
    maps = Path(f"/proc/{answer['server']}/maps").read_text()
    assert "numpy" in maps
    assert "gdal" not in maps.casefold()
    assert "geos" not in maps.casefold()


def test_a_process_ends_when_nobody_waits_for_it(probe: WarmServer) -> None:
    answer = answer_of(probe, format="GeoPackage", sleeps=True)
    assert has_ended(answer["process"])
    assert is_running(answer["server"])
    assert are_gone(answer["server"])


def test_the_server_and_its_processes_end_with_whoever_started_them(tmp_path: Path) -> None:
    script = tmp_path / "ours.py"
    script.write_text(
        "import json, sys, time\n"
        "sys.path[:0] = json.loads(sys.argv[1])\n"
        "from tests.layers.readers.test_closed_process import PROBE, WarmServer, wire\n"
        "connection, outcome = WarmServer(start=PROBE).process()\n"
        "wire.send(connection, json.dumps({'format': 'GML', 'sleeps': True}).encode())\n"
        "print(wire.receive(connection, most=1000).decode(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script), json.dumps(sys.path)], stdout=subprocess.PIPE, text=True
    ) as ours:
        assert ours.stdout is not None
        answer = json.loads(ours.stdout.readline())
        ours.send_signal(signal.SIGKILL)
        assert has_ended(answer["server"])
        assert has_ended(answer["process"])


def test_a_process_ends_with_the_server_and_the_next_file_has_a_new_one(
    probe: WarmServer, tmp_path: Path
) -> None:
    connection, outcome = probe.process()
    with connection:
        wire.send(connection, json.dumps({"format": "KML", "sleeps": True}).encode())
        answer = json.loads(wire.receive(connection, most=1_000))
        os.kill(answer["server"], signal.SIGKILL)
        assert has_ended(answer["process"])
    os.close(outcome)
    again = answer_of(probe, format="KML", sleeps=True)
    assert again["server"] != answer["server"]


def test_a_file_is_read_although_the_server_has_just_died(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    read_file.rows(path)
    server = warm_server.SERVER._server
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert len(read_file.rows(path).geometries) == 2
    assert warm_server.SERVER._server is not None
    assert are_gone(warm_server.SERVER._server.pid)


def test_a_server_that_nobody_asks_goes_and_comes_back(tmp_path: Path) -> None:
    start = warm_server.START.replace("int(sys.argv[2])", "int(sys.argv[2]), idle_seconds=0.2")
    server = WarmServer(start=start)
    piece = Piece(name="a", format="GeoPackage", path=files.geopackage(tmp_path))
    pids = set()
    for _attempt in range(2):
        with ReadingProcess([piece], server=server) as process:
            assert len(process.rows(piece, numbers=[0])[0].geometries) == 2
        assert server._server is not None
        pids.add(server._server.pid)
        assert is_reaped(server._server.pid)
    server.close()
    assert len(pids) == 2


def test_a_server_that_was_killed_is_reaped_before_the_next_file(probe: WarmServer) -> None:
    answer = answer_of(probe, format="KML", sleeps=True)
    os.kill(answer["server"], signal.SIGKILL)
    assert is_reaped(answer["server"])


@pytest.mark.parametrize("read", READERS)
def test_a_system_that_leaves_the_network_open_is_named_in_the_log_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, read: Reader
) -> None:
    no_such_flag = "from closed import process; process._NEW_USER_AND_NETWORK = 1;"
    start = warm_server.START.replace(
        "from closed import server;", f"{no_such_flag} from closed import server;"
    )
    server = WarmServer(start=start)
    with caplog.at_level(logging.WARNING, logger=warm_server.__name__):
        for _attempt in range(2):
            read(tmp_path, server=server)
    server.close()
    (record,) = caplog.records
    assert "EINVAL" in record.getMessage()
    assert "One format and dead proxies remain" in record.getMessage()


@pytest.mark.parametrize("read", READERS)
def test_a_process_that_a_limit_ends_differs_from_one_that_breaks(tmp_path: Path, read: Reader) -> None:
    for action, word in (("os.kill(os.getpid(), 9)", "memory or time"), ("1 / 0", "damaged")):
        start = warm_server.START.replace(
            "server.main(int(sys.argv[2]))",
            f"import os; server.main(int(sys.argv[2]), talk=lambda connection: {action})",
        )
        server = WarmServer(start=start)
        with pytest.raises(read_file.ReadError, match=word):
            read(tmp_path, server=server)
        server.close()


@pytest.mark.parametrize("read", READERS)
def test_files_of_every_kind_come_from_the_one_server_and_leave_nothing(tmp_path: Path, read: Reader) -> None:
    server = WarmServer()
    read_shapes(tmp_path, server=server)
    assert server._server is not None
    first = server._server.pid
    read(tmp_path, server=server)
    assert server._server.pid == first
    assert are_gone(first)
    server.close()


def test_a_file_is_opened_once_however_much_of_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[Piece]] = []

    class Counted(ReadingProcess):
        def __init__(self, pieces: Any, **options: Any) -> None:
            begun.append(pieces)
            super().__init__(pieces, **options)

    monkeypatch.setattr(read_file, "ReadingProcess", Counted)
    path = files.geopackage(tmp_path)
    files.geopackage(tmp_path, layer="andre")

    def choose(contents: read_file.Contents) -> read_file.Choice:
        assert [layer.name for layer in contents.layers] == ["andre", "kretser"]
        return read_file.Choice(layers=["kretser"], beside=["andre"])

    reading = read_file.read(path, choose=choose)
    assert reading.rows is not None
    assert reading.beside is not None
    assert (reading.rows.layers[0], reading.beside.layers[0]) == ("kretser", "andre")
    assert len(begun) == 1


TWO_READERS = """
import os, signal, socket, sys, time
sys.path.append(sys.argv[1])
from closed import server
control, ours = socket.socketpair()
serving = server._Server(control, talk=lambda connection: connection.recv(1))

def asked():
    conversation, theirs = socket.socketpair()
    outcome, ends = os.pipe()
    socket.send_fds(ours, [b"x"], [theirs.fileno(), ends])
    theirs.close()
    os.close(ends)
    return conversation, outcome

first, outcome = asked()
assert serving._answer({control.fileno()})
(number,) = serving._outcomes.values()
first.close()
os.close(outcome)
while not os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT):
    time.sleep(0.01)
second, outcome = asked()
assert serving._answer({control.fileno(), serving._ended, number})
assert list(serving._outcomes.values()) == [number], "the test needs the same number"
assert serving._poll.poll(200) == [], "the second was ended"
assert os.waitpid(-1, os.WNOHANG) == (0, 0), "the second was ended"
second.close()
time.sleep(0.2)
assert serving._answer({serving._ended})
print(os.read(outcome, 16).decode())
"""


def test_a_number_that_is_given_anew_ends_nobody_elses_process() -> None:
    """Two readers at once: the first gives up while its process ends and the second's begins."""
    ended = subprocess.run(
        [sys.executable, "-c", TWO_READERS, str(Path(warm_server.__file__).parent)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.stderr, ended.stdout) == ("", "0\n")
