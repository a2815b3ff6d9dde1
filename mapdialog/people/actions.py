"""What is done to municipalities and the people who work for them; each with its audit row."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.people.models import Membership, Municipality, User
from mapdialog.people.municipality_file import MunicipalityFile


@transaction.atomic
def save_municipality(file: MunicipalityFile, *, at: dt.datetime, by: str) -> Municipality:
    """Make the municipality, or bring the one with this code up to date."""
    values = file.model_dump()
    known = Municipality.objects.filter(code=file.code).first()
    municipality = known or Municipality(code=file.code)
    changed = sorted(name for name, value in values.items() if known is None or getattr(known, name) != value)
    if changed:
        for name in changed:
            setattr(municipality, name, values[name])
        municipality.save()
        verb = Verb.MUNICIPALITY_CHANGED if known else Verb.MUNICIPALITY_MADE
        record(verb, subject=municipality, by=by, at=at, detail={"fields": changed})
    return municipality


@transaction.atomic
def give_role(
    user: User, *, municipality: Municipality, role: str, at: dt.datetime, by: str, committee_code: str = ""
) -> Membership:
    """Give somebody a role; giving it again changes nothing."""
    membership, is_new = Membership.objects.get_or_create(
        user=user, municipality=municipality, role=role, committee_code=committee_code
    )
    if is_new:
        detail = {"user": user.pk, "role": role, "municipality": municipality.code}
        record(Verb.MEMBERSHIP_GIVEN, subject=membership, by=by, at=at, detail=detail)
    return membership
