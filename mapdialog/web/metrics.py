"""Numbers for the operator's monitoring, at /metrics in Prometheus' text form. No personal data.

Several web processes count together when PROMETHEUS_MULTIPROC_DIR names an empty folder (docs/metrics.md).
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from mapdialog.web import client_address

_LABELS = ("method", "route", "status")
REQUESTS = Counter("mapdialog_requests", "Requests answered", _LABELS)
SECONDS = Histogram(
    "mapdialog_request_seconds",
    "Time from request to answer; a streamed body is not in it",
    ("method", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
SHED = Counter(
    "mapdialog_reads_shed", "Long reads told to come again, because too many were under way", ("route",)
)
_METHODS = {"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"}


class Measured:
    """Middleware: counts and times every request by the name of its route, never by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        # an invented method must not make a new time series
        method = request.method if request.method in _METHODS else "other"
        route = (request.resolver_match and request.resolver_match.view_name) or "none"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - began)
        return response


class WorkerCollector:
    """What the database knows of the worker, looked up when asked. A dead one shows as a growing age."""

    _AGE = "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"
    _WAITING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
    # A queue of its own for each process: that one of them is dead shows in the age of what waits for it.
    _OLDEST = """
        SELECT job.queue_name, extract(epoch FROM now() - min(greatest(event.at, job.scheduled_at)))
        FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
        WHERE job.status = 'todo' AND event.type = 'deferred'
          AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
        GROUP BY 1 ORDER BY 1
    """
    _STALLED = "SELECT task, outcome, count(*) FROM jobs_stall GROUP BY 1, 2 ORDER BY 1, 2"

    def collect(self) -> Iterator[Metric]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(self._AGE)
                age = cursor.fetchone()[0]
                cursor.execute(self._WAITING)
                waiting = cursor.fetchone()[0]
                cursor.execute(self._OLDEST)
                oldest = cursor.fetchall()
                cursor.execute(self._STALLED)
                stalled = cursor.fetchall()
        except DatabaseError:
            return
        seconds = float("inf") if age is None else float(age)
        yield GaugeMetricFamily(
            "mapdialog_worker_age_seconds", "Since a worker last gave a sign of life", seconds
        )
        yield GaugeMetricFamily("mapdialog_tasks_waiting", "Tasks that no worker has taken yet", waiting)
        ages = GaugeMetricFamily(
            "mapdialog_task_waiting_seconds",
            "How long the oldest task of a queue has waited",
            labels=["queue"],
        )
        for queue, waited in oldest:
            ages.add_metric([queue], float(waited))
        yield ages
        lost = CounterMetricFamily(
            "mapdialog_tasks_stalled", "Tasks that lost their worker", labels=["task", "outcome"]
        )
        for task, outcome, count in stalled:
            lost.add_metric([task, outcome], count)
        yield lost


class MailCollector:
    """What became of the mails of the last month: those that nobody got are seen before anybody asks."""

    _MAILS = "SELECT state, count(*) FROM mail_mail GROUP BY 1 ORDER BY 1"

    def collect(self) -> Iterator[Metric]:
        try:
            with connection.cursor() as cursor:
                cursor.execute(self._MAILS)
                states = cursor.fetchall()
        except DatabaseError:
            return
        mails = GaugeMetricFamily("mapdialog_mails", "Mails of the last month", labels=["state"])
        for state, count in states:
            mails.add_metric([state], count)
        yield mails


def metrics(request: HttpRequest) -> HttpResponse:
    """For those with the token, or without one set, for this machine only; nobody else learns it is here."""
    if not _may_read(request):
        raise Http404
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    registry = CollectorRegistry()
    registry.register(WorkerCollector())
    registry.register(MailCollector())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        body = generate_latest(registry)
    else:
        body = generate_latest(REGISTRY) + generate_latest(registry)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        return hmac.compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
        )
    return client_address.is_this_machine(request)
