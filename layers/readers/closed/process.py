"""A process that a file from outside is read in: shut in first, then asked what the file holds and for rows.

A message is JSON, or bytes. We ask with `format` and `files`, each with its `path` and the `encodings` its
text may be in. The answer says in `files` which source layers each holds, and in `network` whether the system
has shut off the network (0) or why not (an errno). Then, as often as wanted, we name a `file` and some
`layers` of it, both by number, and get the rows: the header of each of these `layers`, and in a second
message the lengths of their shapes (int32, -1 for none), their values as JSON (by column, or a list of
rows), and their shapes as WKB. Of a workbook we ask at once for the cells of a `sheet` ("" for the first that
has any), and that answer is all. Instead of any answer there may come `{"error": code, ...}`: it is the last.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import signal
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

from . import wire
from .drivers import DRIVERS, skipped
from .limits import CPU_SECONDS, GEOJSON_MEMORY_BYTES, MAX_QUESTION_BYTES, MEMORY_BYTES, OPEN_FILES
from .source_layer import RefusedError, Rows, SourceLayer

# Written files: none. No process is started. (Root is not held to the number of processes.)
_LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NOFILE: OPEN_FILES,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_CORE: 0,
}
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class _File(Protocol):
    """A file that is open: its source layers, and the rows of some of them, by number, in that order."""

    @property
    def layers(self) -> Sequence[SourceLayer]: ...

    def rows(self, numbers: Sequence[int]) -> list[Rows]: ...


def talk(connection: socket.socket) -> None:
    """The whole conversation about files of one format, until the other side hangs up."""
    with suppress(wire.EndedError):
        try:
            request = _asked(connection)
            network = confine(request["format"], folder=os.path.dirname(request["files"][0]["path"]))
            if request["format"] == "Workbook":
                return _answer(connection, {"network": network, **_sheet(request)})
            files = [_opened(request["format"], file) for file in request["files"]]
            layers = [[asdict(layer) for layer in file.layers] for file in files]
            _answer(connection, {"network": network, "files": layers})
            while True:
                wanted = _asked(connection)
                encoded = [_encoded(rows) for rows in files[wanted["file"]].rows(wanted["layers"])]
                _answer(connection, {"layers": [header for header, _parts in encoded]})
                wire.send(connection, *(part for _header, parts in encoded for part in parts))
        except RefusedError as refused:
            _answer(connection, refused.answer)
        except MemoryError:
            _answer(connection, {"error": "resources"})


def confine(form: str, *, folder: str = "/") -> int:
    """Leaves this process one format, no network, and no more memory, time and files than needed.

    Before GDAL is loaded: it looks at its environment then, and never again. The working directory becomes
    `folder`. Answers 0, or the errno with which the system refuses to shut off the network, as many
    containers do: then the dead proxies and the one driver must do.
    """
    os.environ["GDAL_SKIP"] = skipped(DRIVERS.get(form, ""))
    os.chdir(folder)
    os.umask(0o077)
    server = os.getppid()
    system = ctypes.CDLL(None, use_errno=True)
    network = ctypes.get_errno() if system.unshare(_NEW_USER_AND_NETWORK) != 0 else 0
    die_with(server)  # once more: a new user namespace may make the system forget it
    memory_bytes = GEOJSON_MEMORY_BYTES if form == "GeoJSON" else MEMORY_BYTES
    for limit, value in {resource.RLIMIT_AS: memory_bytes, **_LIMITS}.items():
        resource.setrlimit(limit, (value, value))
    gc.disable()  # millions of lists of two numbers each, no cycles among them, and a short life
    return network


def die_with(parent: int) -> None:
    """The system kills this process when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _asked(connection: socket.socket) -> dict[str, Any]:
    question: dict[str, Any] = json.loads(wire.receive(connection, most=MAX_QUESTION_BYTES))
    return question


def _answer(connection: socket.socket, header: dict[str, Any]) -> None:
    wire.send(connection, json.dumps(header).encode())


def _encoded(rows: Rows) -> tuple[dict[str, Any], list[bytes]]:
    lengths = [-1 if shape is None else len(shape) for shape in rows.shapes]
    parts = [
        struct.pack(f"<{len(lengths)}i", *lengths),
        json.dumps(rows.columns if rows.records is None else rows.records).encode(),
        b"".join(shape for shape in rows.shapes if shape is not None),
    ]
    header = {
        "layer": asdict(rows.layer),
        "faults": rows.faults,
        "notes": rows.notes,
        "warnings": rows.warnings,
        "members": rows.members,
        "sizes": [len(part) for part in parts],
    }
    return header, parts


def _sheet(request: dict[str, Any]) -> dict[str, Any]:
    from . import workbook

    return workbook.sheet(request["files"][0]["path"], wanted=request["sheet"])


def _opened(form: str, file: dict[str, Any]) -> _File:
    """Imports what the format needs: GEOS or GDAL, each a third of a small file's time."""
    path, encodings = file["path"], file["encodings"]
    if form == "GeoJSON":
        from . import geojson

        return geojson.GeoJsonFile(path)
    if form == "GML":
        from . import gml

        return gml.GmlFile(path)
    if form == "GeoPackage":
        from . import geopackage

        return geopackage.GeoPackageFile(path)
    if form == "KML":
        from . import kml

        return kml.KmlFile(path)
    from . import features

    return features.GdalFile(path, form=form, encodings=encodings)
