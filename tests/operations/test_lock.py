"""The lock files: complete, for every Python that we allow, and installed to the letter on any day."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.operations.checkout import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PYTHONS = ("3.11.2", "3.12.0", "3.13.5")  # 3.11 and 3.13 are Debian 12's and 13's


def write_wheel(folder: Path, name: str, version: str, *, metadata: str = "") -> str:
    """A wheel of one module that holds its version; its SHA-256 as a lock file writes it."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(text.encode())}")
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*lines, f"{info}/RECORD,,", ""]))
    return f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with the pip that ensurepip brings: on Debian 12 that is pip 23."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=True)
    return folder


def install(environment: Path, lock: Path, wheels: Path) -> subprocess.CompletedProcess[str]:
    """What ./run does with a lock file, from a folder of wheels instead of the index."""
    return subprocess.run(
        ["/bin/sh", "-euc", f'venv="{environment}"; . docker/python.sh; pip_install "{lock}"'],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_CONFIG_FILE": os.devnull,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Where wheels are written, with a release of `measurer` that the lock has not seen."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    write_wheel(folder, "measurer", "2.0", metadata="Provides-Extra: toml\n")
    return folder


def test_a_lock_that_is_one_release_behind_installs_what_it_says(environment: Path, wheels: Path) -> None:
    pins = {
        "measurer": write_wheel(wheels, "measurer", "1.0", metadata="Provides-Extra: toml\n"),
        "reporter": write_wheel(wheels, "reporter", "1.0", metadata="Requires-Dist: measurer[toml]>=1.0\n"),
    }
    lock = wheels / "behind.lock"
    lock.write_text("".join(f"{name}==1.0 --hash={digest}\n" for name, digest in pins.items()))
    installation = install(environment, lock, wheels)
    assert installation.returncode == 0, installation.stdout + installation.stderr
    version = subprocess.run(
        [environment / "bin" / "python", "-c", "import measurer; print(measurer.VERSION)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout == "1.0\n"


def test_a_lock_that_lacks_a_package_is_refused_with_its_name(environment: Path, wheels: Path) -> None:
    digest = write_wheel(wheels, "planner", "1.0", metadata="Requires-Dist: surveyor>=1.0\n")
    lock = wheels / "incomplete.lock"
    lock.write_text(f"planner==1.0 --hash={digest}\n")
    installation = install(environment, lock, wheels)
    assert installation.returncode != 0
    assert "surveyor" in installation.stdout


def requirements(lock: str) -> list[Requirement]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z]", line)]


def pinned(lock: str, *, python: str) -> dict[str, list[str]]:
    """What a lock file says for a Python on Linux: the versions of each package."""
    machine = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
    }
    versions = defaultdict(list)
    for requirement in requirements(lock):
        if requirement.marker is None or requirement.marker.evaluate(machine):
            versions[requirement.name].append(str(requirement.specifier))
    return versions


@pytest.mark.parametrize("lock", LOCKS)
def test_every_debian_gets_the_same_version_of_each_package(lock: str) -> None:
    """One and the same on Debian 12 and 13: what was tested on the one holds on the other."""
    oldest = pinned(lock, python=PYTHONS[0])
    assert len(oldest) > 30
    assert {name: versions for name, versions in oldest.items() if len(versions) != 1} == {}
    assert all(version.startswith("==") for [version] in oldest.values())
    assert {requirement.name for requirement in requirements(lock)} - set(oldest) == {"colorama"}  # Windows
    for python in PYTHONS[1:]:
        assert pinned(lock, python=python) == oldest


def test_the_development_lock_holds_the_other_one() -> None:
    runtime, development = (pinned(lock, python=PYTHONS[0]) for lock in LOCKS)
    assert runtime.items() <= development.items()


def audit(tmp_path: Path, answer: str) -> subprocess.CompletedProcess[str]:
    """The audit's report when pip-audit does what `answer` says."""
    (tmp_path / "pip_audit.py").write_text(answer, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "docker/audit.py", "requirements.lock"],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("raise SystemExit('no network')", id="it ends without an answer"),
        pytest.param("print('<html>Sign in to the network</html>')", id="something else answers"),
        pytest.param(
            """print('{"dependencies": [{"name": "django", "skip_reason": "not to be had"}]}')""",
            id="it ends well having asked nobody",
        ),
    ],
)
def test_an_audit_without_an_answer_says_not_audited_and_fails_nothing(tmp_path: Path, answer: str) -> None:
    reported = audit(tmp_path, answer)
    assert reported.returncode == 0, reported.stderr
    assert reported.stdout.startswith("requirements.lock: not audited: ")


def test_an_advisory_is_reported_and_what_was_not_answered_is_named(tmp_path: Path) -> None:
    reported = audit(
        tmp_path,
        """print('''{"dependencies": [
            {"name": "django", "version": "5.2.0", "vulns": [
                {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["5.2.1"]}]},
            {"name": "shapely", "version": "2.2.0", "vulns": []},
            {"name": "numpy", "skip_reason": "not to be had"}]}''')
raise SystemExit(1)""",
    )
    assert reported.returncode == 0, reported.stderr
    assert reported.stdout.splitlines() == [
        "requirements.lock: 2 of 3 packages audited, 1 known advisories",
        "requirements.lock:   django 5.2.0: PYSEC-1, CVE-2026-1; mended in 5.2.1",
        "requirements.lock: not audited, no answer for 1 of 3: numpy",
    ]
