"""What a renamed model leaves behind in Django's own tables: its content type and its permissions."""

from collections.abc import Mapping
from typing import Any

from django.db.migrations import RunPython


def permissions(app_label: str, names: Mapping[str, str]) -> RunPython:
    """Whoever may change the old model may change the new one. `names`: old → new, in small letters."""

    def rename(apps: Any, names: Mapping[str, str]) -> None:
        kinds = apps.get_model("contenttypes", "ContentType").objects.filter(app_label=app_label)
        permissions_of_app = apps.get_model("auth", "Permission").objects.filter(
            content_type__app_label=app_label
        )
        for old, new in names.items():
            kinds.filter(model=old).update(model=new)
            for permission in permissions_of_app.filter(codename__endswith=f"_{old}"):
                verb = permission.codename.removesuffix(f"_{old}")
                permission.codename, permission.name = f"{verb}_{new}", f"Can {verb} {new}"
                permission.save(update_fields=["codename", "name"])

    return RunPython(
        lambda apps, editor: rename(apps, names),
        lambda apps, editor: rename(apps, {new: old for old, new in names.items()}),
    )
