from typing import Any

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


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("https://map.example.org", True),
        ("https://map.example.org:443", True),
        ("https://MAP.example.org", True),
        ("http://map.example.org", False),
        ("http://map.example.org:443", False),
        ("https://map.example.org:8443", False),
        ("https://map.example.org.evil.example", False),
        ("https://other.example.org", True),  # as the operator says
        ("http://other.example.org", False),
    ],
)
def test_scheme_and_port_count_behind_a_proxy_that_ends_tls(
    settings: Any, origin: str, is_ours: bool
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SITE_URL = "https://other.example.org"
    settings.ALLOWED_HOSTS = ["map.example.org"]
    headers = {"Origin": origin, "Host": "map.example.org", "X-Forwarded-Proto": "https"}
    request = RequestFactory().put("/", headers=headers)
    if is_ours:
        assert refuse_other_sites(request) is None
        return
    with pytest.raises(Problem):
        refuse_other_sites(request)


@pytest.mark.parametrize("origin", ["null", "file://", "https://:443", "https://[", ""])
def test_what_is_no_address_is_never_ours(settings: Any, origin: str) -> None:
    settings.SITE_URL = "no address"
    with pytest.raises(Problem):
        refuse_other_sites(RequestFactory().put("/", headers={"Origin": origin}))
