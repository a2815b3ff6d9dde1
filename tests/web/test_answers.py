"""What every answer carries: headers, request ids, problem documents."""

import json
import logging
import sys

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client

from mapdialog.web.logs import JsonFormatter


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/tiles/nothing", "/api/v2/"])
def test_a_missing_api_address_is_a_problem_document(client: Client, path: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "nb"})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["status"] == 404
    assert body["title"]
    assert body["detail"]


def test_a_method_an_address_does_not_take_is_a_problem_document_that_says_which_it_takes(
    client: Client,
) -> None:
    answer = client.delete("/api/v1/consultations")
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert "GET" in answer["Allow"]


@pytest.mark.django_db
def test_the_api_answers_head_as_get_without_a_body(client: Client) -> None:
    answer = client.head("/api/v1/consultations")
    assert answer.status_code == 200
    assert answer["Content-Type"] == client.get("/api/v1/consultations")["Content-Type"]
    assert answer.content == b""


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "words"), [(413, "256 kB"), (408, "for lang tid")])
def test_a_body_that_the_server_did_not_take_is_refused_in_the_reader_s_language(
    client: Client, status: int, words: str
) -> None:
    why = {"mapdialog.refused_body": status}
    page = client.post("/c/somewhere/send", headers={"Accept-Language": "nb"}, **why)
    assert page.status_code == status
    assert words in page.content.decode()
    problem = client.put("/api/v1/anything", headers={"Accept-Language": "nb"}, **why)
    assert problem.status_code == status
    assert problem["Content-Type"] == "application/problem+json"
    assert words in problem.json()["detail"]


def test_a_problem_says_its_length_because_an_answer_without_ends_the_connection(client: Client) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer["Content-Length"] == str(len(answer.content))


def test_what_browsers_ask_for_unasked_is_there(client: Client) -> None:
    icon = client.get("/favicon.ico")
    assert (icon.status_code, icon["Location"]) == (302, "/static/img/icon.svg")
    assert finders.find("img/icon.svg")
    assert b"Disallow: /planner/" in client.get("/robots.txt").content


@pytest.mark.django_db
def test_health_says_ok_and_readiness_asks_the_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_the_process_is_healthy_without_its_database(client: Client) -> None:
    # no django_db mark: any query here would raise
    assert client.get("/healthz").status_code == 200


def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object, **_more: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("mapdialog.opendata.consultations_api.consultations.public", away)
    client.raise_request_exception = False
    answer = client.get("/api/v1/consultations")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_page_carries_a_strict_policy_and_is_not_cached(client: Client) -> None:
    answer = client.get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_data_may_neither_run_nor_load_nor_be_framed(client: Client) -> None:
    answer = client.get("/api/v1/consultations")
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_request_keeps_its_own_id_and_a_dirty_one_is_replaced(client: Client) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-Id": "abcdef12-3456"})["X-Request-Id"] == "abcdef12-3456"
    )
    assert client.get("/healthz", headers={"X-Request-Id": "<script>"})["X-Request-Id"] != "<script>"


def test_a_log_line_is_one_line_of_json_whatever_is_in_it() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "hello\r\n%s", ("\x1b[31m",), sys.exc_info()
        )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["exception"].endswith("two\nlines")


def away(*_arguments: object, **_more: object) -> None:
    raise OperationalError("connection refused")


def test_a_page_says_in_words_that_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapdialog.citizen.views.Consultation.objects.visible_to", away)
    client.raise_request_exception = False
    answer = client.get("/", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "The service is not responding at the moment" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_a_signed_in_person_reads_so_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # the session itself cannot be read; asking again who it is would only wait once more
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore._get_session_from_db", away)
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    for path in ("/planner/", "/admin/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10"), path
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_mistake_of_ours_stays_a_500(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("mapdialog.citizen.views.Consultation.objects.visible_to", wrong)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer


@pytest.mark.django_db
def test_a_missing_token_is_not_called_a_missing_sign_in(client: Client) -> None:
    path = "/api/v1/consultations/x/contributions/00000000-0000-4000-8000-000000000000"
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 401
    assert answer.json()["title"] == "The edit token is missing or wrong"
