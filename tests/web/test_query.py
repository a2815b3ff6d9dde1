from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

import pytest
from django.test import RequestFactory
from django.utils import translation
from pydantic import Field

from mapdialog.web import query
from mapdialog.web.problem import Problem
from mapdialog.web.query import Bounds, Box, Day, Language, Number, OneOf, Query, Several, Text, Whole


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Everything(Query):
    bbox: Annotated[Bounds | None, Box()] = None
    limit: Annotated[int, Whole(1, 1_000)] = 10
    lon: Annotated[float | None, Number(-180, 180)] = None
    day: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, alias="from")
    lang: Annotated[str | None, Language()] = None
    status: Annotated[str | None, OneOf(("open", "closed"))] = None
    theme: Annotated[tuple[str, ...], Several()] = ()
    key: Annotated[str | None, Text()] = None
    words: str = ""


class Needing(Query):
    lon: Annotated[float, Number(-180, 180)]


def ask(text: str = "", **parameters: str) -> Everything:
    request = RequestFactory().get("/", parameters, **({"QUERY_STRING": text} if text else {}))
    return query.read(Everything, request)


def refusal(text: str = "", **parameters: str) -> Problem:
    with pytest.raises(Problem) as caught:
        ask(text, **parameters)
    assert (caught.value.status, caught.value.kind) == (400, "bad-query")
    assert f"“{caught.value.field}”" in caught.value.detail
    return caught.value


def test_each_parameter_is_read_into_its_type() -> None:
    wanted = ask("bbox=9.5,58.9,9.8,59.1&limit=5&lon=-1e1&from=2026-05-31&lang=nb-NO&status=open&theme=b,a,b")
    assert wanted.bbox == (9.5, 58.9, 9.8, 59.1)
    assert (wanted.limit, wanted.lon, wanted.day) == (5, -10.0, dt.date(2026, 5, 31))
    assert (wanted.lang, wanted.status, wanted.theme) == ("nb-NO", "open", ("a", "b"))


def test_what_is_left_out_has_its_default() -> None:
    assert ask() == Everything()
    assert ask().limit == 10


def test_an_empty_text_is_nothing_only_where_that_is_allowed() -> None:
    assert ask("from=").day is None
    assert ask("words=").words == ""
    for name in ("bbox", "limit", "lon", "lang", "status", "key"):
        assert refusal(f"{name}=").field == name


@pytest.mark.parametrize("text", ["sort=name", "limit=1&limit=2", "bbox=%00", "Limit=1", "day=2026-05-31"])
def test_an_unknown_repeated_or_dirty_parameter_is_a_400(text: str) -> None:
    with pytest.raises(Problem) as caught:
        ask(text)
    assert caught.value.status == 400
    assert caught.value.field == text.partition("=")[0]


def test_an_unknown_parameter_is_answered_with_those_there_are() -> None:
    assert refusal("sort=name").detail.endswith(
        "There are: bbox, from, key, lang, limit, lon, status, theme, words."
    )


def test_an_address_without_parameters_takes_none() -> None:
    assert query.read(Query, RequestFactory().get("/")) == Query()
    with pytest.raises(Problem) as caught:
        query.read(Query, RequestFactory().get("/?x=1"))
    assert caught.value.field == "x"


def test_what_is_needed_is_missing_by_its_name() -> None:
    for text in ("/", "/?lon="):
        with pytest.raises(Problem) as caught:
            query.read(Needing, RequestFactory().get(text))
        assert (caught.value.status, caught.value.field) == (400, "lon")
        assert caught.value.detail == "The parameter “lon” is missing."


@pytest.mark.parametrize(
    "value",
    [
        "1,2,3",
        "1,2,3,4,5",
        "a,2,3,4",
        "nan,2,3,4",
        "1e999,2,3,4",
        "3,2,1,4",
        "1,4,3,2",
        "-181,0,1,1",
        "1,-91,2,2",
        "٣,2,4,4",
    ],
)
def test_a_wrong_bbox_is_a_400(value: str) -> None:
    assert refusal(bbox=value).field == "bbox"


@pytest.mark.parametrize("value", ["0", "1001", "-1", "1.5", "٣", " 5", "99999999999999999999"])
def test_a_wrong_limit_is_a_400(value: str) -> None:
    assert refusal(limit=value).detail == "“limit” must be a whole number from 1 to 1000."


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "1_0", "٣", "181"])
def test_a_wrong_number_is_a_400(value: str) -> None:
    assert refusal(lon=value).detail == "“lon” must be a number from -180 to 180."


@pytest.mark.parametrize("value", ["2026-02-30", "20260101", "1899-12-31", "2201-01-01", "٢٠٢٦-01-01"])
def test_a_wrong_day_is_a_400_under_the_name_that_was_sent(value: str) -> None:
    assert refusal(**{"from": value}).detail == "“from” must be a date such as 2026-05-31."


@pytest.mark.parametrize(
    ("name", "value"), [("lang", "nb_NO"), ("lang", "x" * 40), ("status", "ended"), ("status", "OPEN")]
)
def test_a_word_that_is_none_of_those_is_a_400(name: str, value: str) -> None:
    assert refusal(**{name: value}).field == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "12345678123456781234567812345678",
        "{12345678-1234-5678-1234-567812345678}",
        "urn:uuid:12345678-1234-5678-1234-567812345678",
        "12345678-1234-5678-1234-56781234567٣",
        "12345678-1234-5678-1234-567812345678\n",
    ],
)
def test_an_identifier_is_a_uuid_as_we_write_it(text: str) -> None:
    assert query.identifier(text) is None
    assert str(query.identifier("12345678-1234-5678-1234-56781234567F")) == (
        "12345678-1234-5678-1234-56781234567f"
    )
