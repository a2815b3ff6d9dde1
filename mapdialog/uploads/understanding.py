"""What can be said of a file before anybody has chosen: layers, columns with samples, where it may lie."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from layers import crs
from layers.geometry import WGS84
from layers.importing import shapes
from layers.importing.recognition.proposal import Proposal
from layers.readers.read_file import Contents, SourceRows
from layers.reference import catalog
from layers.reference.catalog import Source
from mapdialog.uploads.file_name import plain_text

_SAMPLE_MAX = 40
_CANDIDATES = 8


def of_contents(contents: Contents) -> dict[str, Any]:
    """`format` and `tables`, as JSON."""
    layers = [{**asdict(layer), "columns": list(layer.columns)} for layer in contents.layers]
    return {"format": contents.format, "tables": layers}


def of_proposal(proposal: Proposal) -> dict[str, Any]:
    """The columns with samples, what each seems to be or may be, and the data set, as JSON."""
    source = proposal.source
    return {
        "fields": [
            {
                "name": column.name,
                "samples": [plain_text(sample, most=_SAMPLE_MAX) for sample in column.samples],
                "share": column.filled,
            }
            for column in proposal.columns
        ],
        "roles": {role.role: role.column for role in proposal.roles},
        "others": {role.role: list(role.others) for role in proposal.roles},
        "source": _source(source) if source else None,
        "ties": [_source(tied) for name in proposal.ties if (tied := catalog.source(name))],
    }


def _source(source: Source) -> dict[str, Any]:
    return {"id": source.id, "title": dict(source.title)}


def of_coordinates(rows: SourceRows, *, owner: str) -> dict[str, Any]:
    """What system the file says it is in, and those its coordinates may be in, the likely ones first."""
    if not len(shapes.some_points(rows.geometries)):
        return {"declared": rows.srid, "candidates": []}
    likely = crs.candidates(shapes.typical_points(rows.geometries), owner=owner)[:_CANDIDATES]
    return {"declared": rows.srid, "candidates": [asdict(candidate) for candidate in likely]}


def known_systems() -> list[tuple[int, str]]:
    """Every system that a person may name, with its name."""
    named = {**crs.GEOGRAPHIC, **{srid: name for srid, (name, _box) in crs.PROJECTED.items()}}
    return [(WGS84, named.pop(WGS84)), *sorted(named.items())]
