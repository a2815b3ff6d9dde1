"""Just enough of a reader of MVT 2 (protocol buffers) to look into tiles on our own."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Path = list[tuple[int, int]]


@dataclass
class TileLayer:
    """`features` are the properties, `ids` and `paths` (in units of the tile) are in the same order."""

    name: str = ""
    extent: int = 0
    features: list[dict[str, Any]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    paths: list[list[Path]] = field(default_factory=list)


def layers(content: bytes) -> list[TileLayer]:
    return [_layer(value) for number, value in _fields(content) if number == 3]


def _layer(content: bytes) -> TileLayer:
    layer = TileLayer()
    keys: list[str] = []
    values: list[Any] = []
    tags: list[list[int]] = []
    for number, value in _fields(content):
        if number == 1:
            layer.name = value.decode()
        elif number == 2:
            parts = dict(_fields(value))
            tags.append(list(_varints(parts.get(2, b""))))
            layer.ids.append(parts.get(1, 0))
            layer.paths.append(list(_paths(parts.get(4, b""))))
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(_value(value))
        elif number == 5:
            layer.extent = value
    for numbers in tags:
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        layer.features.append({keys[key]: values[value] for key, value in pairs})
    return layer


def _paths(content: bytes) -> Iterator[Path]:
    """Commands of a geometry: 1 begins a path, 2 goes on, 7 closes it; positions are steps from the last."""
    numbers = _varints(content)
    x = y = 0
    path: Path = []
    for command in numbers:
        if command & 7 == 7:
            continue
        if command & 7 == 1 and path:
            yield path
            path = []
        for _step in range(command >> 3):
            x, y = x + _signed(next(numbers)), y + _signed(next(numbers))
            path.append((x, y))
    if path:
        yield path


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _value(content: bytes) -> Any:
    ((number, value),) = _fields(content)
    if number == 1:
        return value.decode()
    if number == 3:
        return struct.unpack("<d", value)[0]
    if number == 6:
        return _signed(value)
    return value


def _fields(content: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        wire = tag & 7
        if wire == 0:
            value, at = _varint(content, at)
            yield tag >> 3, value
        else:
            if wire == 2:
                length, at = _varint(content, at)
            else:
                length = {1: 8, 5: 4}[wire]
            yield tag >> 3, content[at : at + length]
            at += length


def _varints(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = _varint(content, at)
        yield value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
