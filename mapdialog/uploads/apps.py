from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UploadsConfig(AppConfig):
    name = "mapdialog.uploads"
    # What it was called first: migrations, permissions, tables and the administration's addresses go by it.
    label = "deliveries"
    verbose_name = _("Uploads")
