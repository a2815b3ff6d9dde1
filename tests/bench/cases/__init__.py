"""What is measured: a name for --only and the module that does it. docs/performance.md tells of each."""

PURE = {
    "assignment": "assignment",
    "dbscan": "dbscan",
    "scan": "scan",
    "scan-run": "scan_run",
    "land-density": "land_density",
    "network-density": "network_density",
    "suppress": "suppress",
    "ledger": "ledger",
}
NEED_DATABASE = {
    "import": "import_layer",
    "tile": "tile",
    "hotspot-run": "hotspot_run",
    "viewport": "viewport",
    "density": "density",
    "export": "export",
    "submit": "submit",
    "search": "name_search",
}
CASES = PURE | NEED_DATABASE
