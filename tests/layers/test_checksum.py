"""The same file has the same checksum, however it comes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from layers import checksum

CONTENT = b"0123456789" * 300_000  # more than one piece


def test_a_path_an_open_file_and_an_upload_agree(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert checksum.of_path(path) == digest
    assert checksum.of_file(SimpleUploadedFile("file", CONTENT)) == digest


def test_the_file_is_read_from_its_beginning_and_stands_there_again() -> None:
    file = io.BytesIO(CONTENT)
    file.read(7)
    assert checksum.of_file(file) == hashlib.sha256(CONTENT).hexdigest()
    assert file.tell() == 0
