"""Load a file as a layer, or as a layer's new edition; or say what would be understood of it.

GeoJSON, GeoPackage, GML, KML, FlatGeobuf, zipped Shapefile and File Geodatabase.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.utils import timezone

from layers import crs, csv_lines, styles
from layers.days import owners_day
from layers.editions.life import DoubtfulError, EditionError
from layers.findings import report
from layers.importing.import_file import ImportRefusedError, ImportRequest, Outcome, load, rehearse
from layers.importing.recognition import proposal, source_layers
from layers.importing.recognition.columns import ROLES, ColumnError
from layers.management.arguments import add_titles, day
from layers.management.consent import add_consent, consent_of, refusal
from layers.models import Layer
from layers.option_error import for_command
from layers.readers import read_file
from layers.readers.read_file import ChooseLayerError, Contents, ReadError
from layers.reference import concordance

_PROGRESS_FROM_ROWS = 20_000
_CANDIDATES = 8
_FITS = {"home": ", where the owner's other layers are", "country": ", in the owner's country"}
_REPORT_FORMS = (".json", ".csv")


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=Layer.Kind.values, help="needed, but for --list")
        parser.add_argument("--name", help="short name: letters, figures, - and _; needed, but for --list")
        parser.add_argument("--owner", help="country and code, such as NO-4012; needed, but for --list")
        _add_understanding(parser)
        _add_edition(parser)
        parser.add_argument("--by", default="", help="who does this, for the layer's log")
        steps = parser.add_mutually_exclusive_group()
        steps.add_argument(
            "--list",
            action="store_true",
            help="say what is in the file and would be understood; load nothing",
        )
        steps.add_argument("--dry-run", action="store_true", help="do everything but save, and report")
        parser.add_argument(
            "--report", type=_report_file, metavar="FILE", help="write the whole report there, .json or .csv"
        )

    @no_translations
    def handle(self, *, file: Path, **options: Any) -> None:
        self._began = time.monotonic()
        try:
            if options["list"]:
                self._list(file, options)
                return
            self._import(_request(file, options), options)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        except crs.CrsError as error:
            raise CommandError(
                "\n".join([f"{file.name}: {for_command(error)}", *_would_lie(error)])
            ) from error
        except (ReadError, ColumnError, ImportRefusedError) as error:
            raise CommandError(f"{file.name}: {for_command(error)}") from error
        except EditionError as error:
            message = f"{file.name}: {refusal(error)}"
            if isinstance(error, DoubtfulError):
                message += "; --unpublished loads it for those who work with it only"
            raise CommandError(message) from error

    def _import(self, request: ImportRequest, options: dict[str, Any]) -> None:
        at = timezone.now()
        note = concordance.owner_note(
            request.owner, on=request.valid_from or owners_day(request.owner, at=at)
        )
        if note:
            self.stderr.write(f"note: {note}")
        if options["dry_run"]:
            rehearsed = rehearse(request, at=at, progress=self._show)
            self._print(rehearsed.lines())
            _write(options["report"], rehearsed.as_json())
            self.stdout.write("nothing was written")
            return
        outcome = load(request, at=at, by=options["by"], progress=self._show)
        self._print_outcome(outcome)
        _write(options["report"], outcome.edition.report)

    def _print_outcome(self, outcome: Outcome) -> None:
        edition = outcome.edition
        if outcome.report is None:
            self.stdout.write(f"{edition}: already loaded, nothing changed")
            return
        self._print(outcome.report.lines())
        since = f"from {edition.begins}" if edition.begins else "ever since"
        self.stdout.write(f"{edition}: valid {since} (edition id {edition.pk})")

    def _list(self, file: Path, options: dict[str, Any]) -> None:
        """The file's source layers and, where kind and owner are named, what their columns seem to be."""
        kind, owner = options["kind"], options["owner"]
        if not kind or not owner:
            self._list_layers(read_file.contents(file))
            self.stdout.write("--kind and --owner say what it would be understood as")
            return
        request = _request(file, {**options, "name": options["name"] or "layer"})
        reading = source_layers.read(request)
        self._list_layers(reading.contents)
        if reading.rows is None:
            raise ChooseLayerError(reading.contents)
        self.stdout.write(f"read: {', '.join(dict.fromkeys(reading.rows.layers)) or 'all of it'}")
        proposed = proposal.propose(
            reading.rows, kind=kind, owner=owner, roles=request.named_roles(), source=request.source
        )
        self._print(_lines(proposed))

    def _list_layers(self, contents: Contents) -> None:
        self.stdout.write(contents.format)
        for layer in contents.layers:
            system = f"EPSG:{layer.srid}" if layer.srid else "no coordinate system named"
            count = "" if layer.rows < 0 else f"{layer.rows} rows, "
            self.stdout.write(f"  {layer.name}: {count}{layer.geometry or 'no shapes'}, {system}")
            self.stdout.write(f"    {', '.join(layer.columns)}")

    def _print(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)

    def _show(self, phase: str, done: int, total: int) -> None:
        if total >= _PROGRESS_FROM_ROWS:
            seconds = time.monotonic() - self._began
            self.stderr.write(f"{phase}: {done} of {total} rows, {seconds:.0f} s")


def _add_understanding(parser: CommandParser) -> None:
    parser.add_argument("--crs", help="such as EPSG:25832; default: what the file says")
    parser.add_argument("--swap-axes", action="store_true", help="the file has x and y in the wrong order")
    parser.add_argument(
        "--layer", action="append", default=[], help="which of the file's layers; may be given several times"
    )
    parser.add_argument("--source", help="which data set the file is, where it is not recognised")
    parser.add_argument(
        "--field",
        action="append",
        default=[],
        type=_role,
        metavar="ROLE=NAME",
        help=f"which field holds what; roles: {', '.join(ROLES)}",
    )
    parser.add_argument("--code-field", help="the field that holds the codes")
    parser.add_argument("--name-field", help="the field that holds the names")
    parser.add_argument(
        "--merge-codes",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="areas with the same code become one (default: where they are plainly parts of one)",
    )


def _add_edition(parser: CommandParser) -> None:
    parser.add_argument(
        "--valid-from", type=day, help="first day it is in force (default: ever since; with --replace, today)"
    )
    parser.add_argument("--replace", action="store_true", help="close the version before and load a new one")
    add_titles(parser)
    parser.add_argument(
        "--style", default="", choices=["", *styles.list_names()], help="list of codes and colours"
    )
    parser.add_argument("--credit", default="", help="whom to name beside the map")
    parser.add_argument("--licence", default="")
    parser.add_argument("--unpublished", action="store_true", help="for those who work with it only")
    add_consent(parser)


def _request(file: Path, options: dict[str, Any]) -> ImportRequest:
    missing = [f"--{name}" for name in ("kind", "name", "owner") if not options[name]]
    if missing:
        raise CommandError(f"the following arguments are required: {', '.join(missing)}")
    return ImportRequest(
        path=file,
        kind=options["kind"],
        name=options["name"],
        owner=options["owner"],
        srid=crs.srid_from(options["crs"]) if options["crs"] else None,
        swap_axes=options["swap_axes"],
        valid_from=options["valid_from"],
        code_field=options["code_field"],
        name_field=options["name_field"],
        roles=dict(options["field"]),
        source=options["source"],
        source_layers=tuple(options["layer"]) or None,
        merge_codes=options["merge_codes"],
        replace=options["replace"],
        published=not options["unpublished"],
        consent=consent_of(options),
        titles=dict(options["title"]),
        style=options["style"],
        credit=options["credit"],
        licence=options["licence"],
    )


def _lines(proposed: proposal.Proposal) -> Iterator[str]:
    yield f"data set: {proposed.source.id if proposed.source else 'not recognised'}"
    if proposed.ties:
        yield f"  may be any of {', '.join(proposed.ties)}: --source says which"
    for role in proposed.roles:
        others = f" (or {', '.join(role.others)})" if role.others else ""
        if role.column or others:
            yield f"  {role.role}: {role.column or 'none'}{others}"
    for known in proposed.styles:
        yield f"  the list {known.list_name} knows {known.share:.0%} of the codes"
    for column in proposed.columns:
        yield f"  {column.name}: filled in {column.filled:.0%}, such as {'; '.join(column.samples) or '–'}"
    if proposed.question:
        yield for_command(proposed.question)


def _would_lie(error: crs.CrsError) -> Iterator[str]:
    """The systems that would fit, the likeliest first, and where each puts the file."""
    for candidate in error.candidates[:_CANDIDATES]:
        swapped = " --swap-axes" if candidate.swap_axes else ""
        where = f"{candidate.lat:.4f}° N, {candidate.lon:.4f}° E"
        fits = _FITS.get(candidate.fits, "")
        yield f"  --crs EPSG:{candidate.srid}{swapped}: {candidate.name}, at {where}{fits}"


def _write(file: Path | None, document: dict[str, Any]) -> None:
    """The report as JSON, or its findings as a table for a Nordic spreadsheet."""
    if file is None:
        return
    if file.suffix == ".json":
        file.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    with file.open("wb") as table:
        table.writelines(csv_lines.lines(report.csv(report.findings(document))))


def _report_file(text: str) -> Path:
    if Path(text).suffix not in _REPORT_FORMS:
        raise argparse.ArgumentTypeError(f"name a file that ends in {' or '.join(_REPORT_FORMS)}")
    return Path(text)


def _role(text: str) -> tuple[str, str]:
    role, equals, name = text.partition("=")
    if not equals or not role or not name:
        raise argparse.ArgumentTypeError("write ROLE=NAME, such as code=arealformål")
    return role, name
