"""The SHA-256 by which a file is known again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

_CHUNK_BYTES = 1024**2


def of_path(path: Path) -> str:
    with path.open("rb") as file:
        return of_file(file)


def of_file(file: IO[bytes]) -> str:
    """From its beginning, piece by piece; afterwards it stands there again."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
