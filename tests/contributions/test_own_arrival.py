"""What a file of ours says of being in time is compared with its dates, and never believed alone."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone

from mapdialog.contributions import export
from mapdialog.contributions.models import Contribution, Submission
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CLOSES = "2026-05-04T12:00:00+00:00"
HOUR_BEFORE, HOUR_AFTER = "2026-05-04T11:00:00+00:00", "2026-05-04T13:00:00+00:00"
NEXT_DAYS = "2026-05-06T12:00:00+00:00"


def imported(tmp_path: Path, change: dict[str, Any], **values: Any) -> tuple[Contribution, dict[str, Any]]:
    """A contribution of a file that was changed by hand, into a consultation that closed at noon."""
    consultation = make.consultation(**{"closes_at": make.NOON, "grace": DAY, **values})
    make.contribution(to=consultation, text="her")
    document = json.loads(b"".join(export.geojson(consultation, reader=AnonymousUser())))
    Contribution.objects.all().delete()
    Submission.objects.all().delete()
    document["features"][0]["properties"] |= change
    file, report = tmp_path / "own.geojson", tmp_path / "report.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    streams: dict[str, Any] = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    call_command("import_contributions", str(file), consultation=consultation.slug, report=report, **streams)
    return Contribution.objects.get(), json.loads(report.read_text(encoding="utf-8"))


def changed(arrival: str | None, written: str | None, received: str | None) -> dict[str, Any]:
    return {"arrival": arrival, "written_at": written, "received_at": received}


@pytest.mark.parametrize(
    ("arrival", "written", "received", "by_its_dates"),
    [
        ("in_time", HOUR_BEFORE, HOUR_AFTER, "grace or late"),
        ("in_time", HOUR_AFTER, HOUR_AFTER, "late"),
        ("in_time", CLOSES, CLOSES, "late"),
        ("grace", HOUR_BEFORE, HOUR_BEFORE, "in_time"),
        ("grace", HOUR_AFTER, HOUR_AFTER, "late"),
        ("grace", HOUR_BEFORE, NEXT_DAYS, "late"),
        ("late", HOUR_BEFORE, HOUR_BEFORE, "in_time"),
        ("undated", HOUR_BEFORE, HOUR_BEFORE, "in_time"),
        ("in_time", "2026-05-05", "2026-05-05", "late"),
        ("late", "2026-05-03", "2026-05-03", "in_time"),
    ],
)
def test_what_its_dates_contradict_is_said_and_waits(
    tmp_path: Path, arrival: str, written: str, received: str, by_its_dates: str
) -> None:
    contribution, report = imported(tmp_path, changed(arrival, written, received))
    assert (contribution.arrival, contribution.state) == (arrival, "pending")
    assert contribution.flags == ["arrival-against-dates"]
    note = f"arrival: '{arrival}' does not agree with its dates, by which it is {by_its_dates} here."
    assert [row["note"] for row in report["notes"]] == [note]
    reason = "Whether it was in time does not agree with its dates"
    assert [row["reason"] for row in report["holds"]] == [reason]


@pytest.mark.parametrize(
    ("arrival", "written", "received"),
    [
        ("in_time", HOUR_BEFORE, HOUR_BEFORE),
        ("grace", HOUR_BEFORE, HOUR_AFTER),
        ("late", HOUR_BEFORE, HOUR_AFTER),
        ("late", HOUR_AFTER, HOUR_AFTER),
        ("undated", None, None),
        # on the day on which it closed at noon, all is possible
        ("in_time", "2026-05-04", "2026-05-04"),
        ("grace", "2026-05-04", "2026-05-04"),
        ("late", "2026-05-04", "2026-05-04"),
    ],
)
def test_what_agrees_comes_back_as_it_is(
    tmp_path: Path, arrival: str, written: str | None, received: str | None
) -> None:
    contribution, report = imported(tmp_path, changed(arrival, written, received))
    assert (contribution.arrival, contribution.state, contribution.flags) == (arrival, "published", [])
    assert report["notes"] == []


@pytest.mark.parametrize(("arrival", "state"), [("in_time", "published"), ("late", "pending")])
def test_what_never_closes_is_never_late(tmp_path: Path, arrival: str, state: str) -> None:
    change = changed(arrival, HOUR_AFTER, HOUR_AFTER)
    contribution, _report = imported(tmp_path, change, closes_at=None)
    assert contribution.state == state


@pytest.mark.parametrize(
    ("arrival", "received", "counts_as", "note"),
    [
        (None, HOUR_AFTER, "late", "arrival: it is missing, and is 'late' by received_at."),
        (None, HOUR_BEFORE, "in_time", "arrival: it is missing, and is 'in_time' by received_at."),
        ("late", None, "undated", "arrival: 'late', but received_at is missing: its date is not known."),
        (None, None, "undated", ""),
    ],
)
def test_what_is_missing_is_filled_by_the_dates_alone_and_said(
    tmp_path: Path, arrival: str | None, received: str | None, counts_as: str, note: str
) -> None:
    contribution, report = imported(tmp_path, changed(arrival, received, received))
    assert (contribution.arrival, contribution.state) == (counts_as, "published")
    assert [row["note"] for row in report["notes"]] == ([note] if note else [])


@pytest.mark.parametrize(
    ("changed_at", "note"),
    [
        (HOUR_AFTER, ""),
        ("2026-05-03T12:00:00+00:00", "changed_at: it is earlier than received_at."),
        ("2199-01-01T12:00:00+00:00", "changed_at: it lies ahead, and is taken as now."),
    ],
)
def test_when_it_was_changed_is_not_believed_silently_either(
    tmp_path: Path, changed_at: str, note: str
) -> None:
    change = changed("in_time", HOUR_BEFORE, HOUR_BEFORE) | {"changed_at": changed_at}
    contribution, report = imported(tmp_path, change)
    assert [row["note"] for row in report["notes"]] == ([note] if note else [])
    assert contribution.changed_at is not None
    assert contribution.changed_at <= timezone.now()
