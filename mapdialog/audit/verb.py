"""What the audit trail can say was done, each with its words: what is not declared here cannot be recorded.

The values are stored and stay for ever. The trail undoes nothing: where a deed can be undone, the page that
did it says so, and the undo is a deed of its own.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    CONTRIBUTION_RECEIVED = "contribution.received", _("A comment was received")
    CONTRIBUTION_CHANGED = "contribution.changed", _("A comment was changed by its author")
    CONTRIBUTION_ERASED = "contribution.erased", _("A comment was deleted")
    CONTRIBUTION_MODERATED = "contribution.moderated", _("A comment was moderated")
    CONTRIBUTIONS_IMPORTED = "contributions.imported", _("Comments were imported")
    CONTRIBUTIONS_EXPORTED = "contributions.exported", _("Comments were exported")
    CONSULTATION_MADE = "consultation.made", _("A consultation was created")
    CONSULTATION_CHANGED = "consultation.changed", _("A consultation was changed")
    CONSULTATION_DELETED = "consultation.deleted", _("A consultation was deleted")
    UPLOAD_RECEIVED = "upload.received", _("A file was uploaded")
    UPLOAD_SAVED = "upload.saved", _("An uploaded file was saved as an edition")
    UPLOAD_DISCARDED = "upload.discarded", _("An uploaded file was discarded")
    EDITION_CHANGED = "edition.changed", _("An edition was changed in the administration")
    MUNICIPALITY_MADE = "municipality.made", _("A municipality was created")
    MUNICIPALITY_CHANGED = "municipality.changed", _("A municipality was changed")
    MUNICIPALITY_DELETED = "municipality.deleted", _("A municipality was deleted")
    MEMBERSHIP_GIVEN = "membership.given", _("A role was given")
    MEMBERSHIP_MADE = "membership.made", _("A role was given through the administration")
    MEMBERSHIP_CHANGED = "membership.changed", _("A role was changed in the administration")
    MEMBERSHIP_DELETED = "membership.deleted", _("A role was taken away")
    USER_MADE = "user.made", _("A user was created")
    USER_CHANGED = "user.changed", _("A user was changed")
    USER_DELETED = "user.deleted", _("A user was deleted")
    SIGNED_IN = "sign_in.done", _("Somebody signed in")
    SIGN_IN_LOCKED = "sign_in.locked", _("Too many wrong passwords at an address")
    SIGNED_OUT = "sign_in.ended", _("Somebody signed out")
    SESSIONS_ENDED = "sign_in.others_ended", _("Somebody ended their other sessions")
    PASSWORD_CHANGED = "password.changed", _("A password was changed")
    PASSWORD_RESET = "password.reset", _("A password was chosen by mail")
    EMAIL_CHANGED = "email.changed", _("Somebody changed their address")
    FACTOR_ADDED = "factor.added", _("A second factor was added")
    FACTOR_REMOVED = "factor.removed", _("A second factor was removed")
