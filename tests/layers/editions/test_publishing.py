"""Nothing goes public unasked when an error was found in it, or it lies elsewhere: one rule for every way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command

from layers import undoing
from layers.editions import life, publishing
from layers.editions.life import DoubtfulError
from layers.editions.publishing import Consent
from layers.findings.finding import Finding
from layers.findings.report import Report
from layers.importing.import_file import ImportRequest, load
from layers.models import Edition, Layer, LayerEvent
from tests import factories as make
from tests.factories import NOON
from tests.layers import files
from tests.layers.imports import command

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 1)
YES, WITH_REASON = Consent(is_given=True), Consent(is_given=True, reason="Bouvetøya is ours")


def finding(kind: str, severity: Any = "warning") -> Finding:
    values = {"lon": 1.0, "lat": 2.0, "km": 30, "percent": 70.0}
    return Finding(kind=kind, severity=severity, count=1, values=values)


def report_of(*findings: Finding) -> dict[str, Any]:
    return Report(read=1, loaded=1, checks=findings).as_json()


ERROR, ELSEWHERE = report_of(finding("at_zero", "error")), report_of(finding("outside_country"))


def edition(*, report: dict[str, Any], **fields: Any) -> Edition:
    created = make.edition(of=make.layer(), **fields)
    Edition.objects.filter(pk=created.pk).update(report=report)
    created.refresh_from_db()
    return created


@pytest.mark.parametrize(
    "kind",
    ["outside_country", "far_from_home", "far_from_municipality", "beyond_municipality", "stray", "abroad",
     "no_codes", "no_names"],
)  # fmt: skip
def test_what_lies_elsewhere_or_says_nothing_is_asked_about(kind: str) -> None:
    doubts = publishing.doubts(report_of(finding(kind), finding("overlap"), finding("tiny", "note")))
    assert [doubt.kind for doubt in doubts] == [kind]
    assert not publishing.is_answered(doubts, consent=publishing.NO_CONSENT)
    assert not publishing.is_answered(doubts, consent=Consent(reason="a reason without a yes"))
    assert publishing.is_answered(doubts, consent=YES)


@pytest.mark.parametrize("kind", ["outside_use", "at_zero", "too_wide", "stray_vertex", "of a later version"])
def test_every_error_wants_a_reason(kind: str) -> None:
    doubts = publishing.doubts(report_of(finding("stray"), finding(kind, "error")))
    assert [doubt.kind for doubt in doubts] == [kind, "stray"]
    assert not publishing.is_answered(doubts, consent=YES)
    assert not publishing.is_answered(doubts, consent=Consent(is_given=True, reason="  "))
    assert publishing.is_answered(doubts, consent=WITH_REASON)


def test_what_nothing_grave_was_found_in_is_not_asked_about() -> None:
    assert publishing.doubts(report_of(finding("overlap"), finding("beyond_municipality", "note"))) == []
    assert publishing.doubts({}) == []
    assert publishing.is_answered([], consent=publishing.NO_CONSENT)


def save(draft: Edition, **options: Any) -> None:
    life.save(draft, valid_from=DAY, published=True, at=NOON, by="user:7", **options)


def publish(hidden: Edition, **options: Any) -> None:
    life.publish(hidden, published=True, at=NOON, by="user:7", **options)


def restore(withdrawn: Edition, **options: Any) -> None:
    life.restore(withdrawn, at=NOON, by="user:7", **options)


WAYS = [
    (save, {"state": "draft", "number": None, "published": False}, "imported"),
    (publish, {"published": False}, "published"),
    (restore, {"state": "withdrawn"}, "put back"),
]


@pytest.mark.parametrize(("way", "fields", "event"), WAYS)
@pytest.mark.parametrize(
    ("report", "refused", "consent"), [(ERROR, YES, WITH_REASON), (ELSEWHERE, publishing.NO_CONSENT, YES)]
)
def test_each_way_asks_and_the_answer_stands_in_the_log(
    way: Any, fields: Any, event: str, report: Any, refused: Consent, consent: Consent
) -> None:
    asked = edition(report=report, **fields)
    before = (asked.state, asked.published)
    for too_little in (publishing.NO_CONSENT, refused):
        with pytest.raises(DoubtfulError, match="must answer for what was found"):
            way(asked, consent=too_little)
    asked.refresh_from_db()
    assert (asked.state, asked.published) == before
    assert not LayerEvent.objects.exists()
    way(asked, consent=consent)
    asked.refresh_from_db()
    assert (asked.state, asked.published) == ("standing", True)
    (logged,) = LayerEvent.objects.filter(what=event)
    assert logged.detail["doubts"] == [item.kind for item in publishing.doubts(report)]
    assert logged.detail["reason"] == consent.reason


def test_what_only_officials_see_is_not_asked_about() -> None:
    draft = edition(report=ERROR, state="draft", number=None, published=False)
    life.save(draft, valid_from=DAY, published=False, at=NOON, by="")
    life.withdraw(draft, at=NOON, by="")
    life.restore(draft, at=NOON, by="")
    assert Edition.objects.get().state == "standing"


def after(older: Edition, **fields: Any) -> Edition:
    """The edition that ended the older one, and in which nothing was found."""
    Edition.objects.filter(pk=older.pk).update(valid_to=dt.date(2027, 1, 1))
    return make.edition(of=older.layer, **{"number": 2, "valid_from": dt.date(2027, 1, 1), **fields})


@pytest.mark.parametrize(
    ("report", "refused", "consent"), [(ERROR, YES, WITH_REASON), (ELSEWHERE, publishing.NO_CONSENT, YES)]
)
def test_withdrawing_asks_about_the_edition_that_everyone_sees_again_and_logs_the_answer(
    report: Any, refused: Consent, consent: Consent
) -> None:
    older = edition(report=report)
    newest = after(older)
    for too_little in (publishing.NO_CONSENT, refused):
        with pytest.raises(DoubtfulError, match="Edition 1 would be in force again") as refusal:
            life.withdraw(newest, at=NOON, by="", consent=too_little)
    assert (refusal.value.edition, refusal.value.instead_of) == (older, newest)
    newest.refresh_from_db()
    assert (newest.state, LayerEvent.objects.exists()) == ("standing", False)
    life.withdraw(newest, at=NOON, by="", consent=consent)
    (logged,) = LayerEvent.objects.all()
    kinds = [item.kind for item in publishing.doubts(report)]
    assert logged.detail == {"reopened": 1, "doubts": kinds, "reason": consent.reason}


@pytest.mark.parametrize("fields", [{"published": False}, {"valid_to": dt.date(2026, 6, 1)}])
def test_withdrawing_does_not_ask_about_what_is_hidden_or_stays_as_it_is(fields: dict[str, Any]) -> None:
    older = edition(report=ERROR)
    newest = after(older)
    Edition.objects.filter(pk=older.pk).update(**fields)
    life.withdraw(newest, at=NOON, by="")
    assert newest.state == "withdrawn"


def hidden() -> Edition:
    asked = edition(report=ERROR, published=True)
    life.publish(asked, published=False, at=NOON, by="")
    return asked


def withdrawn() -> Edition:
    asked = edition(report=ERROR, published=True)
    life.withdraw(asked, at=NOON, by="")
    return asked


def followed() -> Edition:
    asked = edition(report=ERROR, published=True)
    newest = after(asked, state="draft", published=False, number=None)
    life.save(newest, valid_from=newest.valid_from, published=True, at=NOON, by="")
    return asked


@pytest.mark.parametrize("happen", [hidden, withdrawn, followed])
def test_an_undo_after_which_everyone_sees_it_asks_and_takes_the_answer(happen: Any) -> None:
    asked = happen()
    event = LayerEvent.objects.exclude(what="closed").get()
    for consent in (publishing.NO_CONSENT, YES):
        with pytest.raises(DoubtfulError) as refusal:
            undoing.undo(event, at=NOON, by="", consent=consent)
        assert refusal.value.edition == asked
    undoing.undo(event, at=NOON, by="", consent=WITH_REASON)
    asked.refresh_from_db()
    assert (asked.state, asked.published, asked.valid_to) == ("standing", True, None)
    assert LayerEvent.objects.order_by("-pk")[0].detail["reason"] == WITH_REASON.reason


ZERO = [
    files.feature(shapely.box(0, 0, 0.1, 0.1), code="A", name="A"),
    files.feature(files.BOX, code="B", name="B"),
]
ABROAD = [files.feature(shapely.box(13.3, 52.5, 13.4, 52.6), code="A", name="A")]


def test_a_first_import_that_publishes_at_once_is_refused_wholly(tmp_path: Path) -> None:
    path = files.geojson(tmp_path, files.collection(*ZERO))
    request = ImportRequest(path=path, kind="boundary", name="a", owner="NO-4012")
    with pytest.raises(DoubtfulError):
        load(request, at=NOON)
    assert not Layer.objects.exists()


def arguments(*options: str) -> tuple[str, ...]:
    return ("--kind", "boundary", "--name", "a", "--owner", "NO-4012", *options)


def test_the_import_command_needs_force_and_a_reason_for_an_error(tmp_path: Path) -> None:
    path = files.geojson(tmp_path, files.collection(*ZERO))
    for options in ((), ("--force",)):
        with pytest.raises(
            CommandError, match="--force --reason TEXT publishes it all the same; --unpublished"
        ):
            command(path, *arguments(*options))
    with pytest.raises(CommandError, match="--reason goes with --force"):
        command(path, *arguments("--reason", "x"))
    assert not Edition.objects.exists()
    command(path, *arguments("--force", "--reason", "Null Island is ours"))
    assert Edition.objects.get().published
    assert LayerEvent.objects.get(what="imported").detail["reason"] == "Null Island is ours"


def test_the_import_command_needs_force_for_what_lies_abroad_or_loads_it_for_officials(
    tmp_path: Path,
) -> None:
    path = files.geojson(tmp_path, files.collection(*ABROAD))
    with pytest.raises(CommandError, match=r"outside the owner's country.*\n--force publishes"):
        command(path, *arguments())
    command(path, *arguments("--unpublished"))
    with pytest.raises(CommandError, match=r"--force publishes it all the same$"):
        call_command("publish_layer", "NO-4012", "a")
    call_command("publish_layer", "NO-4012", "a", "--force")
    call_command("roll_back_layer", "NO-4012", "a")
    with pytest.raises(CommandError, match="--force publishes"):
        call_command("put_back_layer", "NO-4012", "a")
    call_command("put_back_layer", "NO-4012", "a", "--force", "--reason", "It is so")
    assert LayerEvent.objects.get(what="put back").detail["reason"] == "It is so"


def test_the_command_that_withdraws_needs_force_where_the_edition_before_is_asked_about() -> None:
    older = edition(report=ERROR)
    newest = after(older)
    names = (older.layer.owner, older.layer.name)
    with pytest.raises(CommandError, match="--force --reason TEXT withdraws edition 2 all the same"):
        call_command("roll_back_layer", *names)
    call_command("roll_back_layer", *names, "--force", "--reason", "It is so")
    newest.refresh_from_db()
    assert newest.state == "withdrawn"
