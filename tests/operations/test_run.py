"""`./run`: its commands, and what it says when it cannot go on."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.operations.checkout import ROOT, run

COMMANDS = set(re.findall(r"^  ([a-z]+) ", run("help").stdout, re.MULTILINE))


def in_shell(script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in the smallest shell of Debian, with the functions of docker/*.sh that it sources."""
    return subprocess.run(
        ["/bin/sh", "-euc", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_every_promised_command_is_there() -> None:
    promised = {"setup", "demo", "serve", "worker", "manage", "test", "browser", "check", "bench", "vendor"}
    assert promised | {"backup", "restore", "upgrade", "stop", "help", "audit", "calibrate"} == COMMANDS


@pytest.mark.parametrize(
    "guide", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name
)
def test_the_guides_name_commands_that_exist(guide: Path) -> None:
    named = set(re.findall(r"\./run ([a-z]+)", guide.read_text(encoding="utf-8")))
    assert named <= COMMANDS


def test_an_unknown_command_is_refused_with_the_list() -> None:
    refused = run("dmeo")
    assert refused.returncode == 1
    assert "There is no command dmeo" in refused.stderr
    assert "./run COMMAND" in refused.stderr


def test_without_permission_to_install_it_names_the_exact_packages() -> None:
    refused = in_shell(
        """
        . docker/packages.sh
        stop() { echo "$*"; exit 1; }
        find_python() { return 1; }
        any_exists() { case $1 in */libgdal*) return 1 ;; esac; }
        id() { echo 1000; }
        sudo() { return 1; }
        say() { :; }
        require_packages runtime
        """
    )
    assert refused.returncode == 1
    assert "apt-get install --no-install-recommends python3-venv gdal-bin\n" in refused.stdout


RELEASES = {
    "debian 12": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    "debian 13": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
    "ubuntu 26.04": 'ID=ubuntu\nVERSION_ID="26.04"\n',
    "debian ": "ID=debian\n",  # testing has no number
    "an unknown system": "",
}


@pytest.mark.parametrize("system", RELEASES)
def test_a_bare_machine_gets_every_package_and_a_warning_if_nobody_tried_its_system(
    tmp_path: Path, system: str
) -> None:
    release = tmp_path / "os-release"
    if RELEASES[system]:
        release.write_text(RELEASES[system], encoding="utf-8")
    installed = in_shell(
        f"""
        os_release={release}
        . docker/packages.sh
        say() {{ echo "$*" >&2; }}
        stop() {{ exit 0; }} # a second look would find them installed
        find_python() {{ return 1; }}
        find_postgres() {{ return 1; }}
        find_node() {{ return 1; }}
        find_npm() {{ return 1; }}
        any_exists() {{ return 1; }}
        id() {{ echo 0; }}
        step() {{ echo "$3"; }}
        require_packages runtime database browser check
        """
    )
    rows = [line.split() for line in (ROOT / "docker" / "packages.txt").read_text().splitlines()]
    assert installed.stdout.split() == [row[1] for row in rows if row and row[0] != "#"]
    is_tried = system in {"debian 12", "debian 13"}
    assert (f"Untested on {system}: " in installed.stderr) is not is_tried


def test_only_the_groups_that_a_command_needs_are_looked_for() -> None:
    listed = in_shell(
        """
        . docker/packages.sh
        find_python() { return 0; }
        find_postgres() { return 1; }
        any_exists() { return 1; }
        missing_packages database browser
        """
    )
    browser = ["chromium-headless-shell", "fonts-dejavu-core"]
    assert listed.stdout.split() == ["postgresql", "postgresql-postgis", *browser]


def test_a_failed_step_shows_its_output_and_stops() -> None:
    failed = in_shell(
        """
        eval "$(sed -n '/^say()/,/^# prepare LOCK/p' run)"
        step "Trying" sh -c 'echo the reason; exit 3'
        echo never reached
        """
    )
    assert failed.returncode == 1
    assert "the reason" in failed.stderr
    assert "exit code 3" in failed.stderr
    assert "never reached" not in failed.stdout


def test_a_check_whose_tool_is_not_there_fails_and_is_not_left_out() -> None:
    without_node = in_shell(
        """
        eval "$(sed -n '/^attempt()/,/^}/p; /^javascript_tests()/,/^}/p' run)"
        say() { :; }
        failed=""
        PATH=/nonexistent
        attempt "JavaScript" javascript_tests
        echo "not in order:$failed"
        """
    )
    assert without_node.stdout == "not in order: JavaScript;\n"


def test_the_checks_install_the_node_they_need() -> None:
    listed = in_shell(
        """
        . docker/packages.sh
        find_node() { return 1; }
        find_npm() { return 1; }
        any_exists() { return 0; }
        missing_packages check
        """
    )
    assert listed.stdout.split() == ["nodejs", "npm"]


@pytest.mark.parametrize("ci", ["true", ""])
def test_without_the_npm_registry_scripts_are_left_out_aloud_and_not_in_ci(ci: str) -> None:
    checked = in_shell(
        f"""
        CI={ci}
        eval "$(sed -n '/^left_out()/,/^}}/p; /^attempt()/,/^}}/p; /^scripts_and_styles()/,/^}}/p' run)"
        say() {{ echo "$*"; }}
        node_packages_are_there() {{ return 1; }}
        failed=""
        attempt "JavaScript and CSS" scripts_and_styles
        echo "not in order:$failed"
        """
    )
    assert "LEFT OUT: " in checked.stdout
    assert checked.stdout.endswith(f"not in order:{' JavaScript and CSS;' if ci else ''}\n")


def test_an_installation_from_npm_that_fails_stops_nothing_and_is_not_taken_for_done(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / ".local" / "stamps").mkdir(parents=True)
    tried = in_shell(
        f"""
        . docker/node.sh
        eval "$(sed -n '/^say()/,/^# prepare LOCK/p' run)"
        cd {tmp_path}
        npm_install() {{ echo no network; return 1; }}
        try_node_packages
        node_packages_are_there || echo not there
        npm_install() {{ mkdir -p node_modules/.bin; install -m 755 /dev/null node_modules/.bin/biome; }}
        try_node_packages
        node_packages_are_there && echo there
        """
    )
    assert tried.stdout == "not there\nthere\n"
    assert "no network" in tried.stderr


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_the_scripts_can_be_executed(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111 == 0o111


def test_ci_calls_the_same_commands_as_people_do() -> None:
    called = re.findall(r"^\./run (\w+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert called == ["check", "audit", "test"]


def test_ci_forgives_a_report_and_no_check() -> None:
    """What `./run audit` says depends on the day and the network: it reports, and holds nothing back."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    after = dict(re.findall(r"^\./run (\w+) \|\| (\w+)", script, re.MULTILINE))
    assert after == {"check": "status", "test": "status", "audit": "echo"}


def test_no_script_goes_on_without_a_program_that_it_looked_for() -> None:
    scripts = [ROOT / "run", ROOT / ".ci" / "run", *(ROOT / "docker").glob("*.sh")]
    text = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    looked_for = re.findall(r"^.*command -v [a-z].*(?:\n.*)?", text, re.MULTILINE)
    # A function that only finds it is asked by `require_packages`, which stops.
    goes_on = [line for line in looked_for if "stop " not in line and not re.match(r"find_\w+\(\)", line)]
    assert looked_for
    assert goes_on == []
    assert text.count("LEFT OUT") == 1  # in `left_out`, which fails where CI runs


def test_no_unit_test_of_javascript_is_left_out() -> None:
    tests = [path for path in (ROOT / "tests" / "js").iterdir() if path.suffix in {".js", ".mjs"}]
    assert len(tests) > 10
    assert [path.name for path in tests if re.search(r"\b(?:skip|todo|only)[(:]", path.read_text())] == []


def test_the_operators_guide_knows_every_setting() -> None:
    sources = [*(ROOT / "mapdialog").rglob("*.py"), *(ROOT / "docker").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    read = set(re.findall(r"(?:environment\.\w+|environ\.get)\(\s*\"(\w+)\"", text))
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert {name for name in read if f"`{name}`" not in guide} == set()
    assert {"DATABASE_URL", "MAPDIALOG_SECRET_KEY", "MAPDIALOG_BIND"} <= read


def test_static_files_are_collected_once_for_each_folder_and_anew_when_they_change(tmp_path: Path) -> None:
    done = in_shell(
        f"""
        . docker/static.sh
        checksum() {{ cat "$@" | sha256sum; }}
        step() {{ mkdir -p "$into"; echo "$into"; }}
        cd "{tmp_path}"
        mkdir -p .local/stamps static mapdialog layers
        : >requirements.lock
        collect_static
        collect_static
        MAPDIALOG_STATIC_ROOT=there
        collect_static
        echo changed >static/a.css
        collect_static
        """
    )
    assert done.stdout.split() == [".local/static", "there", "there"], done.stderr
