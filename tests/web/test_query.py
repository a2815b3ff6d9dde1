import pytest
from django.test import RequestFactory

from mapdialog.web import query
from mapdialog.web.problem import Problem


def ask(text: str) -> dict[str, str]:
    return query.parameters(RequestFactory().get("/", QUERY_STRING=text), known={"bbox", "limit"})


def test_known_parameters_are_handed_over() -> None:
    assert ask("bbox=1,2,3,4&limit=5") == {"bbox": "1,2,3,4", "limit": "5"}


@pytest.mark.parametrize("text", ["sort=name", "limit=1&limit=2", "bbox=%00", "Limit=1"])
def test_an_unknown_repeated_or_dirty_parameter_is_a_400(text: str) -> None:
    with pytest.raises(Problem) as caught:
        ask(text)
    assert caught.value.status == 400
    assert caught.value.field == text.partition("=")[0]


@pytest.mark.parametrize(
    "value",
    [
        "",
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
    with pytest.raises(Problem) as caught:
        query.bounds(value)
    assert (caught.value.status, caught.value.field) == (400, "bbox")


def test_a_bbox_is_west_south_east_north() -> None:
    assert query.bounds("9.5,58.9,9.8,59.1") == (9.5, 58.9, 9.8, 59.1)


@pytest.mark.parametrize("value", ["0", "1001", "-1", "1.5", "٣", "", " 5", "5\n", "99999999999999999999"])
def test_a_wrong_limit_is_a_400(value: str) -> None:
    with pytest.raises(Problem):
        query.whole(value, name="limit", minimum=1, maximum=1000)


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "", "1_0", "٣"])
def test_a_wrong_number_is_a_400(value: str) -> None:
    with pytest.raises(Problem):
        query.number(value, name="lon", minimum=-180, maximum=180)


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
