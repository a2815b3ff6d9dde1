"""What can be held about docker/ without a Docker engine."""

import re
import tomllib

import pytest

from tests.operations.checkout import ROOT

DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
PACKAGES = [
    line.split()
    for line in (ROOT / "docker" / "packages.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def compose() -> dict:
    yaml = pytest.importorskip("yaml")
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
