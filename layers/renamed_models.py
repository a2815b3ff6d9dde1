"""What a renamed model leaves behind in Django's own tables: its content type and its permissions."""

from collections.abc import Mapping
from typing import Any

from django.db.migrations import RunPython


def permissions(app_label: str, names: Mapping[str, str]) -> RunPython:
    """Whoever may change the old model may change the new one. `names`: old → new, in small letters."""

    def rename_all(apps: Any, names: Mapping[str, str]) -> None:
        content_types = apps.get_model("contenttypes", "ContentType").objects.filter(app_label=app_label)
        for old, new in names.items():
            former = content_types.filter(model=old).first()
            if former is not None:
                _rename(apps, former, new=new, current=content_types.filter(model=new).first())

    return RunPython(
        lambda apps, editor: rename_all(apps, names),
        lambda apps, editor: rename_all(apps, {new: old for old, new in names.items()}),
    )


def _rename(apps: Any, former: Any, *, new: str, current: Any) -> None:
    """`current` is there where new code ran before the migration, or old code after it: both become one."""
    for permission in apps.get_model("auth", "Permission").objects.filter(content_type=former):
        _rename_permission(permission, former=former, new=new, current=current)
    if current is None:
        former.model = new
        former.save()
        return
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.related_model is type(former):
                model.objects.filter(**{field.name: former}).update(**{field.name: current})
    former.delete()


def _rename_permission(permission: Any, *, former: Any, new: str, current: Any) -> None:
    verb = permission.codename.removesuffix(f"_{former.model}")
    codename = f"{verb}_{new}"
    same = current and type(permission).objects.filter(content_type=current, codename=codename).first()
    if not same:
        permission.codename, permission.name = codename, f"Can {verb} {new}"
        permission.content_type = current or former
        permission.save()
        return
    for group in permission.group_set.all():
        group.permissions.add(same)
    if hasattr(permission, "user_set"):  # where the project's own users are known to the migration
        for user in permission.user_set.all():
            user.user_permissions.add(same)
    permission.delete()
