"""The closed process's codes in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from layers.figure import Figure
from layers.readers.closed import limits
from layers.readers.formats import ESRI_JSON, SEQUENCE, TOPOJSON
from layers.readers.source_rows import ReadError


def refusal(answer: Mapping[str, Any]) -> ReadError:
    """The error for an answer `{"error": code, …}`, in the reader's language."""
    code = answer["error"]
    values = {**_VALUES.get(code, {}), **answer}
    if code == "feature":
        values["error"] = _geometry_sentence(answer["why"])
    elif code == "placemark":
        values["error"] = _placemark_sentence(answer["why"])
    sentence = {**_sentences(), **_geojson_sentences(), **_workbook_sentences()}[code]
    return ReadError(sentence % values, option=_OPTIONS.get(code, ""))


def warning(remark: Mapping[str, Any]) -> str:
    """What is doubtful about a file that was read: `{"warning": code, …}` in words."""
    if remark["warning"] == "encoding":
        return _encoding_sentence(remark["encoding"], named=remark["named"])
    sentences = {
        "windows-1252": _("The file is not UTF-8 text, as GeoJSON must be: it was read as Windows-1252."),
        "repeated": _("The file has several columns called “%(names)s”: the first is used."),
    }
    return sentences[remark["warning"]] % remark


def _encoding_sentence(encoding: str, *, named: str) -> str:
    """As what the text was read, and why; `named` is what the file says instead, if anything."""
    if named:
        message = _("The file says that its text is %(named)s, which it is not: it was read as %(encoding)s.")
    elif encoding == "utf-8":
        message = _(
            "The file does not say which encoding its text is in: it was read as %(encoding)s, because all "
            "of it fits."
        )
    else:
        message = _(
            "The file does not say which encoding its text is in: it was read as %(encoding)s, because it is "
            "not UTF-8."
        )
    return message % {"named": _encoding_name(named), "encoding": _encoding_name(encoding)}


def _encoding_name(encoding: str) -> str:
    return {"cp1252": "Windows-1252"}.get(encoding, encoding.upper().replace("ISO8859", "ISO-8859"))


_OPTIONS: Mapping[str, str] = {"crs-member": "--crs"}
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "columns": {"limit": limits.MAX_COLUMNS},
    "features": {"limit": Figure(limits.MAX_FEATURES)},
    "vertices": {"limit": Figure(limits.MAX_VERTICES), "each": Figure(limits.MAX_FEATURE_VERTICES)},
    "text": {"limit": Figure(limits.MAX_TEXT)},
    "lines": {"what": SEQUENCE},
    "topojson": {"what": TOPOJSON},
    "esri-json": {"what": ESRI_JSON},
    "depth": {"limit": limits.MAX_DEPTH},
    "sheet-size": {"rows": Figure(limits.MAX_SHEET_ROWS), "columns": Figure(limits.MAX_SHEET_COLUMNS)},
}


def _sentences() -> dict[str, str]:
    return {
        "damaged": _("The file is damaged, or is not what it says it is."),
        "resources": _("Reading the file takes more memory or time than is allowed. Split or simplify it."),
        "objects": _("The file holds too many tables."),
        "view": _("The GeoPackage holds a view, “%(name)s”. Save the layer as a plain table."),
        "view-sql": _(
            "The view “%(name)s” of the GeoPackage cannot be read: it asks for more than tables and plain "
            "functions. Save the layer as a plain table."
        ),
        "trigger": _(
            "The GeoPackage holds a trigger that does not belong there, “%(name)s”. Save the layer again."
        ),
        "virtual": _(
            "The GeoPackage holds a table that is computed, “%(name)s”. Save the layer as a plain table."
        ),
        "computed": _(
            "The GeoPackage holds a table with computed columns, “%(name)s”. Save it as a plain table."
        ),
        "open": _(
            "The GeoPackage was copied while a program had it open: what was changed last may be missing. "
            "Save the layer and close it there first, then copy it again."
        ),
        "placemark": _("Placemark %(number)d, “%(name)s”: %(error)s"),
        "no-table": _("The file holds no layer with geometry."),
        "no-shapes": _("The layer “%(name)s” holds no geometry. Choose another."),
        "systems": _("The layer “%(name)s” is in several coordinate systems. Export it in one."),
        "columns": _("The file has more than %(limit)d different columns."),
        "features": _("The file has more than %(limit)s features. Split it."),
        "vertices": _(
            "The shapes have too many points: at most %(limit)s in all and %(each)s in one. Simplify them."
        ),
        "text": _("The file holds a text of more than %(limit)s characters."),
        "tag": _("The file holds a text that is too long."),
        "depth": _("The file is nested too deeply."),
        "doctype": _("The file has a document type (DOCTYPE), which is not read. Export it without one."),
        "xml": _("The file is not whole XML: line %(line)d, column %(column)d."),
    }


def _geojson_sentences() -> dict[str, str]:
    return {
        "utf-8": _("The file is not UTF-8 text."),
        "lines": _other_format(),
        "json": _("The file is not JSON: line %(line)d, column %(column)d."),
        "topojson": _other_format(),
        "esri-json": _other_format(),
        "number": _("The file holds a number that is too large."),
        "geojson": _("The file is JSON, but not GeoJSON."),
        "twice": _("The same name is there twice in one object."),
        "constant": _("%(name)s is not a number in GeoJSON."),
        "constant-in": _("Feature %(number)d: %(name)s is not a number in GeoJSON."),
        "no-features": _("The FeatureCollection has no list of features."),
        "no-feature": _("Feature %(number)d is not a Feature."),
        "properties": _("The properties of feature %(number)d are not an object."),
        "crs-member": _("The file's crs member is not understood."),
        "feature": _("Feature %(number)d: %(error)s"),
    }


def _other_format() -> str:
    return _(
        "This seems to be %(what)s, which cannot be read. "
        "Export the layer as GeoPackage, GeoJSON or a zipped Shapefile."
    )


def _placemark_sentence(code: str) -> str:
    return {
        "empty": _("it has no coordinates."),
        "number": _("a coordinate is not a number."),
        "comma": _("the coordinates are not written as longitude,latitude with a point in each number."),
    }[code]


def _workbook_sentences() -> dict[str, str]:
    return {
        "password": _("The workbook has a password. Save it without one."),
        "no-cells": _("The workbook is empty."),
        "no-sheet": _("The workbook has no sheet called “%(name)s”. It has: %(names)s."),
        "sheet-size": _("The sheet “%(name)s” has more than %(rows)s rows or %(columns)s columns."),
    }


def _geometry_sentence(code: str) -> str:
    return {
        "object": _("The geometry is not an object."),
        "empty": _("The geometry has no type or no coordinates."),
        "kind": _("The geometry is of a type that GeoJSON does not have."),
        "collection": _("The GeometryCollection has no list of geometries."),
        "nested": _("A GeometryCollection lies inside another."),
        "list": _("The coordinates are not a list."),
        "position": _("A position must be two or three numbers."),
        "large": _("A coordinate is too large."),
    }[code]
