"""Chooses the test mode before anything reads the settings (loaded with `-p`, ahead of pytest-django)."""

import os

os.environ["MAPDIALOG_ENV"] = "test"
