"""Files loaded as the tests of importing load them."""

import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from layers.editions.publishing import Consent
from layers.importing.import_file import ImportRequest, Outcome, load
from tests import factories
from tests.layers import files

AT = factories.NOON


def imported(path: Path, *, kind: str = "boundary", at: dt.datetime = AT, **options: Any) -> Outcome:
    consent = Consent(is_given=True, reason="test")
    values = {"kind": kind, "name": "committees", "owner": "NO-4012", "consent": consent, **options}
    return load(ImportRequest(path=path, **values), at=at, by="test")


def two_areas(folder: Path, *, name: str = "file.geojson", first: str = "A") -> Path:
    document = files.collection(
        files.feature(files.BOX, code=first, name="Øst"), files.feature(files.NEXT_BOX, code="B", name="Vest")
    )
    return files.geojson(folder, document, name=name)


def command(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("import_layer", str(path), *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()
