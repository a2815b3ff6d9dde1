"""The administration of consultations and everything that belongs to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.gis.geos import MultiPolygon
from django.db import connection, models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapdialog.audit.verb import Verb
from mapdialog.dialogue import area
from mapdialog.dialogue.models import (
    Alternative,
    Consultation,
    ConsultationHolder,
    DataVersion,
    Document,
    Indicator,
    Question,
    Round,
    TargetGroup,
    Theme,
)
from mapdialog.people.admin import OfOwnMunicipality
from mapdialog.people.models import Membership
from mapdialog.web.kept_file import DoorInput
from mapdialog.web.map_widget import AreaWidget

_EDITORS = (Membership.Role.ADMIN, Membership.Role.PLANNER)


class AreaField(forms.Field):
    """An area as GeoJSON text, built from its numbers: no text of a form reaches GEOS or GDAL."""

    widget = AreaWidget

    def prepare_value(self, value: Any) -> Any:
        return value.json if isinstance(value, MultiPolygon) else value

    def to_python(self, value: Any) -> MultiPolygon | None:
        if not value or not value.strip():
            return None
        try:
            return area.of_text(value.encode())
        except area.AreaError:
            message = _("The area must be GeoJSON with valid polygons, in longitude and latitude.")
            raise forms.ValidationError(message) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            geometry = self.to_python(data)
        except forms.ValidationError:
            return True
        if initial is None or geometry is None:
            return geometry is not initial
        return not initial.equals_exact(geometry, 1e-9)


class ConsultationForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    area = AreaField(required=False, label=gettext_lazy("area"))

    class Meta:
        model = Consultation
        fields = "__all__"  # noqa: DJ007 (the fieldsets below choose)


class _Rows(admin.TabularInline):  # type: ignore[type-arg] # not subscriptable at run time
    extra = 0
    formfield_overrides = {
        models.JSONField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 40})},
        models.URLField: {"assume_scheme": "https"},
        models.FileField: {"widget": DoorInput},
    }

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        # who may change the consultation may change its rows; its page has been checked already
        return request.user.is_active

    has_view_permission = has_change_permission = has_delete_permission = _may

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        owner = admin.site._registry[Consultation]
        field: Any = owner.formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.related_model is not Consultation:
            # Django asks anew for every row, and for every look at the form.
            choices = request.__dict__.setdefault("_choices_of_rows", {})
            if db_field not in choices:
                choices[db_field] = list(field.choices)
            field.choices = choices[db_field]
        return field


def _rows(of: type[models.Model]) -> type[_Rows]:
    return type(f"{of.__name__}Rows", (_Rows,), {"model": of})


@admin.register(Consultation)
class ConsultationAdmin(OfOwnMunicipality):
    made, changed, deleted = Verb.CONSULTATION_MADE, Verb.CONSULTATION_CHANGED, Verb.CONSULTATION_DELETED
    form = ConsultationForm
    roles = _EDITORS
    list_display = ["slug", "municipality", "status", "opens_at", "closes_at"]
    list_filter = ["status", "municipality"]
    list_select_related = ["municipality"]
    search_fields = ["slug", "case_number", "plan_id"]
    filter_horizontal = ["base_layers"]
    formfield_overrides = {models.JSONField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 90})}}
    inlines = [
        _rows(part)
        for part in (
            Theme,
            Question,
            Alternative,
            Document,
            Round,
            TargetGroup,
            Indicator,
            ConsultationHolder,
        )
    ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A changed precision moves every contribution: that may take longer than a page."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '5min'")
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Last of all the data version, so that no page or cache keeps the old texts."""
        super().save_related(request, form, formsets, change)
        DataVersion.objects.get_or_create(consultation=form.instance)
        DataVersion.bump(form.instance)
