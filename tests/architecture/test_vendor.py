"""What the browser gets from others: each file is what the manifest says, its licence kept beside it."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static" / "vendor"
OURS = ROOT / "static" / "js"
PERMISSIVE = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause"}
TOOLS = {"manifest.json", "vendor.mjs", "slim.mjs"}
MANIFEST: list[dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_a_file_is_what_the_manifest_says(entry: dict[str, Any]):
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["licence"] in PERMISSIVE
    assert len((VENDOR / entry["licence_file"]).read_text(encoding="utf-8")) > 300


def test_nothing_lies_there_that_the_manifest_does_not_name():
    named = {entry["file"] for entry in MANIFEST} | {entry["licence_file"] for entry in MANIFEST} | TOOLS
    names = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert names == named


def test_versions_are_those_of_the_lock_file():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for entry in MANIFEST:
        assert packages[f"node_modules/{entry['name']}"]["version"] == entry["version"]


def test_the_lock_file_names_no_registry():
    """It may say where a package's authors take gifts; not where it was fetched."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = {name: package for name, package in packages.items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    kept = [{key: value for key, value in package.items() if key != "funding"} for package in locked.values()]
    assert "://" not in json.dumps(kept)


def test_only_one_file_of_ours_imports_leaflet():
    importing = {
        path.relative_to(OURS).as_posix()
        for path in OURS.rglob("*.js")
        if "from 'leaflet'" in path.read_text()
    }
    assert importing == {"map/leaflet.js"}


def test_the_cut_of_leaflet_exports_what_we_import():
    wanted = re.search(r"import \{([^}]+)\} from 'leaflet'", (OURS / "map" / "leaflet.js").read_text())
    assert wanted
    names = {name.split(" as ")[0].strip() for name in wanted[1].split(",")}
    exports = re.findall(r"export\{([^}]*)\}", (VENDOR / "leaflet" / "leaflet.js").read_text())
    assert {part.split(" as ")[-1] for part in exports[-1].split(",")} == names, "run ./run vendor"


def test_every_import_is_by_bare_name_and_resolves():
    """A relative import would miss the hash in the file's public name."""
    vendored = {entry["specifier"] for entry in MANIFEST if "specifier" in entry}
    imports = re.compile(
        r"^(?:(?:import|export)\b[^;'\"()]*\bfrom|import)\s*'([^']+)'|\bimport\('([^']+)'", re.MULTILINE
    )
    for path in OURS.rglob("*.js"):
        for name in ("".join(pair) for pair in imports.findall(path.read_text(encoding="utf-8"))):
            ours = name.startswith("mapdialog/") and (OURS / name.removeprefix("mapdialog/")).is_file()
            assert ours or name in vendored, f"{path.relative_to(ROOT)} imports {name!r}"


def test_every_export_is_imported_by_a_module() -> None:
    """Or, where its own module uses it too, by its unit test: what only a test calls is dead."""
    exported = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
    texts = {path: path.read_text(encoding="utf-8") for path in OURS.rglob("*.js")}
    unit_tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "js").iterdir())
    dead = []
    for path, text in texts.items():
        for name in exported.findall(text):
            word = re.compile(rf"\b{name}\b")
            is_tested = len(word.findall(text)) > 1 and word.search(unit_tests)
            if not is_tested and not any(
                word.search(other) for elsewhere, other in texts.items() if elsewhere != path
            ):
                dead.append(f"{path.relative_to(OURS)}: {name}")
    assert dead == []


def test_library_modules_stand_below_the_map_and_the_pages():
    """lib/ needs no browser and map/ knows no page, so that parts can be tested and loaded alone."""
    forbidden = {"lib": ("map", "citizen", "planner", "admin"), "map": ("citizen", "planner", "admin")}
    for folder, above in forbidden.items():
        for path in (OURS / folder).rglob("*.js"):
            text = path.read_text(encoding="utf-8")
            assert not [name for name in above if f"'mapdialog/{name}/" in text], path.name


def test_scripts_take_no_strings_for_code():
    """What the Content-Security-Policy would refuse, or what would let a comment become markup."""
    for path in OURS.rglob("*.js"):
        names = re.findall(
            r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)",
            path.read_text(),
        )
        assert not names, f"{path.relative_to(ROOT)}: {names}"
