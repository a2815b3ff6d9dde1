"""A file that somebody sent in, handed out to be saved: never shown, never run, whatever it holds."""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class KeptFiles(FileSystemStorage):
    """No file has an address of its own: a view opens each door, after asking who may see what is there."""

    def url(self, name: str | None) -> NoReturn:
        raise NotImplementedError(f"{name}: hand it out by `attachment`, in a view that asks who may see it.")


class DoorInput(AdminFileWidget):
    """A file in the administration, with a link to the door of the object that it belongs to."""

    template_name = "admin/door_input.html"

    def is_initial(self, value: Any) -> bool:
        return bool(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        # a file that was just chosen and refused has no door yet
        owner = getattr(value, "instance", None)
        context["door"] = owner.get_absolute_url() if owner is not None and owner.pk and value else ""
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        # forms' own renderer does not look into the project's templates
        return render_to_string(template_name, context)


def attachment(file: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """The stored file under a name that is safe already. Raises Http404 where it is gone from the disk."""
    try:
        opened = file.open("rb")
    except (FileNotFoundError, ValueError):
        raise Http404 from None
    response = FileResponse(opened, as_attachment=True, filename=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
