"""What looks wrong in a row of a file is reported and held back; nothing doubtful is published."""

import io
import json

import pytest
from django.contrib.gis.geos import GEOSGeometry

from mapdialog.contributions import import_files, importing, rulebooks
from mapdialog.contributions.doubts import of_letters
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, Theme
from tests import factories as make

pytestmark = pytest.mark.django_db
COLUMNS = {"source_id": "id", "text": "tekst", "lon": "lon", "lat": "lat", "written_at": "dato"}
HEADER = "id;tekst;lon;lat;dato\n"


def load(consultation: Consultation, rows: str, **options: object) -> importing.Report:
    return importing.load(
        import_files.of_csv(io.StringIO(HEADER + rows, newline=""), columns=COLUMNS),
        rulebook=rulebooks.read_any(consultation.slug),
        options=importing.Options(**options),  # type: ignore[arg-type]
        at=make.NOON,
        by="command",
    )


def outcome(source_id: str) -> tuple[str, list[str]]:
    contribution = Contribution.objects.get(source_id=source_id)
    return contribution.state, contribution.flags


def test_swapped_axes_are_held_back() -> None:
    report = load(make.consultation(), "1;Veien;59.025;9.705;1.5.2026\n2;Veien;9.705;59.025;1.5.2026\n")
    assert outcome("1") == ("pending", ["swapped-axes"])
    assert outcome("2") == ("published", [])
    assert report.held_back == [
        {"line": 2, "source_id": "1", "reason": "Longitude and latitude seem to be swapped"}
    ]
    assert report.as_json()["held_back"] == 1


def test_a_spot_outside_the_area_is_held_back() -> None:
    load(make.consultation(), "1;Regensburg;12.0987;49.0148;1.5.2026\n2;Nabo;9.7201;59.025;1.5.2026\n")
    assert outcome("1") == outcome("2") == ("pending", ["outside-area"])


def test_without_an_area_it_is_the_ground_of_the_municipality_then_its_country() -> None:
    consultation = make.consultation(area=None)
    rows = "1;Her;9.705;59.025;1.5.2026\n2;Oslo;10.75;59.91;1.5.2026\n3;Havet;59.0;9.7;1.5.2026\n"
    load(consultation, rows)
    assert [outcome(number)[1] for number in "123"] == [[], [], ["swapped-axes"]]
    boundary = make.layer(owner=consultation.municipality.code)
    make.areas(of=make.edition(of=boundary))
    load(consultation, rows.replace("\n1;", "\n4;").replace("2;Oslo", "5;Oslo"))
    assert outcome("5") == ("pending", ["outside-area"])


def test_a_shape_may_reach_over_the_border_but_not_over_the_earth() -> None:
    consultation = make.consultation()
    shapes = ("LINESTRING(9.715 59.025, 9.725 59.025)", "POLYGON((0 50, 20 50, 20 70, 0 70, 0 50))")
    rows = [
        import_files.FileRow(
            line=number,
            values={"source_id": str(number), "text": "x"},
            geometry=json.loads(GEOSGeometry(shape, srid=4326).json),
        )
        for number, shape in enumerate(shapes, start=1)
    ]
    importing.load(
        rows,
        rulebook=rulebooks.read_any(consultation.slug),
        options=importing.Options(),
        at=make.NOON,
        by="command",
    )
    assert outcome("1") == ("published", [])
    assert outcome("2") == ("pending", ["outside-area"])


@pytest.mark.parametrize(
    ("lon", "lat", "system"),
    [
        ("540500", "6542900", "EPSG:25832"),
        ("6542900", "540500", "EPSG:25832"),
        ("540500,5", "6542900,5", "EPSG:25832"),
    ],
)
def test_numbers_of_a_metric_system_are_refused_and_named(lon: str, lat: str, system: str) -> None:
    consultation = make.consultation(municipality=make.municipality(code="NO-4012"))
    report = load(consultation, f"1;Veien;{lon};{lat};1.5.2026\n")
    assert system in report.refused[0]["reason"]
    assert ("swapped" in report.refused[0]["reason"]) == (lon == "6542900")
    assert not Contribution.objects.exists()


def test_damaged_letters_are_held_back() -> None:
    report = load(
        make.consultation(),
        "1;MÃ¸rkt ved KjÃ¸rvegen, Ã¥pen grÃ¸ft;9.705;59.025;1.5.2026\n"
        "2;Mørkt, «åpen» grøft – 5 °C;9.705;59.025;1.5.2026\n",
    )
    assert outcome("1") == ("pending", ["damaged-letters"])
    assert outcome("2") == ("published", [])
    assert report.held_back[0]["reason"] == "Letters seem to be damaged"


@pytest.mark.parametrize(
    "text",
    [
        "MÃ¸rkt", "Ã…pen grÃ¸ft", "det erâ€™s", "20Â°", "Â«hereÂ»", "Ãlesund\ufffd", "Å¡kuvla", "BÃ¤r",
        # of a Mac and of DOS, the mark for what could not be read, read again; text of DOS and of a Mac
        "M√∏rkt", "√•pen", "gr├©ft", "Mï¿½rkt", "M›rkt", "g†r", "b„r", "f”rst", "M¢rkt", "b¾r", "M¿rkt",
        # lost to question marks, one for each letter or for each byte of it
        "Det er m?rkt.", "M??rkt", "?pen gr?ft", "(?stre)", "K?RE",
        # of a mail, of a program's text, of a web page, of an address
        "M=C3=B8rkt", "M=F8rkt", "1 =3D 1", "slutt=20\nneste", "sa =E2=80=9Cja=E2=80=9D", "M+APg-rkt",
        "M\\u00f8rkt", "M\\xf8rkt", "M&oslash;rkt", "A &amp; B", "M&#248;rkt", "M&#xF8;rkt", "M%C3%B8rkt",
    ],
)  # fmt: skip
def test_letters_that_were_read_in_the_wrong_encoding(text: str) -> None:
    assert of_letters(text) == ["damaged-letters"]


@pytest.mark.parametrize(
    "text",
    [
        "Mørkt", "“Å” og ”Ä”", "Åge – Ålesund", "SÃO PAULO", "šaldi, čáppa, đŋŧž", "Å…", "10 Å\u00a0", "â",
        "√2 er 1,41", "Hjem › Plan", "„vei”, ”sti”", "2¾ m", "¿qué?", "50 ¢", "†1999",
        "Hvorfor? Fordi.", "Ja?Nei", "Hva??", "https://example.no/side?id=3&b=C3", "example.no?q=lys", "a=b",
        "x=12", "AT&T;", "+47", "1+APR", "?", "https://no.wikipedia.org/wiki/B%C3%B8", "100 %",
        "C:\\users\\kart", "R&D; M&S",
    ],
)  # fmt: skip
def test_letters_as_they_are_written_are_no_damage(text: str) -> None:
    assert of_letters(text) == []


def test_no_theme_is_made_of_damaged_letters() -> None:
    consultation = make.consultation()
    columns = {"source_id": "id", "text": "t", "theme": "tema"}
    report = importing.load(
        import_files.of_csv(io.StringIO("id;t;tema\n1;x;GrÃ¸nne lunger\n", newline=""), columns=columns),
        rulebook=rulebooks.read_any(consultation.slug),
        options=importing.Options(creates_themes=True),
        at=make.NOON,
        by="command",
    )
    assert "damaged letters" in report.refused[0]["reason"]
    assert Theme.objects.filter(consultation=consultation).count() == 1


def test_nordic_times_are_read_or_refused_by_row() -> None:
    rows = (
        "n1;A;9.70;59.02;01.05.2026 14.30\nn2;B;9.70;59.02;1.5.2026 14.45\nn3;C;9.70;59.02;01-05-2026 14:30\n"
        "n4;D;9.70;59.02;01.05.2026 kl. 14.30\nn5;E;9.70;59.02;01.05.26 14:30\nn6;F;9.70;59.02;26-05-01\n"
        "n7;G;9.70;59.02;05/04/2026\n"
    )
    report = load(make.consultation(), rows)
    zone = Consultation.objects.get().municipality.zone
    clocks = {
        contribution.source_id: contribution.written_at.astimezone(zone).strftime("%d.%m %H:%M")
        for contribution in Contribution.objects.order_by("source_id")
    }
    assert clocks == {
        "n1": "01.05 14:30",
        "n2": "01.05 14:45",
        "n3": "01.05 14:30",
        "n4": "01.05 14:30",
        "n5": "01.05 14:30",
        "n7": "05.04 00:00",
    }
    assert [refusal["source_id"] for refusal in report.refused] == ["n6"]
    notes = {note["source_id"]: note["note"] for note in report.notes}
    assert notes["n7"] == "written_at: '05/04/2026' read as 2026-04-05."


def test_a_second_run_tells_nothing_of_what_was_held_back_before() -> None:
    consultation = make.consultation()
    row = "1;Veien;59.025;9.705;1.5.2026\n"
    assert len(load(consultation, row).held_back) == 1
    Contribution.objects.update(state="published", flags=[])
    again = load(consultation, row)
    assert (again.held_back, again.stored.known, outcome("1")[0]) == ([], 1, "published")
