"""Source layers and their rows through GDAL, by way of pyogrio."""

from __future__ import annotations

import codecs
import math
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from .limits import MAX_COLUMNS, MAX_FEATURE_VERTICES, MAX_FEATURES, MAX_TABLES, MAX_TEXT, MAX_VERTICES
from .source_layer import RefusedError, Rows, SourceLayer
from .visible_text import visible_text

_VERTEX_BYTES = 16
_SHOWN_NAMES = 5
_SHOWN_NAME = 80


class GdalFile:
    """A file whose layers GDAL lists itself: a layer is known by its number, since two may have one name."""

    def __init__(self, path: str, *, form: str, encodings: Sequence[str] = ()) -> None:
        self._path = path
        self._encodings = encodings
        self.layers = described(path, encodings=encodings)
        if form == "FlatGeobuf" and not self.layers:  # what GDAL says of a header that it cannot make out
            raise RefusedError("damaged")

    def rows(self, numbers: Sequence[int]) -> list[Rows]:
        return [
            rows(self._path, name=number, layer=self.layers[number], encodings=self._encodings)
            for number in numbers
        ]


def described(path: str, *, encodings: Sequence[str] = ()) -> list[SourceLayer]:
    """The source layers that GDAL finds, with names made to differ. Raises RefusedError."""
    with _gdal() as pyogrio:
        listed = pyogrio.list_layers(path)
        if len(listed) > MAX_TABLES:
            raise RefusedError("objects")
        layers = []
        for number in range(len(listed)):
            info = pyogrio.read_info(path, layer=number, force_feature_count=True)
            layers.append(
                SourceLayer(
                    name=unicodedata.normalize("NFC", str(listed[number][0])),
                    rows=int(info["features"]),
                    geometry=_plain_type(info["geometry_type"]),
                    crs=str(info["crs"] or ""),
                    columns=different_names(_names([str(name) for name in info["fields"]], encodings)),
                )
            )
    return _with_different_names(layers)


def rows(
    path: str,
    *,
    name: str | int,
    layer: SourceLayer,
    encodings: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
) -> Rows:
    """Every row of the layer that GDAL knows by `name`, or by its number.

    `encodings` are tried in turn, when GDAL reads as if the text is Latin-1. Raises RefusedError.
    """
    # pyogrio makes room in every column for as many rows as it may read: for those that were counted, and
    # for more only where the count was wrong.
    for most in (min(max(layer.rows, 0), MAX_FEATURES), MAX_FEATURES):
        with _gdal() as pyogrio:
            meta, _fids, shapes, values = pyogrio.raw.read(
                path,
                layer=name,
                force_2d=True,
                datetime_as_string=True,
                max_features=most + 1,
                **(options or {}),
            )
        if shapes is None:
            raise RefusedError("no-table")
        if len(shapes) <= most:
            break
    check_size(shapes, n_columns=len(meta["fields"]))
    lists = [_values(column, str(kind)) for column, kind in zip(values, meta["ogr_types"], strict=True)]
    raw_names = [str(name) for name in meta["fields"]]
    names, lists, guesses = _decoded(raw_names, lists, encodings) if encodings else (raw_names, lists, [])
    names = [unicodedata.normalize("NFC", name.replace("|", ".")) for name in names]
    return Rows(
        layer=layer,
        shapes=list(shapes),
        columns=dict(zip(different_names(names), lists, strict=True)),
        warnings=[*repeated_names(names), *guesses],
    )


@contextmanager
def _gdal() -> Iterator[Any]:
    """pyogrio, without what it would import beside (neither needed nor small), its errors as refusals."""
    sys.modules |= dict.fromkeys(("pandas", "geopandas", "pyarrow", "shapely"))  # type: ignore[arg-type]
    import pyogrio

    errors = (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        pyogrio.errors.FieldError,
        pyogrio.errors.CRSError,
        RuntimeError,
        ValueError,
        OverflowError,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield pyogrio
    except errors as error:
        raise RefusedError("damaged") from error


def check_size(shapes: Any, *, n_columns: int) -> None:
    if n_columns > MAX_COLUMNS:
        raise RefusedError("columns")
    if len(shapes) > MAX_FEATURES:
        raise RefusedError("features")
    sizes = [len(shape) // _VERTEX_BYTES for shape in shapes if shape is not None]
    if sum(sizes) > MAX_VERTICES or max(sizes, default=0) > MAX_FEATURE_VERTICES:
        raise RefusedError("vertices")


def _values(column: Any, kind: str) -> list[Any]:
    """Values that JSON can hold. Whole numbers with gaps arrive as floats with NaN."""
    values: list[Any] = column.tolist()
    if column.dtype.kind in "iub":
        return values
    if column.dtype.kind == "f":
        whole = kind.startswith("OFTInteger")
        return [_number(value, whole=whole) for value in values]
    return [plain_value(value) for value in values]


def _number(value: float, *, whole: bool) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if whole else value


def plain_value(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise RefusedError("text")
        return visible_text(value)
    if value is None or isinstance(value, bytes):
        return None
    if isinstance(value, float):
        return _number(value, whole=False)
    if isinstance(value, bool | int):
        return value
    as_list = getattr(value, "tolist", None)
    if as_list is not None:
        plain = as_list()
        return [plain_value(member) for member in plain] if isinstance(plain, list) else plain_value(plain)
    return plain_value(str(value))


def _decoded(
    names: list[str], lists: list[list[Any]], encodings: Sequence[str]
) -> tuple[list[str], list[list[Any]], list[dict[str, str]]]:
    """Names and texts, bytes called Latin-1, in the first encoding that holds them all; which one it is."""
    texts = [value for column in lists for value in column if isinstance(value, str) and not value.isascii()]
    encoding = _first_that_holds([*names, *texts], encodings)
    decode = _decoder(encoding)
    columns = [
        [decode(value) if isinstance(value, str) and not value.isascii() else value for value in column]
        for column in lists
    ]
    is_plain = not texts and all(map(str.isascii, names))  # then every encoding says the same
    guesses = [] if is_plain else [{"warning": "encoding", "encoding": encoding}]
    return [decode(name) for name in names], columns, guesses


def _first_that_holds(texts: Sequence[str], encodings: Sequence[str]) -> str:
    """The last where none does: what it has no letter for is then marked."""
    raw = [text.encode("latin-1", "replace") for text in texts]
    for encoding in encodings:
        make = codecs.getincrementaldecoder(encoding)
        with suppress(UnicodeDecodeError):
            for value in raw:
                make().decode(value)  # a letter cut in half at the end is nothing to go by
            return encoding
    return encodings[-1]


def _decoder(encoding: str) -> Callable[[str], str]:
    make = codecs.getincrementaldecoder(encoding)
    return lambda text: make("replace").decode(text.encode("latin-1", "replace"))


def _names(names: list[str], encodings: Sequence[str]) -> list[str]:
    if not encodings:
        return [unicodedata.normalize("NFC", name.replace("|", ".")) for name in names]
    decode = _decoder(_first_that_holds(names, encodings))
    return [unicodedata.normalize("NFC", decode(name)) for name in names]


def _plain_type(name: Any) -> str:
    """`Polygon` from `Polygon Z`, `Geometry` where a table may hold anything, "" where it holds no shapes."""
    if not name:
        return ""
    plain = str(name).removesuffix(" M").removesuffix(" Z").removesuffix(" ZM").replace("2.5D ", "")
    return "Geometry" if plain in ("Unknown", "GeometryCollection") else plain


def _with_different_names(layers: list[SourceLayer]) -> list[SourceLayer]:
    names = different_names([layer.name for layer in layers])
    return [replace(layer, name=name) for layer, name in zip(layers, names, strict=True)]


def repeated_names(names: Sequence[str]) -> list[dict[str, str]]:
    """A warning that names what is there several times, if anything is."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    shown = ", ".join(name[:_SHOWN_NAME] for name in repeated[:_SHOWN_NAMES])
    return [{"warning": "repeated", "names": shown}] if repeated else []


def different_names(names: Sequence[str]) -> list[str]:
    """The same names; those that are there again with a number behind: `navn`, `navn (2)`."""
    counts: dict[str, int] = {}
    result = []
    for name in names:
        number = counts[name] = counts.get(name, 0) + 1
        result.append(name if number == 1 else f"{name} ({number})")
    return result
