"""A world in which every list of every page has `n` rows, and what to put into an address to reach them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Model

from layers.models import Area, CodeChange, Edition, LayerEvent, Population, Succession
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import keys
from mapdialog.contributions.models import Contribution, Hit
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots.models import AreaSummary, Hotspot, Run
from mapdialog.jobs.models import Job
from mapdialog.people.models import Municipality, User
from mapdialog.uploads.models import Upload
from tests import factories as make

TOKEN = "0123456789abcdef" * 2
TURN_OF_THE_YEAR = dt.date(2026, 1, 1)
# What a table of totals without anything to remark leaves behind (`layers/population/report.py`).
_NONE: dict[str, int] = {"n": 0, "of": 0}
_FIGURES: dict[str, Any] = {
    **dict.fromkeys(("n_without", "n_unmatched", "sexes_added"), 0),
    **dict.fromkeys(("without", "unmatched", "bands", "unread", "notes"), ()),
    "renumbered": {},
    "untold": {},
    **dict.fromkeys(("unlike_total", "summed_totals"), _NONE),
}
# What only some kinds of layers or editions have: the beginning of the route decides which one it is about.
_OF_THE_PLAN = (
    "planner/layers/<int:pk>/provisions/",
    "planner/layers/<int:pk>/documents/",
    "planner/layers/<int:pk>/undo/",
    "planner/layers/editions/<int:edition_id>/labels.json",
    "tiles/layers/",
)
_OF_THE_DRAFT = ("planner/layers/<int:pk>/compose/<int:edition_id>/",)


@dataclass(frozen=True, kw_only=True)
class SmallWorld:
    planner: User
    superuser: User
    consultation: Consultation
    boundary: Edition
    plan: Edition
    draft: Edition
    upload: Upload
    values: dict[str, list[Any]]

    def edition_of(self, route: str) -> Edition:
        if route.startswith(_OF_THE_DRAFT):
            return self.draft
        return self.plan if route.startswith(_OF_THE_PLAN) else self.boundary

    def values_of(self, route: str) -> dict[str, list[Any]]:
        edition = self.edition_of(route)
        layer = self.boundary.layer if edition is self.draft else edition.layer
        return {**self.values, "edition_id": [edition.pk], "pk": [layer.pk]}


def small_world(n: int) -> SmallWorld:
    here = make.municipality(code="NO-4012")
    planner = make.user(role="planner", of=here, name="Kari Planlegger")
    for _ in range(n):
        make.user(role="moderator", of=make.municipality())
    boundary, plan = _boundary(n), _plan(n)
    consultation = _consultation(n, here=here, boundary=boundary, plan=plan)
    pins = _pins(n, to=consultation, boundary=boundary, plan=plan)
    _run(n, of=consultation, boundary=boundary)
    draft = _drawn_up(n, of=boundary)
    upload = [_upload(n, i, here=here) for i in range(n)][-1]
    for i in range(n):
        make.consultation(municipality=here, boundary_layer=boundary.layer)
        Job.objects.create(kind="hotspots", subject=str(i), created_at=make.NOON, created_by=planner)
        record(Verb.CONSULTATION_CHANGED, subject=consultation, by=f"user:{planner.pk}", at=make.NOON)
        CodeChange.objects.create(
            scheme="NO-kommune", old_code=f"{i:04}", new_code="4012", changed_on=TURN_OF_THE_YEAR, share=1
        )
    return SmallWorld(
        planner=planner,
        superuser=make.user(is_superuser=True),
        consultation=consultation,
        boundary=boundary,
        plan=plan,
        draft=draft,
        upload=upload,
        values={
            "slug": [consultation.slug],
            "code": [pins[0].code],
            "identifier": [pins[0].pk],
            "document": [plan.documents.latest("pk").pk],
            "name": ["plan.pdf"],
            "event": [plan.layer.events.latest("pk").pk],
            "upload": [upload.pk],
            "service": ["none"],
            "z": [14],
            "x": [8633],
            "y": [4844],
        },
    )


def first_of(model: type[Model]) -> Any:
    """A row of the model for the administration to show."""
    return model._base_manager.order_by("pk").first()


def _areas(n: int, *, of: Edition) -> list[Area]:
    return [
        Area.objects.create(edition=of, code=f"{i:03}", name=f"Utvalg {i}", geom=make.square(i))
        for i in range(n)
    ]


def _with_documents_and_steps(n: int, *, edition: Edition) -> None:
    edition.original.save("layers/file.geojson", ContentFile(b"{}"))
    for i in range(n):
        make.document(of=edition, content=f"%PDF-1.4 {i}".encode())
        LayerEvent.objects.create(layer=edition.layer, at=make.NOON, what="published", edition_number=1)


def _boundary(n: int) -> Edition:
    """n areas that came from n others, with figures of n years, and n editions from before."""
    layer = make.layer(name="utvalg")
    for i in range(n):
        make.edition(of=layer, valid_from=dt.date(1900 + i, 1, 1), valid_to=dt.date(1901 + i, 1, 1))
    before = make.edition(of=layer, valid_to=TURN_OF_THE_YEAR)
    after = make.edition(of=layer, valid_from=TURN_OF_THE_YEAR, feature_count=n)
    for old, new in zip(_areas(n, of=before), _areas(n, of=after), strict=True):
        Succession.objects.create(predecessor=old, successor=new, origin="overlap", state="proposed")
    areas = list(after.areas.order_by("code"))
    for i in range(n):
        figures = Population.objects.create(
            edition=after,
            year=2000 + i,
            source="SSB",
            imported_at=make.NOON,
            report=_FIGURES | {"matched": n, "areas": n, "total": 7 * n},
        )
        figures.counts.bulk_create(
            [figures.counts.model(population=figures, area=area, n=7) for area in areas]
        )
    _with_documents_and_steps(n, edition=after)
    return after


def _plan(n: int) -> Edition:
    edition = make.edition(
        of=make.layer(kind="zoning", name="plan", style="no_reguleringsplan"), feature_count=n
    )
    for i in range(n):
        make.zone(of=edition, i=i, provision={"nb": "Boliger."}, legal_text="Boliger er tillatt.")
    _with_documents_and_steps(n, edition=edition)
    return edition


def _drawn_up(n: int, *, of: Edition) -> Edition:
    draft = make.edition(
        of=make.layer(name="satt"), number=None, state="draft", composed_of=of, feature_count=n
    )
    for i in range(n):
        Area.objects.create(
            edition=draft,
            code=f"{i:03}",
            name=f"Nytt {i}",
            geom=make.square(i),
            properties={"units": [f"{i:03}"]},
        )
    return draft


def _consultation(n: int, *, here: Municipality, boundary: Edition, plan: Edition) -> Consultation:
    consultation = make.consultation(
        slug="apen", municipality=here, boundary_layer=boundary.layer, themes=tuple(f"t{i}" for i in range(n))
    )
    for i in range(n):
        other = make.edition(of=make.layer(kind="zoning", name=f"plan-{i}", style="no_reguleringsplan"))
        make.zone(of=other, i=i)
        water = make.layer(kind="water", name=f"vann-{i}")
        make.edition(of=water)
        consultation.base_layers.add(water)
        consultation.alternatives.create(
            key="a" if i == 0 else f"a{i}",
            name={"nb": f"A{i}"},
            layer=other.layer if i else plan.layer,
            order=i,
        )
        consultation.questions.create(key=f"q{i}", kind="text", text={"nb": "Hva?"}, order=i)
        consultation.documents.create(
            type="PLANBEST", title={"nb": "Plan"}, url="https://example.org/", order=i
        )
        consultation.target_groups.create(
            key=f"g{i}", name={"nb": "Barn"}, affected_much=True, active_much=False
        )
        consultation.indicators.create(key=f"i{i}", name={"nb": "Antall"}, target="5")
        consultation.rounds.create(number=i + 1, name={"nb": "Runde"}, opens_at=make.NOON)
        consultation.holders.create(municipality=here, committee_code=f"{i:03}")
    return consultation


def _pins(n: int, *, to: Consultation, boundary: Edition, plan: Edition) -> list[Contribution]:
    area, zone = boundary.areas.earliest("code"), plan.zones.earliest("pk")
    pins = [
        make.contribution(
            to=to, contributor_key=f"{i:064}", responses={"q0": "Ja"}, token_hash=keys.token_hash(TOKEN)
        )
        for i in range(n)
    ]
    for pin in pins:
        Hit.objects.create(contribution=pin, edition=boundary, area=area)
        Hit.objects.create(contribution=pin, edition=plan, zone=zone)
    return pins


def _run(n: int, *, of: Consultation, boundary: Edition) -> None:
    run = Run.objects.create(
        consultation=of,
        boundary_edition=boundary,
        data_version=1,
        parameters={"distance_m": 100, "minimum": 5},
        code_version="1",
        started_at=make.NOON,
        finished_at=make.NOON,
        n=n,
        n_without_place=0,
        n_outside=0,
    )
    shared = {"run": run, "n": 5, "n_contributors": 5, "n_unknown": 0}
    for i, area in enumerate(boundary.areas.order_by("code")):
        AreaSummary.objects.create(area=area, **shared)
        Hotspot.objects.create(
            rank=i + 1, area=area, geom=make.square(i), centre=make.point(*make.middle(i)), **shared
        )


def _upload(n: int, i: int, *, here: Municipality) -> Upload:
    draft = make.edition(
        of=make.layer(owner=here.code, kind="zoning", name=f"sendt-{i}"),
        number=None,
        state="draft",
        published=False,
        report={"read": n, "loaded": n},
        feature_count=n,
    )
    for number in range(n):
        make.zone(of=draft, i=number)
    return Upload.objects.create(
        municipality=here,
        created_at=make.NOON,
        touched_at=make.NOON,
        file="uploads/plan.gml",
        file_name="plan.gml",
        bytes=1,
        sha256="0" * 64,
        choices={"reading": {"kind": "zoning", "name": f"sendt-{i}", "language": "nb"}},
        draft=draft,
        reading=1,
        state="ready",
    )
