"""What runs in the closed process: a file of one format is opened, and its rows are sent back on a socket.

`layers/readers/warm_server.py` starts `server.py`, which forks a process for each file; its limits, its
network and its one driver are set before GDAL is loaded (decision 36). Nothing here may import Django or the
rest of the project.
"""
