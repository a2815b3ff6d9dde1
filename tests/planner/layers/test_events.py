"""The register of a layer's events, walked whole: each has a sentence in every language, and an undo or a
reason why not; and nothing is recorded that is not declared."""

import ast
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from layers import undoing
from layers.composition import composing
from layers.editions import description, documents, life, succession
from layers.event import What, record
from layers.models import Area, Edition, Layer, LayerEvent, Population, Succession
from layers.population import attaching
from layers.provisions import writing
from layers.provisions.zone_fields import Provision
from mapdialog.planner.layers import log, successions
from tests import factories as make
from tests.factories import NOON
from tests.layers.editions.test_documents import PDF

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
BY = "user:1"
D2020, D2026 = dt.date(2020, 1, 1), dt.date(2026, 1, 1)


def saved(*, layer: Layer | None = None, valid_from: dt.date = D2020) -> Edition:
    draft = make.edition(
        of=layer or make.layer(), state="draft", number=None, published=False, file_name="krets.geojson"
    )
    make.areas(of=draft)
    life.save(draft, valid_from=valid_from, published=True, at=NOON, by=BY)
    return draft


def followed() -> Edition:
    """The later one of two editions."""
    return saved(layer=saved().layer, valid_from=D2026)


def withdrawn() -> Edition:
    edition = followed()
    life.withdraw(edition, at=NOON, by=BY)
    return edition


def restored() -> Edition:
    edition = withdrawn()
    life.restore(edition, at=NOON, by=BY)
    return edition


def published(*, published: bool) -> Edition:
    edition = saved()
    life.publish(edition, published=not published, at=NOON, by=BY)
    life.publish(edition, published=published, at=NOON, by=BY)
    return edition


def described() -> Edition:
    edition = saved()
    to = description.Description(titles={"nb": "Ny"}, credit="", licence="CC0", style="")
    description.change(edition.layer, to=to, at=NOON, by=BY)
    return edition


def provisions_written() -> Edition:
    plan = make.edition(of=make.layer(kind="zoning"))
    make.zone(of=plan, field="B1")
    writing.write(plan, texts={"B1": Provision(legal_text="§ 1")}, at=NOON, by=BY)
    return plan


def document_attached() -> Edition:
    plan = make.edition(of=make.layer(kind="zoning"))
    documents.attach(
        plan, file=io.BytesIO(PDF), file_name="plan.pdf", type="PLANBEST", titles={}, at=NOON, by=BY
    )
    return plan


def document_removed() -> Edition:
    plan = document_attached()
    documents.remove(plan.documents.get(), at=NOON, by=BY)
    return plan


def successors_computed() -> Edition:
    edition = followed()
    before = life.before(edition)
    assert before is not None
    successions.compute(edition, before=before, at=NOON, by=BY)
    return edition


def proposed() -> Succession:
    edition = followed()
    old = Area.objects.filter(edition=life.before(edition)).latest("pk")
    new = edition.areas.latest("pk")
    return Succession.objects.create(predecessor=old, successor=new, origin="overlap", state="proposed")


def succession_decided(*, confirmed: bool) -> Edition:
    link = proposed()
    succession.decide(link, confirmed=confirmed, at=NOON, by=BY)
    return link.successor.edition


def succession_reopened() -> Edition:
    edition = succession_decided(confirmed=True)
    succession.reopen(Succession.objects.get(successor__edition=edition), at=NOON, by=BY)
    return edition


def succession_added() -> Edition:
    edition = followed()
    old = Area.objects.filter(edition=life.before(edition)).latest("pk")
    succession.add_by_hand(predecessor=old, successor=edition.areas.latest("pk"), at=NOON, by=BY)
    return edition


def composed() -> Edition:
    committee = composing.Committee(code="1", name="Utvalg 1", units=("A", "B"))
    composition = composing.Composition(units=saved(), name="nu", committees=(committee,))
    draft = composing.stage(composition, at=NOON, by=BY)
    composing.save(draft, valid_from=D2020, published=True, at=NOON, by=BY)
    return draft


def figures(folder: Path, *, withdraw: bool = False, restore: bool = False) -> Edition:
    edition = saved()
    table = folder / "folk.csv"
    table.write_text("kode;2025\nA;10\nB;20\n", encoding="utf-8")
    (population,) = attaching.load(table, edition=edition, source="SSB", at=NOON, by=BY)
    if withdraw or restore:
        attaching.withdraw(population, at=NOON, by=BY)
    if restore:
        attaching.restore(Population.objects.get(), at=NOON, by=BY)
    return edition


# Each event made to happen; what is returned is an edition of its layer.
HAPPENING: dict[What, Callable[[Path], Edition]] = {
    What.SAVED: lambda _folder: saved(),
    What.CLOSED: lambda _folder: followed(),
    What.WITHDRAWN: lambda _folder: withdrawn(),
    What.RESTORED: lambda _folder: restored(),
    What.PUBLISHED: lambda _folder: published(published=True),
    What.UNPUBLISHED: lambda _folder: published(published=False),
    What.DESCRIBED: lambda _folder: described(),
    What.PROVISIONS_WRITTEN: lambda _folder: provisions_written(),
    What.DOCUMENT_ATTACHED: lambda _folder: document_attached(),
    What.DOCUMENT_REMOVED: lambda _folder: document_removed(),
    What.SUCCESSORS_COMPUTED: lambda _folder: successors_computed(),
    What.SUCCESSION_CONFIRMED: lambda _folder: succession_decided(confirmed=True),
    What.SUCCESSION_REJECTED: lambda _folder: succession_decided(confirmed=False),
    What.SUCCESSION_ADDED: lambda _folder: succession_added(),
    What.SUCCESSION_REOPENED: lambda _folder: succession_reopened(),
    What.COMPOSED: lambda _folder: composed(),
    What.POPULATION_ATTACHED: figures,
    What.POPULATION_WITHDRAWN: lambda folder: figures(folder, withdraw=True),
    What.POPULATION_RESTORED: lambda folder: figures(folder, restore=True),
}

WITHOUT_UNDO = {what for what, way in undoing.UNDO_OF.items() if isinstance(way, undoing.NoUndo)}


def event_of(what: What, folder: Path) -> LayerEvent:
    with translation.override("en"):
        layer = HAPPENING[what](folder).layer
    return layer.events.filter(what=what).latest("pk")


def test_each_event_has_a_sentence_and_an_undo_or_a_reason_why_not() -> None:
    assert set(What) == set(log.SENTENCE_OF) == set(undoing.UNDO_OF) == set(HAPPENING)


@pytest.mark.parametrize("what", What)
def test_the_sentence_is_said_in_every_language_and_leaves_no_gap(what: What, tmp_path: Path) -> None:
    event = event_of(what, tmp_path)
    sentences = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            sentences[language] = log.sentence(event)
    for language, sentence in sentences.items():
        assert sentence.endswith("."), language
        assert re.findall(r"None|%\(|  ", sentence) == [], language
        assert language == "en" or sentence != sentences["en"], language


@pytest.mark.parametrize("what", sorted(set(What) - WITHOUT_UNDO))
def test_what_is_recorded_suffices_to_undo_it_and_to_undo_the_undo(what: What, tmp_path: Path) -> None:
    event = event_of(what, tmp_path)
    assert undoing.is_possible(event)
    undoing.undo(event, at=NOON, by=BY)
    event = LayerEvent.objects.get(pk=event.pk)
    assert not undoing.is_possible(event)
    undo = event.layer.events.latest("pk")
    assert undo.pk > event.pk
    assert undoing.is_possible(undo)


@pytest.mark.parametrize("what", sorted(WITHOUT_UNDO))
def test_what_has_no_undo_of_its_own_says_in_every_language_what_to_do(what: What, tmp_path: Path) -> None:
    event = event_of(what, tmp_path)
    assert not undoing.is_possible(event)
    reasons = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language), pytest.raises(undoing.REFUSALS) as refusal:
            undoing.undo(event, at=NOON, by=BY)
        reasons.add(str(refusal.value))
    assert len(reasons) == len(settings.LANGUAGES)


def test_a_word_that_is_not_declared_is_not_recorded() -> None:
    layer = make.layer()
    with pytest.raises(ValueError, match="thrown away"):
        record("thrown away", of=layer, at=NOON, by=BY)  # type: ignore[arg-type]
    assert not layer.events.exists()


def test_an_event_of_a_later_version_is_shown_as_it_is_and_not_undone() -> None:
    event = LayerEvent.objects.create(layer=make.layer(), at=NOON, what="thrown away")
    assert log.sentence(event) == "thrown away"
    assert not undoing.is_possible(event)
    with pytest.raises(undoing.REFUSALS):
        undoing.undo(event, at=NOON, by=BY)


def test_events_are_written_by_one_function_and_read_by_their_declared_names() -> None:
    """mypy sees a word that is not declared only where it is given to a parameter of that type."""
    wrong = []
    words = set(What.values) - {"published", "unpublished", "withdrawn", "closed"}  # of other things too
    for path in sorted(ROOT.glob("layers/**/*.py")) + sorted(ROOT.glob("mapdialog/**/*.py")):
        if "migrations" in path.parts or path == ROOT / "layers/event.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_word = isinstance(node, ast.Constant) and node.value in words
            is_made = isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "LayerEvent",
                "LayerEvent.objects.create",
                "LayerEvent.objects.bulk_create",
                "layer.events.create",
            }
            if is_word or is_made:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert wrong == []
