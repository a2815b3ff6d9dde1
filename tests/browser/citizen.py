"""A consultation with a plan, committees and a question, and a resident's first steps in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from mapdialog.dialogue.models import Alternative, Consultation, Question
from tests import factories


@pytest.fixture
def consultation() -> Consultation:
    """Two committees, a zone in the first, two themes; contributions are shown at once."""
    municipality = factories.municipality()
    committees = factories.layer(owner=municipality.code)
    factories.areas(of=factories.edition(of=committees))
    plan = factories.layer(owner=municipality.code, kind="zoning", style="no_reguleringsplan")
    factories.zone(of=factories.edition(of=plan), provision={"nb": "Inntil fire etasjer."})
    made = factories.consultation(
        municipality=municipality,
        themes=("lys", "lek"),
        boundary_layer=committees,
        purpose={"nb": "Vi vil vite."},
    )
    Alternative.objects.create(consultation=made, key="A", name={"nb": "Alternativ A: boliger"}, layer=plan)
    Question.objects.create(
        consultation=made,
        key="dark",
        kind="scale",
        text={"nb": "Hvordan er det i mørket?"},
        options=[{"value": "0", "label": {"nb": "utrygt"}}, {"value": "1", "label": {"nb": "trygt"}}],
    )
    return made


def open_at(page: Page, consultation: Consultation) -> None:
    page.goto(f"/c/{consultation.slug}/")
    expect(page.locator("#here")).to_contain_text("Utvalg A")
    # the place under the crosshair is meant: a map that nobody touched is nobody's place
    page.locator("#map").press("ArrowDown")
    page.locator("#map").press("ArrowUp")
    expect(page.locator("#here")).to_contain_text("Utvalg A")


def write(page: Page, *, theme: str = "lys", text: str = "Her er det mørkt.") -> None:
    page.locator(f".tile:has([value={theme}])").click()
    page.locator("#id_text").fill(text)
