"""A file into a layer: wholly or not at all, one at a time, and what is told and kept of it."""

import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.files.storage import Storage
from django.db import DatabaseError, connection, connections, transaction

from layers.editions import life
from layers.importing import checks, writing
from layers.importing.import_file import ImportRefusedError, ImportRequest, load, stage
from layers.importing.recognition.columns import ColumnError
from layers.models import Area, Edition, Layer, LayerEvent
from tests.layers import files
from tests.layers.imports import AT, imported, two_areas

pytestmark = pytest.mark.django_db


class CancelledError(Exception):
    """What a person's wish to stop is told by."""


def request(path: Path, **options: Any) -> ImportRequest:
    return ImportRequest(
        **{"path": path, "kind": "boundary", "name": "committees", "owner": "NO-4012", **options}
    )


def stored() -> list[str]:
    storage: Storage = Edition._meta.get_field("original").storage
    return storage.listdir("layers")[1] if storage.exists("layers") else []


def nothing_is_there() -> bool:
    return not (
        Layer.objects.exists()
        or Edition.objects.exists()
        or Area.objects.exists()
        or LayerEvent.objects.exists()
    )


def small_box(i: int) -> Any:
    west, south = 9.5 + 0.001 * (i % 80), 58.9 + 0.001 * (i // 80)
    return shapely.box(west, south, west + 0.001, south + 0.001)


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


def test_a_failure_in_the_database_leaves_the_edition_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1)).edition
    kept = stored()

    def broken(edition: Edition, **_options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO layers_area (version_id, code, name, properties, geom) VALUES "
                "(%s, 'X', '', '{}', ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 0 95, 0 0)))', 4326))",
                [edition.pk],
            )

    monkeypatch.setattr("layers.importing.writing.write", broken)
    with pytest.raises(DatabaseError), transaction.atomic():
        imported(two_areas(tmp_path, first="C"), replace=True)
    first.refresh_from_db()
    assert first.valid_to is None
    assert (Edition.objects.count(), Area.objects.count(), LayerEvent.objects.count()) == (1, 2, 1)
    assert stored() == kept


@pytest.mark.parametrize("phase", ["reading", "checking", "writing"])
@pytest.mark.parametrize("verb", [load, stage])
def test_who_stops_an_import_finds_nothing_of_it(tmp_path: Path, phase: str, verb: Any) -> None:
    def stop(now: str, _done: int, _total: int) -> None:
        if now == phase:
            raise CancelledError

    with pytest.raises(CancelledError):
        verb(request(two_areas(tmp_path)), at=AT, progress=stop)
    assert nothing_is_there()
    assert stored() == []


def test_what_cannot_be_saved_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise life.EditionError("no")

    monkeypatch.setattr("layers.importing.import_file.life.save", refuse)
    with pytest.raises(life.EditionError):
        load(request(two_areas(tmp_path)), at=AT)
    assert nothing_is_there()
    assert stored() == []


def test_a_failure_does_not_take_the_file_of_an_edition_that_stands(tmp_path: Path) -> None:
    path = two_areas(tmp_path)
    edition = imported(path).edition

    def stop(now: str, _done: int, _total: int) -> None:
        if now == "writing":
            raise CancelledError

    with pytest.raises(CancelledError):
        load(request(path, name="another"), at=AT, progress=stop)
    assert edition.original.storage.exists(edition.original.name)


def test_progress_is_reported_in_phases(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    load(request(two_areas(tmp_path)), at=AT, progress=lambda *now: steps.append(now))
    assert steps == [("reading", 0, 1), ("reading", 1, 1), ("checking", 2, 2), ("writing", 2, 2)]


def test_progress_of_long_files_is_reported_many_times(tmp_path: Path) -> None:
    boxes = [files.feature(small_box(i), code=str(i), name="Herre") for i in range(4_100)]
    path = files.geojson(tmp_path, files.collection(*boxes))
    steps: list[tuple[str, int, int]] = []
    load(request(path, kind="place"), at=AT, progress=lambda *now: steps.append(now))
    checked = [done for phase, done, total in steps if phase == "checking" and total == 4_100]
    written = [done for phase, done, total in steps if phase == "writing" and total == 4_100]
    assert checked == [2_000, 4_000, 4_100]
    assert len(written) == 9
    assert written == sorted(written)
    assert Edition.objects.get().features.count() == 4_100


def test_every_import_keeps_who_when_which_file_and_its_checksum(tmp_path: Path) -> None:
    path = two_areas(tmp_path, name="utvalg 2026.geojson")
    edition = imported(path).edition
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (edition.imported_by, edition.imported_at) == ("test", AT)
    assert (edition.file_name, edition.sha256) == ("utvalg 2026.geojson", digest)
    with edition.original.open("rb") as file:
        assert file.read() == path.read_bytes()
    event = LayerEvent.objects.get()
    assert (event.by, event.at) == ("test", AT)
    assert event.detail == {"file": "utvalg 2026.geojson", "sha256": digest}


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_one_is_refused_and_none_is_half(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=30)
    sentences: list[str] = []

    def wait(phase: str, done: int, _total: int) -> None:
        if (phase, done) == ("reading", 1):
            both.wait()

    def single_load(path: Path) -> None:
        try:
            load(request(path), at=AT, progress=wait)
            sentences.append("loaded")
        except ImportRefusedError:
            sentences.append("refused")
        finally:
            connections.close_all()

    paths = [two_areas(tmp_path), two_areas(tmp_path, first="C", name="other.geojson")]
    threads = [threading.Thread(target=single_load, args=[path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(sentences) == ["loaded", "refused"]
    edition = Edition.objects.get()
    assert edition.areas.count() == 2
    assert stored() == [Path(edition.original.name).name]


def test_a_check_that_asks_the_database_while_rows_are_written_is_an_error_and_no_standstill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.importing.checks.findings", lambda _checked: list(Layer.objects.all()))
    with pytest.raises(RuntimeError, match="takes no question"):
        imported(files.geopackage(tmp_path), kind="zoning", code_field="kode")
    assert not Edition.objects.exists()


def test_rows_that_are_refused_while_others_are_written_are_all_named_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    """A zone is understood when its turn to be written comes: 500 are with the database by then."""
    shapes = [shapely.box(9 + n * 0.001, 59, 9.001 + n * 0.001, 59.001) for n in range(1100)]
    codes = ["B" * (81 if n in (700, 1050) else 1) for n in range(1100)]
    features = [files.feature(shape, kode=code) for shape, code in zip(shapes, codes, strict=True)]
    path = files.geojson(tmp_path, files.collection(*features))
    with pytest.raises(ColumnError, match="701, 1051"):
        imported(path, kind="zoning", code_field="kode")
    assert nothing_is_there()


@pytest.mark.parametrize(
    ("kind", "order"), [("boundary", ["judge", "write"]), ("zoning", ["write", "judge"])]
)
def test_what_takes_long_to_find_is_found_before_others_have_to_wait_for_the_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, order: list[str]
) -> None:
    """Overlaps and gaps of boundaries; the layer is locked from the first row that is written."""
    done: list[str] = []

    def noted(step: str, carry_out: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments, **options: (done.append(step), carry_out(*arguments, **options))[1]

    monkeypatch.setattr("layers.importing.checks.findings", noted("judge", checks.findings))
    monkeypatch.setattr("layers.importing.writing.write", noted("write", writing.write))
    imported(files.geopackage(tmp_path), kind=kind, code_field="kode")
    assert done == order
