from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class AdministrationConfig(AdminConfig):
    default_site = "mapdialog.people.administration.Administration"


class PeopleConfig(AppConfig):
    name = "mapdialog.people"
    verbose_name = _("People")

    def ready(self) -> None:
        from mapdialog.people import notices, second_factor, trail

        second_factor.connect()
        trail.connect()
        notices.connect()
