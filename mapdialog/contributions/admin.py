"""Contributions in the administration: to be read, and moderated; their words are never changed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapdialog.audit.journal import JournalError
from mapdialog.contributions import editing, moderation, screening
from mapdialog.contributions.models import Contribution
from mapdialog.people.admin import OfOwnMunicipality
from mapdialog.people.models import Membership


@admin.register(Contribution)
class ContributionAdmin(OfOwnMunicipality):
    municipality_path = "consultation__municipality"
    roles = Membership.OFFICIALS
    list_display = ["code", "consultation", "theme", "state", "flags_in_words", "received_at", "arrival"]
    list_filter = ["state", "arrival", "kind", ("consultation", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["consultation", "theme"]
    search_fields = ["code", "source_id"]
    date_hierarchy = "received_at"
    exclude = ["geom", "geom_public", "contributor_key"]
    actions = ["publish", "hold", "reject"]

    @admin.display(description=gettext_lazy("flags"))
    def flags_in_words(self, contribution: Contribution) -> str:
        return ", ".join(str(screening.WORDS.get(flag, flag)) for flag in contribution.flags)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Publish"), permissions=["view"])
    def publish(self, request: HttpRequest, chosen: QuerySet[Contribution]) -> None:
        self._decide(request, chosen, moderation.publish)

    @admin.action(description=gettext_lazy("Hide until it has been read again"), permissions=["view"])
    def hold(self, request: HttpRequest, chosen: QuerySet[Contribution]) -> None:
        self._decide(request, chosen, moderation.hold)

    @admin.action(description=gettext_lazy("Do not publish"), permissions=["view"])
    def reject(self, request: HttpRequest, chosen: QuerySet[Contribution]) -> None:
        self._decide(request, chosen, moderation.reject)

    def _decide(
        self, request: HttpRequest, chosen: QuerySet[Contribution], decide: Callable[..., None]
    ) -> None:
        done = 0
        for contribution in chosen.exclude(state=Contribution.State.ERASED):
            try:
                decide(contribution, by=request.user, at=timezone.now(), reason=_("in the administration"))
                done += 1
            except (moderation.NotPublishableError, editing.VersionError, JournalError) as error:
                self.message_user(request, f"{contribution.code}: {error}", messages.WARNING)
        self.message_user(request, _("%(n)d decided.") % {"n": done})
