"""The steps of loading a demo. Each looks first whether its work is done: a second run takes seconds."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import hmac
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from layers import checksum
from layers.models import Edition, Population
from mapdialog.contributions import moderation
from mapdialog.contributions.models import Contribution
from mapdialog.demo.demo_file import DemoContributions, DemoLayer, DemoPopulation, DemoUser
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots.models import Run
from mapdialog.jobs import actions as jobs
from mapdialog.jobs.models import Job
from mapdialog.people.actions import give_role
from mapdialog.people.models import Membership, Municipality, User

BY = "command:load_demo"
_JOB = "load_demo"
_LAYER_OPTIONS = {"crs", "code_field", "name_field", "style", "credit", "licence"}
Say = Callable[[str], None]


def load_layer(layer: DemoLayer, *, say: Say) -> None:
    """Import the file unless this very content already is an edition of the layer."""
    digest = checksum.of_path(layer.file)
    saved = Edition.objects.ever_saved().filter(layer__owner=layer.owner, layer__name=layer.name)
    if saved.filter(sha256=digest).exists():
        return
    say(f"layer {layer.owner} {layer.name} ({layer.file.name})")
    arguments = [str(layer.file), "--kind", layer.kind, "--name", layer.name, "--owner", layer.owner]
    arguments += ["--valid-from", layer.valid_from.isoformat(), "--by", BY]
    for name, value in layer.model_dump(include=_LAYER_OPTIONS, exclude_unset=True).items():
        arguments += [f"--{name.replace('_', '-')}", value]
    for language, title in layer.titles.items():
        arguments += ["--title", f"{language}={title}"]
    if layer.replaces:
        arguments.append("--replace")
    # What is asked about before it goes public, such as tracts without names, was looked at when chosen.
    arguments.append("--force")
    call_command("import_layer", *arguments, stdout=io.StringIO(), stderr=io.StringIO())


def load_population(population: DemoPopulation, *, say: Say) -> None:
    """Attach the figures, unless this very file already is attached to the layer."""
    digest = checksum.of_path(population.file)
    populations = Population.objects.filter(
        edition__layer__owner=population.owner, edition__layer__name=population.name
    )
    if populations.filter(sha256=digest).exists():
        return
    say(f"population of {population.owner} {population.name} ({population.file.name})")
    arguments = [str(population.file), "--owner", population.owner, "--name", population.name, "--by", BY]
    arguments += ["--source", population.source, "--licence", population.licence]
    if population.year is not None:
        arguments += ["--year", str(population.year)]
    for name in population.sum_into:
        arguments += ["--sum-into", name]
    call_command("import_population", *arguments, stdout=io.StringIO(), stderr=io.StringIO())


def load_contributions(source: DemoContributions, *, at: dt.datetime, say: Say) -> None:
    """Import the rows whose day has come; those named in `hold` wait for a moderator afterwards."""
    consultation = Consultation.objects.get(slug=source.consultation)
    content = _rows_of_today(source, consultation=consultation, at=at)
    digest = hashlib.sha256(content.encode() + repr(sorted(source.columns.items())).encode()).hexdigest()
    subject = f"{source.consultation} {source.file.name}"
    done = Job.objects.filter(kind=_JOB, subject=subject, state=Job.State.DONE, result__sha256=digest)
    if done.exists():
        return
    say(f"contributions to {source.consultation} ({source.file.name})")
    job = jobs.make(_JOB, subject=subject, at=at)
    jobs.start(job, at=at)
    output = io.StringIO()
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        file.write(content)
        file.flush()
        mapping = ",".join(f"{target}={column}" for target, column in source.columns.items())
        arguments = [file.name, "--consultation", source.consultation, "--map", mapping]
        call_command("import_contributions", *arguments, stdout=output, stderr=io.StringIO())
    _hold(source, consultation=consultation, at=at)
    *lines, summary = output.getvalue().strip().splitlines()
    jobs.finish(job, at=at, result={"sha256": digest}, message=summary, keep_for=None)
    # what waits to be read, or could not be taken, is said in the demo as anywhere else
    for line in (*lines, summary):
        say(f"  {line}")


def _rows_of_today(source: DemoContributions, *, consultation: Consultation, at: dt.datetime) -> str:
    """The CSV without the rows to skip and without those that would be written in the future."""
    text = source.file.read_text(encoding="utf-8-sig")
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    days_open = (at - consultation.opens_at) / dt.timedelta(days=1)
    id_column, offset = source.columns["source_id"], source.columns.get("day_offset", "")
    rows_of_today = io.StringIO(newline="")
    writer = csv.DictWriter(rows_of_today, reader.fieldnames or [], delimiter=delimiter)
    writer.writeheader()
    for row in reader:
        if row[id_column] not in source.skip and float(row.get(offset) or 0) <= days_open:
            writer.writerow(row)
    return rows_of_today.getvalue()


def _hold(source: DemoContributions, *, consultation: Consultation, at: dt.datetime) -> None:
    reader = User.objects.filter(
        memberships__municipality=consultation.municipality, memberships__role=Membership.Role.MODERATOR
    ).first()
    published = Contribution.State.PUBLISHED
    contributions = Contribution.objects.filter(
        consultation=consultation, source_id__in=source.hold, state=published
    )
    if reader is None:
        return
    for contribution in contributions:
        moderation.hold(contribution, by=reader, at=at, version=contribution.version, reason="demo")


def load_user(demo_user: DemoUser, *, at: dt.datetime) -> str:
    """Make the sign-in, give its roles, and return its password, the same on every run."""
    user = User.objects.filter(email=demo_user.email).first()
    password = password_for(demo_user.email)
    if user is None:
        user = User.objects.create_user(demo_user.email, password, name=demo_user.name)
    elif not user.check_password(password):
        user.set_password(password)
        user.save()
    for membership in demo_user.memberships:
        municipality = Municipality.objects.get(code=membership.municipality)
        give_role(
            user,
            municipality=municipality,
            role=membership.role,
            committee_code=membership.committee,
            at=at,
            by=BY,
        )
    return password


def password_for(email: str) -> str:
    """A password that belongs to this installation: made of its secret key, so that it need not be stored."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo sign-in {email}".encode(), "sha256")
    letters = base64.b32encode(digest).decode().lower()[:16]
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def load_hotspots(slug: str, *, say: Say) -> None:
    """Calculate, unless the last calculation saw all there is."""
    consultation = Consultation.objects.select_related("data_version").get(slug=slug)
    if Run.objects.filter(consultation=consultation, data_version=consultation.data_version.number).exists():
        return
    say(f"hotspots of {slug}")
    call_command("run_hotspots", slug, stdout=io.StringIO())


def paths(slugs: list[str]) -> list[str]:
    """The addresses worth opening."""
    return ["/", *(f"/c/{slug}/" for slug in slugs), "/planner/", "/admin/"]


def fixture(name: str) -> Path:
    return Path(settings.BASE_DIR) / "fixtures" / name
