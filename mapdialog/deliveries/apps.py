from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveriesConfig(AppConfig):
    name = "mapdialog.deliveries"
    verbose_name = _("Files brought in")
