"""Static files under names that hold their content's hash, and the import map made of them."""

import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

_SOURCE = Path(settings.BASE_DIR) / "static"
_SHARED = ("lib", "map")
# Whole lines only, so that no string with // in it is ever touched.
_COMMENTS = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)[ \t]*\n", re.DOTALL | re.MULTILINE)

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise ships no types
    """Hashes names and compresses. Modules name each other by bare specifier, which the import map resolves:
    Django's own rewriting of imports silently skips one without a trailing semicolon."""

    support_js_module_import_aggregation = False
    manifest_strict = True

    def _save(self, name: str, content: "File[bytes]") -> str:
        """Our own modules and style sheets lose their comments on the way out: a quarter of their bytes."""
        if name.startswith(("js/", "css/")) and name.endswith((".js", ".css")):
            content.seek(0)  # the hashed copy comes from a file that was read to its end for the hash
            content = ContentFile(without_comments(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved


def without_comments(source: str) -> str:
    """The text without indentation and without comments on lines of their own; those behind code stay."""
    return _INDENTATION.sub("", _COMMENTS.sub("", source))


@cache
def module_names(audience: str) -> dict[str, str]:
    """Bare specifier → path under static/: the audience's own modules, the shared and the vendored ones."""
    ours = [
        path for folder in (audience, *_SHARED) for path in sorted((_SOURCE / "js" / folder).rglob("*.js"))
    ]
    names = {
        f"mapdialog/{path.relative_to(_SOURCE / 'js').as_posix()}": path.relative_to(_SOURCE).as_posix()
        for path in ours
    }
    manifest = json.loads((_SOURCE / "vendor" / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest:
        if specifier := entry.get("specifier"):
            names[specifier] = f"vendor/{entry['file']}"
    return names


@cache
def import_map(audience: str) -> str:
    """The import map as JSON, from bare specifier to the file's public address."""
    urls = {name: staticfiles_storage.url(path) for name, path in module_names(audience).items()}
    return json.dumps({"imports": urls}, separators=(",", ":"))
