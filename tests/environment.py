"""Chooses the test mode before anything reads the settings (loaded with `-p`, ahead of pytest-django)."""

import atexit
import os
import shutil
import tempfile

os.environ["MAPDIALOG_ENV"] = "test"
# Files that tests upload go with the run, and never among those of the service.
os.environ["MAPDIALOG_MEDIA_ROOT"] = tempfile.mkdtemp(prefix="mapdialog-media-")
atexit.register(shutil.rmtree, os.environ["MAPDIALOG_MEDIA_ROOT"], ignore_errors=True)
