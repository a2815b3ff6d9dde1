"""An area in a form: GeoJSON as text, and the same drawn on a map above it.

GeoDjango's own widget loads its map from another site and starts it by an inline script; our CSP refuses
both, rightly. Without JavaScript the text remains, and all can be done with it.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


class AreaWidget(forms.Textarea):
    template_name = "admin/area_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 6, "class": "area-text", "spellcheck": "false", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["texts"] = {
            "map": _("Map"),
            "zoomIn": _("Zoom in"),
            "zoomOut": _("Zoom out"),
            "close": _("Close"),
            "popup": _("About this spot"),
            "broken": _("The text is not GeoJSON yet."),
            "empty": _("No area: comments can be about anywhere."),
            "shown": _("The area is drawn on the map."),
        }
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        # forms' own renderer does not look into the project's templates
        return render_to_string(template_name, context)
