import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.web import strict_json

EXACT = st.integers(-(2**53), 2**53)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none() | st.booleans() | EXACT | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_plain_json_is_read_as_it_was_written(value: object) -> None:
    assert strict_json.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": ["\\u0000"]}',
        b'{"a": 100000000000000000000}',
        b"\xff\xfe",
        b"",
        b'{"a": 1} x',
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_what_could_be_understood_in_two_ways_is_refused(body: bytes) -> None:
    with pytest.raises(strict_json.StrictJsonError):
        strict_json.loads(body)


def test_brackets_inside_a_text_are_not_depth() -> None:
    text = "[" * 5000 + '\\"' + "{"
    assert strict_json.loads(json.dumps([text]).encode()) == [text]


def test_an_object_may_not_have_thousands_of_names() -> None:
    body = json.dumps({str(number): number for number in range(strict_json.MAX_MEMBERS + 1)}).encode()
    with pytest.raises(strict_json.StrictJsonError):
        strict_json.loads(body)
