"""What the tests of hostile files share: a web server that counts calls, and what came of a file."""

import socket
import threading
from pathlib import Path

import pytest

from layers.readers import read_file
from layers.readers.read_file import ReadError, SourceRows


class Listener:
    """A web server that only counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _address = self._socket.accept()
            except TimeoutError:
                continue
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._socket.close()


def refused(path: Path) -> str:
    """The sentence that the file is refused with."""
    with pytest.raises(ReadError) as error:
        read_file.rows(path)
    sentence = str(error.value)
    assert 10 < len(sentence) < 400
    return sentence


def outcome(path: Path, *, layer: str | None = None) -> SourceRows | ReadError:
    """What is read, or the refusal: any other error is one."""
    try:
        return read_file.rows(path, layer=layer)
    except ReadError as error:
        return error
