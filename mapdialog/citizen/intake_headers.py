"""What a phone says of itself in headers: the key to its contribution, its device, the version it knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from mapdialog.contributions import editing, keys
from mapdialog.web.headers import Headers
from mapdialog.web.problem import Problem
from mapdialog.web.reading import Reading

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_DEVICE = re.compile(r"[A-Za-z0-9_+/=-]{8,128}", re.ASCII)
# A proxy that compresses makes the ETag a weak one; the number in it is as good.
_IF_MATCH = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)


@dataclass(frozen=True, kw_only=True)
class RandomText(Reading):
    """What a phone makes up and sends under `header`. What cannot be it is a Problem `kind`, and told why."""

    header: str
    pattern: re.Pattern[str]
    kind: str
    sentence: StrOrPromise

    def read(self, text: str) -> str:
        if not self.pattern.fullmatch(text):
            raise Problem(self.kind, status=400, detail=str(self.sentence), field=self.header)
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$"}


@dataclass(frozen=True, kw_only=True)
class EditToken(RandomText):
    """Who sends none is asked to say who they are (401)."""

    def read(self, text: str) -> str:
        if not text:
            detail = _("The edit token is missing.")
            raise Problem("token-missing", status=401, detail=detail, field=self.header)
        return super().read(text)


_EDIT_TOKEN = EditToken(
    header="X-Edit-Token",
    pattern=keys.TOKEN,
    kind="bad-token",
    sentence=gettext_lazy("The edit token must have 22 to 128 letters and digits."),
)
_DEVICE_KEY = RandomText(
    header="X-Device-Key",
    pattern=_DEVICE,
    kind="bad-device-key",
    sentence=gettext_lazy("The device key must have 8 to 128 letters and digits."),
)


@dataclass(frozen=True)
class KnownVersion(Reading):
    """None for `*`: whatever is there."""

    def read(self, text: str) -> int | None:
        if not text:
            detail = _("Send If-Match with the ETag that you read.")
            raise Problem("version-missing", status=428, detail=detail)
        if text.strip() == "*":
            return None
        number = _IF_MATCH.fullmatch(text.strip())
        if number is None:
            raise editing.VersionError
        return int(number[1])


_Device = Annotated[str | None, _DEVICE_KEY]
_DEVICE_FIELD: Any = Field(
    default=None, alias="X-Device-Key", description="A random key of the device, for rate limits."
)


class OfAuthor(Headers):
    token: Annotated[str, _EDIT_TOKEN] = Field(
        alias="X-Edit-Token",
        description="At least 128 random bits made by the client; only a hash is stored.",
    )


class ToSend(OfAuthor):
    device: _Device = _DEVICE_FIELD


class ToErase(OfAuthor):
    version: Annotated[int | None, KnownVersion()] = Field(
        alias="If-Match", description="The ETag that GET gave."
    )


class ToChange(ToErase):
    device: _Device = _DEVICE_FIELD
