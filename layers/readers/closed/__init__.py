"""The closed process that GDAL runs in: files of one format in, their rows to standard output.

`gdal.py` starts it (`closed.process.main`) outside Django, with an environment that leaves GDAL one format
and no network: GDAL reads that when it is loaded, not later. Nothing here may import Django or the rest of
the project.
"""
