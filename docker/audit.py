"""Known advisories of what the lock files hold, for ./run audit: a report, never a verdict on a change.

pip-audit ends well too when it got no answer for a single package, so what was not answered is counted here
and called not audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

_LONGEST_S = 180


def ask(lock: str) -> list[dict[str, Any]]:
    """What pip-audit says of each package of a lock file. Raises ValueError when it says nothing."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", lock, "--no-deps", "--disable-pip",
        "--format", "json", "--progress-spinner", "off", "--timeout", "20",
    ]  # fmt: skip
    audit = subprocess.run(  # noqa: S603 (our own words)
        command, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    if not audit.stdout.strip():
        reason = audit.stderr.strip().splitlines() or [f"exit code {audit.returncode}"]
        raise ValueError(reason[-1][:200])
    return list(json.loads(audit.stdout)["dependencies"])


def report(packages: list[dict[str, Any]]) -> list[str]:
    """The lines to print: one of figures, one for each advisory, one naming what was not audited."""
    audited = [package for package in packages if "skip_reason" not in package]
    unanswered = [package["name"] for package in packages if "skip_reason" in package]
    advisories = [(package, advisory) for package in audited for advisory in package["vulns"]]
    lines = []
    if audited:
        lines.append(
            f"{len(audited)} of {len(packages)} packages audited, {len(advisories)} known advisories"
        )
    for package, advisory in advisories:
        names = ", ".join(dict.fromkeys([advisory["id"], *advisory.get("aliases", [])]))
        mended = ", ".join(advisory.get("fix_versions", [])) or "no version yet"
        lines.append(f"  {package['name']} {package['version']}: {names}; mended in {mended}")
    if packages and not audited:
        return [f"not audited: no answer for any of the {len(packages)} packages"]
    if unanswered:
        lines.append(
            f"not audited, no answer for {len(unanswered)} of {len(packages)}: {', '.join(unanswered)}"
        )
    return lines or ["not audited: the lock file names no package"]


def main(locks: list[str]) -> None:
    for lock in locks:
        try:
            lines = report(ask(lock))
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            lines = [f"not audited: {error}"]
        for line in lines:
            print(f"{lock}: {line}")  # noqa: T201 (the report)


if __name__ == "__main__":
    main(sys.argv[1:])
