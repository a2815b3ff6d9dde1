"""Every limit that a file to be read is held to, in one place. docs/layers.md tells them to people."""

from __future__ import annotations

# The file.
MAX_FILE_BYTES = 512 * 1024**2

# A zip. A .dbf padded with blanks packs well, but not a thousand times. A File Geodatabase has some six files
# for each of its tables.
MAX_MEMBERS = 5_000
MAX_DIRECTORY_BYTES = 4 * 1024**2
MAX_UNPACKED_BYTES = 1024**3
MAX_RATIO = 200
RATIO_FROM_BYTES = 8 * 1024**2

# What is in it.
MAX_TABLES = 500
MAX_OBJECTS = 5_000  # in a GeoPackage: tables, indexes, triggers
MAX_COLUMNS = 500
MAX_FEATURES = 1_000_000
MAX_VERTICES = 20_000_000
MAX_FEATURE_VERTICES = 1_000_000
MAX_TEXT = 100_000  # characters in one value
MAX_VALUE_BYTES = 64 * 1024**2  # of what a view computes, shapes included
MAX_VIEW_BYTES = 256 * 1024**2  # of all that a view gives, 32 for each value and one for each letter
MAX_DEPTH = 100  # elements within elements in XML; lists and objects within properties in GeoJSON
MAX_TEXT_BETWEEN_TAGS = 64 * 1024**2  # in XML: the longest list of coordinates
MAX_TAG_BYTES = 8 * 1024**2  # in XML: a tag with its attributes, a comment
MAX_FOLDERS = 200  # in KML: each is a table, and the whole file is parsed for each

# In a workbook. One of a country's statistical units has 20 MB, unpacked.
MAX_WORKBOOK_UNPACKED_BYTES = 200 * 1024**2
MAX_SHEET_ROWS = 200_000
MAX_SHEET_COLUMNS = 2_000

# The process.
WALL_CLOCK_SECONDS = 120
CPU_SECONDS = 90
VIEW_SECONDS = 30  # for one view of a GeoPackage
MEMORY_BYTES = 2 * 1024**3
GEOJSON_MEMORY_BYTES = 4 * 1024**3  # a point takes 130 bytes on its way
OPEN_FILES = 64
MAX_QUESTION_BYTES = 4 * 1024**2
MAX_ANSWER_BYTES = GEOJSON_MEMORY_BYTES
