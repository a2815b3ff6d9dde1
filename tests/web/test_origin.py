import pytest
from django.test import RequestFactory

from mapdialog.web.origin import refuse_other_sites
from mapdialog.web.problem import Problem


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "http://[no address"},
    ],
)
def test_a_write_from_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Problem) as caught:
        refuse_other_sites(RequestFactory().put("/", headers=headers))
    assert caught.value.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
def test_a_write_from_here_or_from_a_program_passes(headers: dict[str, str]) -> None:
    assert refuse_other_sites(RequestFactory().put("/", headers=headers)) is None


def test_reading_is_free() -> None:
    assert refuse_other_sites(RequestFactory().get("/", headers={"Origin": "https://evil.example"})) is None
