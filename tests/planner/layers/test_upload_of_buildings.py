"""Buildings come in through the same pages as everything else, in the language of whoever sends them."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from layers.models import Layer
from mapdialog.planner.layers import layer_map
from mapdialog.planner.layers.upload.understood import understood_rows
from mapdialog.uploads import tasks
from tests import factories
from tests.layers import files
from tests.uploads.conftest import progress_in_this_thread  # noqa: F401 (a fixture)
from tests.uploads.factory import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("progress_in_this_thread")]


@pytest.mark.parametrize(
    ("language", "kind", "floors"),
    [
        ("nb", "Bygninger", "Antall etasjer"),
        ("en", "Buildings", "Number of floors"),
    ],
)
def test_buildings_are_chosen_previewed_saved_and_shown(
    client: Client, language: str, kind: str, floors: str
) -> None:
    municipality = factories.municipality()
    client.force_login(factories.user(role="planner", of=municipality))
    headers = {"accept-language": language}
    assert kind in client.get("/planner/layers/upload/", headers=headers).content.decode()
    rows = [
        files.feature(files.BOX, bygningsnr=1, antalletasjer=-4),
        files.feature(files.NEXT_BOX, bygningsnr=2),
    ]
    content = json.dumps(files.collection(*rows)).encode()
    stored_upload = upload(content, municipality=municipality, kind="building")
    stored_upload.refresh_from_db()
    tasks.read(str(stored_upload.pk), stored_upload.reading)
    address = f"/planner/layers/uploads/{stored_upload.pk}/"
    shown = client.get(address, headers=headers).content.decode()
    assert shown.count(floors) >= 2  # the column's meaning, and what was found in it
    assert "-4" in shown
    stored_upload.refresh_from_db()
    assert layer_map.styles_of(stored_upload.draft) == []  # a house's number is no use that a legend tells
    with translation.override(language):
        recognised = dict(understood_rows(stored_upload))[gettext("Recognised as")]
    assert recognised == kind
    described = {"reading": stored_upload.reading, "title_nb": "Hus", "published": "yes"}
    assert client.post(f"{address}save/", described).status_code == 302
    stored_upload.refresh_from_db()
    tasks.save(str(stored_upload.pk), stored_upload.reading)
    layer = Layer.objects.get(owner=municipality.code, kind="building")
    assert kind in client.get(f"/planner/layers/{layer.pk}/", headers=headers).content.decode()
