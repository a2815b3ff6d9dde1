"""What looks for dead code finds it, and every exception of the lint has its reason beside it."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def dead_code(folder: Path, *, exceptions: str = "", **files: str) -> list[str]:
    """What docker/dead_code.py says of a service of these files, `folder__module` → text."""
    lists = {"decorators": "", "names": exceptions, "modules": ""}
    written = {
        "pyproject.toml": "[tool.dead_code]\n" + "".join(f"{key} = [{of}]\n" for key, of in lists.items()),
        "mapdialog/settings.py": 'ROOT_URLCONF, IN = "mapdialog.urls", "mapdialog.settings"\n',
        "mapdialog/urls.py": "from mapdialog import page\nurlpatterns = [page.show]\n",
        **{f"{name.replace('__', '/')}.py": text for name, text in files.items()},
    }
    for name, text in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "layers").mkdir(exist_ok=True)
    (folder / "mapdialog" / "templates").mkdir(exist_ok=True)
    (folder / "mapdialog" / "templates" / "page.html").write_text("{{ plan.title }}", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(ROOT / "docker" / "dead_code.py")],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == ""
    assert ran.returncode == (1 if ran.stdout else 0)
    return ran.stdout.splitlines()


PAGE = "class Plan:\n    @property\n    def title(self): ...\n\ndef show(): return Plan()\n"


def test_what_a_page_or_a_template_calls_is_used(tmp_path: Path) -> None:
    assert dead_code(tmp_path, mapdialog__page=PAGE) == []


def test_what_only_a_test_calls_is_dead(tmp_path: Path) -> None:
    report = dead_code(
        tmp_path,
        mapdialog__page=PAGE + "def count(): ...\n",
        tests__test_page="from mapdialog.page import count\ncount()\n",
    )
    assert report == ["mapdialog/page.py:6: nothing uses the function count"]


def test_a_module_that_nobody_imports_is_dead(tmp_path: Path) -> None:
    report = dead_code(
        tmp_path,
        mapdialog__page="from mapdialog.near import Plan\ndef show(): return Plan()\n",
        mapdialog__near="from .nearer import Plan\n",
        mapdialog__nearer=PAGE,
        layers__alone="",
    )
    assert "layers/alone.py: nothing imports it" in report
    assert not [line for line in report if "near" in line and "imports" in line]


def test_an_exception_that_excuses_nothing_is_reported(tmp_path: Path) -> None:
    report = dead_code(tmp_path, exceptions='"count"', mapdialog__page=PAGE)
    assert report == ["pyproject.toml: the exception 'count' excuses nothing"]


def test_every_exception_says_its_reason() -> None:
    """A list goes over several lines, one exception a line; a rule that is off has a comment above it."""
    section = PYPROJECT.partition("[tool.dead_code]")[2].partition("\n[")[0]
    excused = [line for line in section.splitlines() if line.startswith("    ")]
    assert len(excused) > 20
    assert [line for line in excused if "# " not in line] == []
    ignored = re.search(r'\[tool\.djlint\].*?ignore = "([^"]+)"', PYPROJECT, re.DOTALL)
    assert ignored
    assert [code for code in ignored[1].split(",") if f"# {code}: " not in PYPROJECT] == []
    rules = (ROOT / "biome.jsonc").read_text(encoding="utf-8").splitlines()
    off = [number for number, line in enumerate(rules) if '"off"' in line and "overrides" not in line]
    assert off
    assert [rules[number] for number in off if not rules[number - 1].strip().startswith("//")] == []
    ignoring = [
        (path.name, line)
        for folder in ("css", "js")
        for path in (ROOT / "static" / folder).rglob("*")
        if path.suffix in {".css", ".js"}
        for line in path.read_text(encoding="utf-8").splitlines()
        if "biome-ignore" in line and not re.search(r"biome-ignore lint/\S+: \w", line)
    ]
    assert ignoring == []
