import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions import import_files, importing, rulebooks
from mapdialog.contributions.models import Contribution, Hit, Submission
from mapdialog.dialogue.models import DataVersion, Theme
from tests import factories as make

pytestmark = pytest.mark.django_db
SIMPLE = {"source_id": "id", "lon": "x", "lat": "y", "text": "t", "theme": "tema", "written_at": "tid"}


@pytest.fixture
def consultation():
    return make.consultation()


def load(consultation, text, *, columns=None, at=make.NOON, **options):
    return importing.load(
        import_files.of_csv(io.StringIO(text, newline=""), columns=columns or SIMPLE),
        rulebook=rulebooks.read_any(consultation.slug),
        options=importing.Options(**options),
        at=at,
        by="command",
    )


def refusals(report):
    return [
        (refusal["line"], refusal["source_id"], refusal["reason"].split(":")[0]) for refusal in report.refused
    ]


def test_a_row_becomes_a_contribution(consultation):
    report = load(consultation, "id,x,y,t,tema,tid\nb1,9.705,59.025,Mørkt,lys,2026-04-20T10:00:00+02:00\n")
    pin = Contribution.objects.get()
    assert (report.read, report.stored.new, report.refused) == (1, 1, [])
    assert (pin.source_id, pin.text, pin.theme.key, pin.state) == ("b1", "Mørkt", "lys", "published")
    assert pin.geom.coords == pin.geom_public.coords == (9.705, 59.025)
    assert pin.written_at == pin.received_at == dt.datetime(2026, 4, 20, 8, tzinfo=dt.UTC)
    assert (pin.token_hash, pin.contributor_key) == (None, None)
    assert (pin.submission.channel, pin.submission.source_id) == ("import", "b1")


def test_a_second_run_adds_nothing(consultation):
    text = "id,x,y,t,tema,tid\nb1,9.705,59.025,Mørkt,lys,2026-04-20\nb2,9.706,59.025,Glatt,lys,2026-04-20\n"
    load(consultation, text)
    version = DataVersion.objects.get().number
    report = load(consultation, text + "b3,9.707,59.025,Bratt,lys,2026-04-20\n")
    assert (report.stored.new, report.stored.known) == (1, 2)
    assert Contribution.objects.count() == Submission.objects.count() == 3
    report = load(consultation, text)
    assert (report.stored.new, DataVersion.objects.get().number) == (0, version + 1)


def test_nordic_spreadsheets_are_read(consultation):
    row = 'b1;9,705;59,025;"Linje en\r\nlinje to; og ""mer""";lys;20.04.2026 10:00'
    text = f"\ufeffid;x;y;t;tema;tid\r\n{row}\r\n"
    report = load(consultation, text)
    pin = Contribution.objects.get()
    assert report.refused == []
    assert pin.text == 'Linje en\nlinje to; og "mer"'
    assert pin.geom.coords == (9.705, 59.025)
    # without a zone it is the municipality's own time
    assert pin.received_at == dt.datetime(2026, 4, 20, 8, tzinfo=dt.UTC)


def test_refused_rows_say_line_and_reason_and_leave_the_others(consultation):
    rows = [
        "id,x,y,t,tema,tid",
        'b1,9.705,59.025,"to\nlinjer",lys,2026-04-20',
        "b2,9.705,,Uten bredde,lys,2026-04-20",
        "b3,9.705,95,For langt nord,lys,2026-04-20",
        "b4,ni,59.025,Ikke tall,lys,2026-04-20",
        "b5,9.705,59.025,Ukjent tema,snø,2026-04-20",
        "b6,9.705,59.025,Uten tid,lys,",
        "b7,9.705,59.025,Rar tid,lys,i går",
        "b8,9.705,59.025,Rart år,lys,0001-01-01",
        "b9,9.705,59.025,for få",
        "b1,9.705,59.025,Samme id,lys,2026-04-20",
        ",9.705,59.025,Uten id,lys,2026-04-20",
        "b10,,,,,2026-04-20",
        "b11,9.705,59.025,klokke\x07,lys,2026-04-20",
        "b12,٩,59.025,Andre tall,lys,2026-04-20",
        "",
        "b13,9.705,59.025,Siste,lys,2026-04-20",
    ]
    report = load(consultation, "\n".join(rows))
    assert refusals(report) == [
        (4, "b2", "lat"),
        (5, "b3", "geometry.coordinates"),
        (6, "b4", "lon"),
        (7, "b5", "theme"),
        (9, "b7", "written_at"),
        (10, "b8", "written_at"),
        (11, "", "The row has 4 columns, the header 6."),
        (12, "b1", "source_id"),
        (13, "", "source_id"),
        (14, "b10", "text"),
        (15, "b11", "text"),
        (16, "b12", "lon"),
    ]
    assert report.read == 15
    assert set(Contribution.objects.values_list("source_id", flat=True)) == {"b1", "b6", "b13"}


def test_a_place_alone_is_enough_and_words_too(consultation):
    text = "id,x,y,t,tema,tid,ord\nb1,9.705,59.025,,lys,2026-04-20,\nb2,,,,,2026-04-20,ved brua\n"
    report = load(consultation, text, columns={**SIMPLE, "place_words": "ord"})
    assert (report.stored.new, report.stored.without_place) == (2, 1)
    assert set(Contribution.objects.values_list("placed_by", flat=True)) == {"map", "words"}


def test_places_are_those_of_the_day_it_was_received():
    boundary = make.layer()
    old = make.edition(of=boundary, valid_to=dt.date(2026, 4, 15))
    new = make.edition(of=boundary, valid_from=dt.date(2026, 4, 15))
    for edition in (old, new):
        make.areas(of=edition)
    consultation = make.consultation(boundary_layer=boundary)
    text = (
        "id,x,y,t,tema,tid\n"
        "b1,9.705,59.025,Før,lys,2026-04-14\n"
        "b2,9.705,59.025,Etter,lys,2026-04-16\n"
        "b3,10.9,60.1,Utenfor,lys,2026-04-16\n"
    )
    report = load(consultation, text)
    places = Hit.objects.values_list("contribution__source_id", "edition", "area__code")
    assert set(places) == {("b1", old.pk, "A"), ("b2", new.pk, "A")}
    assert (report.stored.new, report.stored.outside) == (3, 1)


def test_opening_times_do_not_apply_but_are_reported():
    consultation = make.consultation(closes_at=make.NOON - dt.timedelta(days=10))
    early = consultation.opens_at - dt.timedelta(days=100)
    late = consultation.closes_at + dt.timedelta(days=1)
    load(consultation, f"id,x,y,t,tema,tid\nb1,,,Tidlig,lys,{early}\nb2,,,Sent,lys,{late}\n")
    assert dict(Contribution.objects.values_list("source_id", "arrival")) == {"b1": "in_time", "b2": "late"}


def test_themes_are_known_by_key_or_name_and_made_when_asked(consultation):
    Theme.objects.filter(key="lys").update(name={"nb": "Lys og mørke", "en": "Light"})
    text = (
        "id,x,y,t,tema,tid\nb1,,,a,LYS,2026-04-20\nb2,,,b,light,2026-04-20\nb3,,,c,Grønne lunger,2026-04-20\n"
    )
    assert refusals(load(consultation, text)) == [(4, "b3", "theme")]
    report = load(consultation, text, creates_themes=True)
    assert (report.themes_made, report.stored.new) == (["gronne-lunger"], 1)
    made = Theme.objects.get(key="gronne-lunger")
    assert (made.name, made.order) == ({"nb": "Grønne lunger"}, 1)
    assert set(Contribution.objects.values_list("theme__key", flat=True)) == {"lys", "gronne-lunger"}


def test_a_row_without_a_date_is_of_no_known_date_and_neither_of_today_nor_in_time(consultation):
    text = "id,x,y,t,tema,tid\nb1,,,Brev uten dato,lys,\nb2,,,Med dato,lys,2026-04-20\n"
    report = load(consultation, text)
    assert (report.stored.new, report.undated, report.as_json()["undated"]) == (2, 1, 1)
    arrivals = dict(Contribution.objects.values_list("source_id", "arrival"))
    assert arrivals == {"b1": "undated", "b2": "in_time"}
    # nor is one in a file that has no times at all
    load(consultation, "id,t\nb3,Uten noe\n", columns={"source_id": "id", "text": "t"})
    assert Contribution.objects.get(source_id="b3").arrival == "undated"


def test_what_lies_ahead_is_now(consultation):
    report = load(consultation, f"id,x,y,t,tema,tid\nb1,,,Framtid,lys,{make.NOON + dt.timedelta(days=3)}\n")
    assert Contribution.objects.get().received_at == make.NOON
    assert [note["note"] for note in report.notes] == ["2026-05-07 lies ahead: taken as received now."]


def test_a_day_ahead_is_named_as_the_municipality_counts_days(consultation):
    report = load(consultation, "id,x,y,t,tema,tid\nb1,,,Framtid,lys,2027-05-01\n")
    assert [note["note"] for note in report.notes] == ["2027-05-01 lies ahead: taken as received now."]


def test_what_was_written_after_it_was_received_is_taken_as_the_same_and_said(consultation):
    columns = {"source_id": "id", "text": "t", "written_at": "skrevet", "received_at": "mottatt"}
    report = load(consultation, "id,t,skrevet,mottatt\nb1,x,2026-04-20,2026-04-01\n", columns=columns)
    contribution = Contribution.objects.get()
    assert contribution.written_at == contribution.received_at
    assert [note["note"] for note in report.notes] == [
        "written_at: it is later than received_at, and taken as the same."
    ]


class TestStates:
    text = "id,x,y,t,tema,tid\nb1,,,Rent,lys,2026-04-20\nb2,,,Ring 41234567,lys,2026-04-20\n"

    def states(self):
        return dict(Contribution.objects.values_list("source_id", "state"))

    def test_published_unless_screening_finds_something(self, consultation):
        load(consultation, self.text)
        assert self.states() == {"b1": "published", "b2": "pending"}
        assert Contribution.objects.get(source_id="b2").flags == ["phone"]

    def test_pending_when_asked(self, consultation):
        load(consultation, self.text, state="pending")
        assert self.states() == {"b1": "pending", "b2": "pending"}

    def test_an_incident_is_private(self, consultation):
        columns = {**SIMPLE, "kind": "k", "code": "c"}
        text = "id,x,y,t,tema,tid,k,c\nb1,9.705,59.025,Noe hendte,lys,2026-04-20,observation,incident\n"
        load(consultation, text, columns=columns)
        assert self.states() == {"b1": "private"}
        assert Contribution.objects.get().geom_public is None


def test_public_precision_holds_for_imports_too():
    consultation = make.consultation(public_precision_m=100)
    load(consultation, "id,x,y,t,tema,tid\nb1,9.705,59.025,a,lys,2026-04-20\n")
    pin = Contribution.objects.get()
    assert pin.geom_public.transform(25832, clone=True).x % 100 == pytest.approx(50, abs=1e-3)


def test_a_row_that_the_database_refuses_does_not_take_the_others():
    consultation = make.consultation(area=None, public_precision_m=100)
    rows = ["b1,9.705,59.025,a,lys,2026-04-20", "b2,-81,0,b,lys,2026-04-20", "b3,,,c,lys,2026-04-20"]
    text = "\n".join(["id,x,y,t,tema,tid", *rows])
    report = load(consultation, text)
    assert refusals(report) == [(3, "b2", "The place is too far away from the municipality.")]
    assert set(Contribution.objects.values_list("source_id", flat=True)) == {"b1", "b3"}


def test_a_letter_with_several_points_is_one_submission(consultation):
    columns = {"source_id": "id", "submission_id": "brev", "sender": "hvem", "channel": "vei", "text": "t"}
    text = (
        "id;brev;hvem;vei;t\n"
        "p1;S1;youth_council;letter;En\np2;S1;youth_council;letter;To\np3;;resident;words;Tre\n"
    )
    assert load(consultation, text, columns=columns).refused == []
    first, second, third = Contribution.objects.order_by("source_id")
    assert first.submission == second.submission != third.submission
    assert first.contributor_key == second.contributor_key is not None
    assert third.contributor_key is None
    sent = first.submission
    assert (sent.sender, sent.sender_role, sent.channel) == ("council", "youth council", "letter")
    assert (third.submission.sender, third.submission.channel) == ("resident", "web")
    # a point added to the letter later joins it
    load(consultation, text + "p4;S1;youth_council;letter;Fire\n", columns=columns)
    assert Contribution.objects.get(source_id="p4").submission == sent


def test_every_target_is_read(consultation):
    consultation.alternatives.create(key="a", layer=make.layer(kind="zoning"))
    columns = {
        name: name
        for name in importing.targets() - {"lon", "lat", "written_at", "received_at", "submission_id"}
    }
    values = {
        "source_id": "p1", "text": "Mørkt", "place_words": "ved hallen", "language": "nb", "age_band": "65+",
        "placed_by": "gps", "light": "dark", "code": "lighting", "alternative": "a", "accuracy_m": "12,5",
        "zoom_at_placing": "17", "radius_m": "30", "feeling": "0", "rating": "2", "theme": "lys",
        "kind": "observation", "sender": "organisation", "sender_role": "Idrettslag", "channel": "walk",
        "day_offset": "2",
        "geometry": '{"type": "LineString", "coordinates": [[9.70, 59.02], [9.71, 59.02]]}',
    }  # fmt: skip
    names = sorted(columns)
    cells = ['"' + values[name].replace('"', '""') + '"' for name in names]
    report = load(consultation, ";".join(names) + "\n" + ";".join(cells) + "\n", columns=columns)
    assert report.refused == []
    pin = Contribution.objects.get()
    assert (pin.kind, pin.language, pin.age_band, pin.placed_by) == ("observation", "nb", "65+", "gps")
    assert pin.details == {"light": "dark", "code": "lighting", "feeling": 0, "rating": 2}
    assert (pin.accuracy_m, pin.zoom_at_placing, pin.radius_m) == (12.5, 17, 30)
    assert (pin.geom.geom_type, pin.alternative.key, pin.place_words) == ("LineString", "a", "ved hallen")
    assert pin.written_at == consultation.opens_at + dt.timedelta(days=2)
    sent = pin.submission
    assert (sent.sender, sent.sender_role, sent.channel) == ("organisation", "Idrettslag", "walk")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "walk"),
        ("sender", "nobody"),
        ("channel", "pigeon"),
        ("geometry", "{"),
        ("geometry", '{"type": 1}'),
    ],
)
def test_unknown_words_are_refused(consultation, column, value):
    text = f"id;t;{column}\np1;Tekst;{value}\n"
    report = load(consultation, text, columns={"source_id": "id", "text": "t", column: column})
    assert len(report.refused) == 1


@pytest.mark.parametrize("text", ["", "bare tull\n", "id,x\n1,2\n"])
def test_a_file_without_the_columns_is_refused_as_a_whole(consultation, text):
    with pytest.raises(importing.ImportFileError):
        load(consultation, text)


def test_the_import_is_on_record(consultation):
    load(consultation, "id,x,y,t,tema,tid\nb1,,,Rent,lys,2026-04-20\nb2,,,,,\n")
    entry = AuditEntry.objects.get(action="contributions.imported")
    assert (entry.subject_type, entry.subject_id, entry.by) == (
        "consultation",
        str(consultation.pk),
        "command",
    )
    assert (entry.detail["loaded"], entry.detail["refused"]) == (1, 1)


class TestCommand:
    MAP = "source_id=id,lon=x,lat=y,text=t,theme=tema,written_at=tid"

    def run(self, tmp_path, into, content, **options):
        file = tmp_path / "brev.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        arguments = {"consultation": into.slug, "map": [self.MAP], **options}
        call_command("import_contributions", str(file), stdout=out, stderr=io.StringIO(), **arguments)
        return out.getvalue()

    def test_tells_what_became_of_the_rows(self, tmp_path, consultation):
        report = tmp_path / "report.json"
        output = self.run(
            tmp_path, consultation, "id,x,y,t,tema,tid\nb1,,,a,lys,2026-04-20\nb2,,,b,,snart\n", report=report
        )
        assert "line 3 (b2): written_at: 'snart' is not a time such as 2026-05-01 12:00." in output
        assert "2 rows read: 1 loaded, 0 already there, 1 refused." in output
        written = json.loads(report.read_text())
        assert (written["loaded"], written["refusals"][0]["line"]) == (1, 3)

    def test_strict_makes_a_refusal_an_error(self, tmp_path, consultation):
        with pytest.raises(CommandError, match="1 rows were refused"):
            self.run(tmp_path, consultation, "id,x,y,t,tema,tid\nb2,,,b,,snart\n", strict=True)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"map": ["lon=x"]}, "source_id is needed"),
            ({"map": ["source_id"]}, "is not TARGET=COLUMN"),
            ({"map": ["source_id=id,state=x"]}, "is not TARGET=COLUMN"),
            ({"map": ["source_id=finnes-ikke"]}, "has no column finnes-ikke"),
            ({"consultation": "finnes-ikke"}, "There is no consultation"),
        ],
    )
    def test_mistakes_are_one_clear_sentence(self, tmp_path, consultation, change, message):
        with pytest.raises(CommandError, match=message):
            self.run(tmp_path, consultation, "id,x,y,t,tema,tid\n", **change)

    def test_a_file_that_is_not_utf_8(self, tmp_path, consultation):
        with pytest.raises(CommandError, match="not UTF-8"):
            self.run(
                tmp_path, consultation, "id,x,y,t,tema,tid\nb1,,,Mørkt,lys,2026-04-20\n".encode("latin-1")
            )

    def test_a_draft_can_be_filled_before_it_opens(self, tmp_path):
        consultation = make.consultation(status="draft", opens_at=make.NOON + dt.timedelta(days=300))
        assert "1 loaded" in self.run(tmp_path, consultation, "id,x,y,t,tema,tid\nb1,,,a,lys,2026-04-20\n")


def test_the_commands_report_is_in_one_language_whatever_the_installation_speaks(consultation, tmp_path):
    file = tmp_path / "old.csv"
    file.write_text("id,x,y\nb1,200,59.025\n", encoding="utf-8")
    out = io.StringIO()
    with translation.override("nb"):
        call_command(
            "import_contributions",
            str(file),
            consultation=consultation.slug,
            map=["source_id=id,lon=x,lat=y"],
            undated=True,
            stdout=out,
            stderr=out,
        )
    assert "The longitude must be from -180 to 180." in out.getvalue()


@pytest.mark.parametrize(
    ("written", "minute"),
    [
        ("01.05.2026 14.30", 30),
        ("1.5.2026 14.45", 45),
        ("01.05.2026 kl. 14.30", 30),
        ("1.5.2026 kl 14:30", 30),
        ("2026-05-01 14.30", 30),
        ("01.05.2026 14:30:00", 30),
    ],
)
def test_a_clock_with_a_point_is_read_as_people_write_it(consultation, written, minute):
    """Once 14.30 was half past two seconds and a bit: the municipality's 14:30 is meant."""
    load(consultation, f"id,x,y,t,tema,tid\nb1,9.705,59.025,A,lys,{written}\n")
    assert Contribution.objects.get().written_at == dt.datetime(2026, 5, 1, 12, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written", ["01-05-26 14:30", "26-05-01 14:30", "01.05.2026 25.10", "01.05.2026 14.3"]
)
def test_a_time_that_may_mean_two_things_is_refused(consultation, written):
    report = load(consultation, f"id,x,y,t,tema,tid\nb1,9.705,59.025,A,lys,{written}\n")
    assert refusals(report) == [(2, "b1", "written_at")]
