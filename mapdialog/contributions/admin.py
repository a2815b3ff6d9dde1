"""Contributions in the administration: to be read, and moderated; their words are never changed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from layers.figure import Figure
from mapdialog.audit.journal import JournalError
from mapdialog.contributions import editing, moderation, screening
from mapdialog.contributions.meanwhile import meanwhile
from mapdialog.contributions.models import Contribution
from mapdialog.people.admin import OfOwnMunicipality
from mapdialog.people.models import Membership, User
from mapdialog.web.query import identifier
from mapdialog.web.values import of_form


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

    def action_checkbox(self, contribution: Contribution) -> SafeString:
        """The row's box, and the version that the row shows: what is ticked is decided about that one."""
        version = format_html(
            '<input type="hidden" name="{}" value="{}">', _field(contribution), contribution.version
        )
        return super().action_checkbox(contribution) + version

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
        """Those on the page that was read, each by its own version; what could not be decided is said."""
        n_decided = n_unread = 0
        for contribution in self._ticked(request, chosen):
            version = of_form(request).whole(_field(contribution))
            if version is None:
                n_unread += 1
                continue
            trouble = _decided(contribution, decide, by=cast("User", request.user), version=version)
            if trouble:
                self.message_user(request, trouble, messages.WARNING)
            else:
                n_decided += 1
        if n_unread:
            # “Select all” reaches further than the page
            message = ngettext(
                "%(n)s was not on the page that you read, and is as it was.",
                "%(n)s were not on the page that you read, and are as they were.",
                n_unread,
            )
            self.message_user(request, message % {"n": Figure(n_unread)}, messages.WARNING)
        if n_decided:
            self.message_user(request, _("%(n)s decided.") % {"n": Figure(n_decided)}, messages.SUCCESS)

    def _ticked(self, request: HttpRequest, chosen: QuerySet[Contribution]) -> Iterator[Contribution]:
        """The chosen, and those ticked that somebody else's decision took out of the list's filter meanwhile.

        Django narrows what is ticked to what the list would show now; left out, they would not be spoken of.
        """
        chosen = chosen.select_related("consultation__municipality")
        yield from chosen
        ticked = {identifier(text) for text in of_form(request).texts(ACTION_CHECKBOX_NAME)}
        moved = ticked - {None} - {contribution.pk for contribution in chosen}
        if moved:
            rows = self.get_queryset(request).select_related("consultation__municipality")
            yield from rows.filter(pk__in=moved).order_by("received_at", "pk")


def _field(contribution: Contribution) -> str:
    return f"version-{contribution.pk}"


def _decided(contribution: Contribution, decide: Callable[..., None], *, by: User, version: int) -> str:
    """Decides; a sentence if it could not be done, else nothing."""
    try:
        decide(contribution, by=by, at=timezone.now(), reason=_("in the administration"), version=version)
    except editing.VersionError:
        return meanwhile(contribution, version=version, reader=by)
    except (moderation.NotPublishableError, JournalError) as error:
        return f"{contribution.code}: {error}"
    return ""
