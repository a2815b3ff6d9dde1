"""A file that is kept under the name of its contents, whoever else brings it at the same moment."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

from django.core.files.storage import FileSystemStorage

from layers.stored_once import store_once


class BroughtTwice(io.BytesIO):
    """While it is copied somebody else brings the same file, and is done first."""

    def __init__(self, content: bytes, *, storage: FileSystemStorage) -> None:
        super().__init__(content)
        self.storage = storage
        self.has_begun = False

    def read(self, size: int | None = -1) -> bytes:
        if not self.has_begun:
            self.has_begun = True
            other: IO[bytes] = io.BytesIO(self.getvalue())
            assert store_once(other, name="files/abc", storage=self.storage)
        return super().read(4)


def test_two_who_bring_the_same_file_at_once_do_not_write_into_one_another(tmp_path: Path) -> None:
    storage = FileSystemStorage(location=tmp_path)
    assert store_once(BroughtTwice(b"a plan" * 100, storage=storage), name="files/abc", storage=storage)
    assert (tmp_path / "files" / "abc").read_bytes() == b"a plan" * 100
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["abc"]


def test_the_second_time_nothing_is_written(tmp_path: Path) -> None:
    storage = FileSystemStorage(location=tmp_path)
    assert store_once(io.BytesIO(b"a plan"), name="files/abc", storage=storage)
    assert not store_once(io.BytesIO(b"another"), name="files/abc", storage=storage)
    assert (tmp_path / "files" / "abc").read_bytes() == b"a plan"
