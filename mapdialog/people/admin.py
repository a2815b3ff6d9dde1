"""The administration of municipalities and people, and the rule all of it follows: one's own municipality."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.admin import EditionAdmin, LayerAdmin, LayerEventAdmin
from layers.models import Edition, Layer, LayerEvent
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.mail.models import RefusedAddress
from mapdialog.people import factor_admin  # noqa: F401 (registers itself)
from mapdialog.people.models import Membership, Municipality, User
from mapdialog.people.notices import address_was_changed, password_was_changed
from mapdialog.people.sign_in import forget_other_addresses


def municipalities_of(
    user: Any, *, roles: tuple[str, ...] = (Membership.Role.ADMIN,)
) -> QuerySet[Municipality]:
    """Where the user may administer: everywhere for a superuser, else where they have one of the roles."""
    if user.is_superuser:
        return Municipality.objects.all()
    return Municipality.objects.filter(memberships__user=user, memberships__role__in=roles).distinct()


class OfOwnMunicipality(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Shows and changes only what belongs to the user's municipalities, and writes the audit trail.

    `municipality_path` leads from the model to its municipality, `roles` are those that may come here.
    What is done here is recorded with the verbs `made`, `changed` and `deleted`.
    """

    made: Verb
    changed: Verb
    deleted: Verb
    municipality_path = "municipality"
    roles: tuple[str, ...] = (Membership.Role.ADMIN,)

    def municipalities(self, request: HttpRequest) -> QuerySet[Municipality]:
        return municipalities_of(request.user, roles=self.roles)

    def within(self, municipalities: QuerySet[Municipality]) -> Q:
        """The rows that belong to these municipalities."""
        return Q(**{f"{self.municipality_path}__in": municipalities})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(self.within(self.municipalities(request)))

    def _is_official(self, request: HttpRequest, obj: Any = None) -> bool:
        user = request.user
        if not (user.is_active and user.is_authenticated):
            return False
        if user.is_superuser:
            return True
        if obj is None:
            return self.municipalities(request).exists()
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What a page leaves out cannot be asked for in its address either: hashes, keys, places."""
        name = lookup.partition("__")[0]
        field = next((field for field in self.opts.get_fields() if field.name == name), None)
        is_key = getattr(field, "primary_key", False)
        if name in (self.exclude or ()) or not (is_key or getattr(field, "editable", True)):
            return False
        return super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_official(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_official(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_official(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_official(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_official(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Municipality:
            kwargs["queryset"] = self.municipalities(request)
        elif db_field.related_model is User:
            kwargs["queryset"] = users_within(request)
        elif db_field.related_model is Layer:
            kwargs["queryset"] = layers_within(self.municipalities(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Layer:
            kwargs["queryset"] = layers_within(self.municipalities(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = self.changed if change else self.made
        self._record(request, obj, verb, fields=sorted(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        self._record(request, obj, self.deleted)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def _record(self, request: HttpRequest, obj: models.Model, verb: Verb, **detail: Any) -> None:
        record(verb, subject=obj, by=f"user:{request.user.pk}", at=timezone.now(), detail=detail)


def users_within(request: HttpRequest) -> QuerySet[User]:
    """Whom an administrator may see: their municipality's people, and those who have no role anywhere yet."""
    if request.user.is_authenticated and request.user.is_superuser:
        return User.objects.all()
    own = Membership.objects.filter(municipality__in=municipalities_of(request.user)).values("user")
    anybody = Membership.objects.values("user")
    return User.objects.filter(Q(pk__in=own) | Q(is_superuser=False) & ~Q(pk__in=anybody))


def layers_within(municipalities: QuerySet[Municipality]) -> QuerySet[Layer]:
    return Layer.objects.filter(owner__in=municipalities.values("code"))


@admin.register(Municipality)
class MunicipalityAdmin(OfOwnMunicipality):
    municipality_path = "pk"
    made, changed, deleted = Verb.MUNICIPALITY_MADE, Verb.MUNICIPALITY_CHANGED, Verb.MUNICIPALITY_DELETED
    list_display = ["name", "code", "country", "time_zone"]
    search_fields = ["name", "code"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # layers and stored distances hang on these
        return [] if self.has_add_permission(request) else ["code", "country", "metric_srid", "is_demo"]


@admin.register(Membership)
class MembershipAdmin(OfOwnMunicipality):
    made, changed, deleted = Verb.MEMBERSHIP_MADE, Verb.MEMBERSHIP_CHANGED, Verb.MEMBERSHIP_DELETED
    list_display = ["user", "role", "municipality", "committee_code"]
    list_filter = ["role", "municipality"]
    list_select_related = ["user", "municipality"]
    search_fields = ["user__email"]


class _UserCreation(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name")


class _UserChange(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name", "is_active")


@admin.register(User)
class PersonAdmin(OfOwnMunicipality, UserAdmin):  # type: ignore[type-arg]
    """Nobody changes a person who also works elsewhere: who sets a password has all that person's roles."""

    made, changed, deleted = Verb.USER_MADE, Verb.USER_CHANGED, Verb.USER_DELETED
    add_form = _UserCreation
    form = _UserChange
    list_display = ["email", "name", "is_active", "returned_mail"]
    list_filter = ["is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "returned_mail", "password", "name"]}),
        (_("Rights"), {"fields": ["is_active", "is_superuser"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        refusals = RefusedAddress.objects.filter(email__iexact=OuterRef("email")).order_by("pk")
        return (
            users_within(request).order_by("email").annotate(refusal=Subquery(refusals.values("answer")[:1]))
        )

    @admin.display(description=_("mail comes back"))
    def returned_mail(self, person: Any) -> str:
        """What a mail server said when it refused mail for this address."""
        return getattr(person, "refusal", None) or ""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            forget_other_addresses(obj)
            if change and form.initial["email"] != obj.email:
                address_was_changed(form.initial["email"])

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page; a changed password is recorded."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            person = self.get_object(request, id)
            if person is not None:
                self._record(request, person, Verb.PASSWORD_CHANGED)
                password_was_changed(person)
        return response

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or request.user.is_superuser:
            return self._is_official(request, obj)
        elsewhere = obj.memberships.exclude(municipality__in=self.municipalities(request)).exists()
        return self._is_official(request, obj) and not obj.is_superuser and not elsewhere

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["returned_mail"] if request.user.is_superuser else ["returned_mail", "is_superuser"]


class _OfOwner(OfOwnMunicipality):
    """Layers name their owner by the municipality's code, not by a key."""

    owner_path = "owner"

    def within(self, municipalities: QuerySet[Municipality]) -> Q:
        return Q(**{f"{self.owner_path}__in": municipalities.values("code")})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _OfOwnerToRead(_OfOwner):
    """The planners' pages change these, and write each change into the layer's log."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# The layers app knows no people: here its pages learn whom they are for. Sessions are their owners'.
admin.site.unregister([Group, Layer, Edition, LayerEvent, UserSession])


@admin.register(Layer)
class OwnLayerAdmin(_OfOwnerToRead, LayerAdmin):
    pass


@admin.register(Edition)
class OwnEditionAdmin(_OfOwner, EditionAdmin):
    changed = Verb.EDITION_CHANGED
    owner_path = "layer__owner"


@admin.register(LayerEvent)
class OwnLayerEventAdmin(_OfOwnerToRead, LayerEventAdmin):
    owner_path = "layer__owner"
