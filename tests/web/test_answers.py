"""What every answer carries: headers, request ids, problem documents."""

import json
import logging
import sys

import pytest
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
def test_health_says_ok_and_readiness_asks_the_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_the_process_is_healthy_without_its_database(client: Client) -> None:
    # no django_db mark: any query here would raise
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_page_carries_a_strict_policy_and_is_not_cached(client: Client) -> None:
    answer = client.get("/accounts/login/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


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
