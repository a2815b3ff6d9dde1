"""A file kept once under a name made of its contents: whole or not at all, whenever its process is killed."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import IO

from django.core.files.storage import Storage


def store_once(file: IO[bytes], *, name: str, storage: Storage) -> bool:
    """Keep what `file` has from its start under `name`; False where it lies there already.

    Copied beside its place, then renamed: where a kill leaves a half under the name itself, the next one who
    brings the same file takes that half for it. Two who bring it at once write a half each. A file that lies
    there is touched: it may be left over, and about to be swept.
    """
    path = Path(storage.path(name))
    if path.exists():
        os.utime(path)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    file.seek(0)
    with half.open("xb") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        os.fsync(copy.fileno())
    half.replace(path)
    return True
