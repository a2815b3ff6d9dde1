"""Numbers for those who run the service, and for nobody else."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db


def value(text: str, name: str) -> float:
    match = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(match[1]) if match else 0.0


def test_requests_are_counted_by_route_and_never_by_address(client: Client) -> None:
    name = 'mapdialog_requests_total{method="GET",route="api:list_consultations",status="200"}'
    before = value(client.get("/metrics").content.decode(), name)
    client.get("/api/v1/consultations")
    client.get("/secret-address-of-somebody")
    text = client.get("/metrics").content.decode()
    assert value(text, name) == before + 1
    assert "secret-address" not in text
    assert 'mapdialog_request_seconds_count{method="GET",route="api:list_consultations"}' in text


def test_an_invented_method_makes_no_new_series(client: Client) -> None:
    client.generic("BREW", "/")
    assert "BREW" not in client.get("/metrics").content.decode()


def test_the_workers_age(client: Client) -> None:
    assert value(client.get("/metrics").content.decode(), "mapdialog_worker_age_seconds") == float("inf")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '90 seconds')"
        )
    age = value(client.get("/metrics").content.decode(), "mapdialog_worker_age_seconds")
    assert 89 <= age <= 91


def test_with_a_token_only_its_bearer_reads(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "t0ken"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200


def test_without_a_token_only_this_machine_reads(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 404
