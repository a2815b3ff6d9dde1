"""What can be held about docker/ without a Docker engine."""

import re
import tomllib

import pytest
import yaml
from django.conf import settings

from layers.editions import documents
from mapdialog.jobs.queues import GRACE_S
from mapdialog.uploads import receive
from mapdialog.web.serving import body_limits, patience
from tests.operations.checkout import ROOT

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
PACKAGES = [
    line.split()
    for line in (ROOT / "docker" / "packages.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))


def test_the_list_of_packages_has_three_columns() -> None:
    assert {len(row) for row in PACKAGES} == {3}
    assert {row[0] for row in PACKAGES} == {"runtime", "database", "browser", "check"}


def test_the_image_is_built_by_the_steps_of_run() -> None:
    steps = re.findall(r"^RUN (?:--mount=\S+ )?(.+)", DOCKERFILE, re.MULTILINE)
    assert [step for step in steps if not step.startswith("./run setup ")] == [
        step for step in steps if step.startswith("useradd")
    ]
    options = set(re.findall(r"\./run setup (--\w+)", DOCKERFILE))
    assert options == set(re.findall(r"^        (--\w+)\)", (ROOT / "run").read_text(), re.MULTILINE))
    assert "apt-get" not in DOCKERFILE
    assert "pip install" not in DOCKERFILE


def test_the_image_is_made_in_stages_and_runs_as_nobody_special() -> None:
    assert DOCKERFILE.count("\nFROM ") == 3
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER mapdialog$", last, re.MULTILINE)
    assert last.index("USER mapdialog") < last.index("CMD")
    assert "HEALTHCHECK" in last
    assert "docker/health.py" in last


def test_secrets_and_databases_stay_out_of_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".local", "**/.env", "node_modules"} <= set(left_out)


def test_the_services_are_all_there(compose: dict) -> None:
    assert set(compose["services"]) == {"database", "upgrade", "web", "worker", "proxy"}


def test_only_the_proxy_is_open_to_the_world(compose: dict) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inside"]["internal"] is True
    assert compose["services"]["database"]["networks"] == ["inside"]


def test_commands_of_the_services_are_commands_of_run(compose: dict) -> None:
    for name, command in {"upgrade": "upgrade", "worker": "worker"}.items():
        assert compose["services"][name]["command"] == ["./run", command]
    assert 'CMD ["./run", "serve"]' in DOCKERFILE


def test_no_secret_has_a_default(compose: dict) -> None:
    web = compose["services"]["web"]["environment"]
    for value in (web["MAPDIALOG_SECRET_KEY"], web["DATABASE_URL"]):
        assert ":?" in value
    example = (ROOT / "docker" / "environment.example").read_text(encoding="utf-8")
    assert re.search(r"^MAPDIALOG_SECRET_KEY=$", example, re.MULTILINE)
    assert re.search(r"^POSTGRES_PASSWORD=$", example, re.MULTILINE)


def test_every_variable_of_compose_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")))
    example = (ROOT / "docker" / "environment.example").read_text(encoding="utf-8")
    assert used == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_the_image_has_a_python_that_the_project_allows() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
    assert wanted == ">=3.11"  # Debian 12's, which the image starts from
    assert "ARG DEBIAN=bookworm-slim" in DOCKERFILE


def test_large_bodies_wait_on_a_volume_and_not_in_memory(compose: dict) -> None:
    folder = re.search(r"MAPDIALOG_SPOOL=(\S+)", DOCKERFILE)[1]
    web = compose["services"]["web"]
    assert f"spool:{folder}" in web["volumes"]
    assert folder not in web["tmpfs"]
    assert folder in re.search(r"install -d (.+)", DOCKERFILE)[1]


def test_the_web_server_has_time_to_answer_what_is_under_way(compose: dict) -> None:
    config = (ROOT / "docker" / "gunicorn.conf.py").read_text(encoding="utf-8")
    graceful_s = int(re.search(r"^graceful_timeout = (\d+)", config, re.MULTILINE)[1])
    for grace in (compose["services"]["web"]["stop_grace_period"], _systemd("TimeoutStopSec")):
        assert int(grace.rstrip("s")) > graceful_s
    assert _systemd("ExecReload") == "/bin/kill -HUP $MAINPID"


def _systemd(name: str) -> str:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    return re.search(rf"^    {name}=(.+)$", guide, re.MULTILINE)[1]


def test_the_proxy_lets_through_what_the_web_server_takes_and_keeps_connections_no_longer_than_it() -> None:
    caddy = (ROOT / "docker" / "Caddyfile").read_text(encoding="utf-8")
    sizes = [int(size) * 1024**2 for size in re.findall(r"max_size (\d+)MB", caddy)]
    assert sizes == sorted({most for _prefix, most in body_limits.LIMITS if most > 1024**2}, reverse=True)
    kept_s = int(re.search(r"keepalive (\d+)s", caddy)[1])
    assert kept_s < patience.from_environment().idle_s
    assert "request_buffers" in caddy


def test_a_form_with_the_largest_map_file_fits_and_so_does_the_largest_document() -> None:
    assert body_limits.most_bytes("/planner/layers/upload/") > receive.MOST_BYTES + receive.FORM_BYTES
    assert body_limits.most_bytes("/planner/layers/1/documents/") > documents.MOST_BYTES
    assert body_limits.most_bytes("/api/v1/x") == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_web_and_worker_get_the_time_they_need_to_end(compose: dict) -> None:
    """Docker kills after ten seconds: in the middle of an upload, before a worker has put its task back."""
    for name in ("web", "worker"):
        assert int(compose["services"][name]["stop_grace_period"].removesuffix("s")) >= GRACE_S + 20
