"""Zip archives made to harm: refused before they are unpacked."""

import struct
import zipfile
from pathlib import Path

import pytest

from tests.layers import files
from tests.layers.hostile import refused

pytestmark = pytest.mark.usefixtures("leaves_nothing")


def test_zips_within_zips_are_not_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    files.zipped(bomb, {"0.dat": bytes(7_000_000)})
    for _level in range(4):
        content = bomb.read_bytes()
        files.zipped(bomb, {f"{n}.zip": content for n in range(10)})
    assert "another zip" in refused(bomb)


def test_members_that_lie_over_one_another_are_refused(tmp_path: Path) -> None:
    path = files.zipped(tmp_path / "a.zip", {f"f{n}.geojson": b"x" * 1000 for n in range(5)})
    content = bytearray(path.read_bytes())
    offset = content.find(b"PK\x01\x02")
    while offset >= 0:  # every entry of the list points at the first member
        content[offset + 42 : offset + 46] = struct.pack("<I", 0)
        offset = content.find(b"PK\x01\x02", offset + 1)
    path.write_bytes(content)
    assert "far more" in refused(path)


def test_a_hundred_thousand_members_are_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"f{n}.txt"), b"")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "5,000" in refused(path)


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060666, 0o010666, 0o140777])
def test_links_devices_and_pipes_in_a_zip_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.zip"
    entry = zipfile.ZipInfo("mappe/plan.geojson")
    entry.external_attr = mode << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert "link" in refused(path)


def test_a_name_with_a_nul_or_twice_the_same_name_or_a_password_is_refused(tmp_path: Path) -> None:
    path = files.zipped(tmp_path / "a.zip", {"planXgeojson": b"{}"})
    content = path.read_bytes()
    path.write_bytes(content.replace(b"planXgeojson", b"plan\x00geojson"))
    assert "leads out" in refused(path)
    locked = bytearray(content)
    locked[6] |= 1
    locked[content.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    assert "password" in refused(path)
    files.zipped(path, {"a.geojson": b"{}", "b.geojson": b"[]"})
    path.write_bytes(path.read_bytes().replace(b"b.geojson", b"a.geojson"))
    assert "twice" in refused(path)
