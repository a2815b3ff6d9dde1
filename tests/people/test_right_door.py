"""Where a municipality sends those who write of a fault or a danger: its file and the administration."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from layers.toml_file import TomlFileError
from mapdialog.people import municipality_file
from mapdialog.people.models import Municipality
from mapdialog.people.right_door import emergency_numbers

HEAD = 'code = "NO-9999"\nname = "Prøve"\n'


def _file(tmp_path: Path, lines: str) -> Path:
    path = tmp_path / "municipality.toml"
    path.write_text(HEAD + lines)
    return path


def test_the_file_says_where_faults_are_reported(tmp_path: Path) -> None:
    lines = 'fault_phone = "35 96 50 00"\nfault_service = {nb = "https://example.org/feil"}\n'
    read = municipality_file.read(_file(tmp_path, lines))
    assert read.fault_service == {"nb": "https://example.org/feil"}
    assert (read.fault_phone, read.emergency_number) == ("35 96 50 00", "")


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('fault_service = {nb = "javascript:alert(1)"}', "fault_service"),
        ('fault_service = {nb = "http://example.org"}', "fault_service"),
        ('fault_phone = "ring oss"', "fault_phone"),
        ('emergency_number = "1 1 2 !"', "emergency_number"),
    ],
)
def test_what_is_no_address_or_number_is_refused_by_its_key(tmp_path: Path, lines: str, key: str) -> None:
    with pytest.raises(TomlFileError, match=key):
        municipality_file.read(_file(tmp_path, lines))


@pytest.mark.parametrize(
    "values",
    [{"fault_service": {"nb": "javascript:alert(1)"}}, {"fault_service": ["x"]}, {"fault_phone": "ring oss"}],
)
def test_the_administration_refuses_the_same(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        Municipality(code="NO-9999", name="Prøve", country="NO", languages=["nb"], **values).clean_fields()
    assert set(refused.value.message_dict) == set(values)


@pytest.mark.parametrize(
    ("country", "own", "numbers"),
    [
        ("NO", "", ["112", "110", "113"]),
        ("SE", "", ["112"]),
        ("US", "", ["911"]),
        ("NO", "110", ["110", "112", "113"]),
    ],
)
def test_the_number_to_call_is_the_countrys_unless_the_municipality_says_another(
    country: str, own: str, numbers: list[str]
) -> None:
    assert [number for number, _whom in emergency_numbers(country, own=own)] == numbers
