"""Chooses the test mode before anything reads the settings (loaded with `-p`, ahead of pytest-django)."""

import atexit
import os
import shutil
import tempfile

# What a developer's shell sets for the service (a language, a token, a map server) is not for the tests.
for name in [name for name in os.environ if name.startswith("MAPDIALOG_")]:
    del os.environ[name]
os.environ["MAPDIALOG_ENV"] = "test"
os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # it hides faults: see tests/traps/event_loop.py
# Files that tests upload go with the run, and never among those of the service.
os.environ["MAPDIALOG_MEDIA_ROOT"] = tempfile.mkdtemp(prefix="mapdialog-media-")
os.environ["MAPDIALOG_JOURNAL"] = tempfile.mkdtemp(prefix="mapdialog-journal-")
for folder in ("MAPDIALOG_MEDIA_ROOT", "MAPDIALOG_JOURNAL"):
    atexit.register(shutil.rmtree, os.environ[folder], ignore_errors=True)
