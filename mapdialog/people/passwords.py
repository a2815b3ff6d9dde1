"""Which passwords are refused: those that are quickly guessed. None for a lack of digits or signs."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mapdialog.people.models import Municipality

# zxcvbn takes no more, and nothing as long is guessed for what comes after.
_LONGEST_LOOKED_AT = 72
_BETWEEN_WORDS = re.compile(r"[\s_.,/+-]+")
# Of 0 to 4, the best: more than 10¹⁰ guesses, also for who has the hashes.
_SCORE = 4
# Words that its English lists lack and that people here begin with.
_OURS = (
    "mapdialog", "kommune", "kommunen", "kommun", "passord", "lösenord", "losenord", "adgangskode", "kodeord",
    "velkommen", "välkommen", "valkommen", "hemmelig", "hemlig", "administrator", "planlegger", "planer",
    "sommer", "sommar", "vinter", "norge", "noreg", "sverige", "danmark",
)  # fmt: skip


class LongEnough(MinimumLengthValidator):
    """Django's, in words of ours: its own lack some of our languages."""

    def get_error_message(self) -> str:
        return self.get_help_text()

    def get_help_text(self) -> str:
        return _("A password has %(n)s characters or more.") % {"n": self.min_length}


class NotQuicklyGuessed:
    """A password validator: no names of the site, its municipalities or the person, no rows of keys."""

    def validate(self, password: str, user: Any = None) -> None:
        # 30 MB of word lists, which only those few processes need in which somebody chooses a password.
        from zxcvbn import zxcvbn

        known = sorted(_known_words(user))
        typed = password.casefold()
        # What stands between two words that everybody knows hides neither.
        spellings = {spelling for spelling in (typed, _BETWEEN_WORDS.sub("", typed)) if spelling}
        scores = [zxcvbn(text[:_LONGEST_LOOKED_AT], user_inputs=known)["score"] for text in spellings]
        if min(scores, default=0) < _SCORE:
            raise ValidationError(
                _(
                    "This password is quickly guessed: it holds a name that everybody knows, a row of keys "
                    "or a repetition. Take several words that have nothing to do with each other."
                ),
                code="quickly_guessed",
            )

    def get_help_text(self) -> str:
        return _("Several words that have nothing to do with each other make a good password.")


def _known_words(user: Any) -> set[str]:
    """What anybody would try first here, in small letters."""
    texts = [*_OURS, urlsplit(settings.SITE_URL).hostname or ""]
    texts += Municipality.objects.order_by("pk").values_list("name", flat=True)
    texts += [getattr(user, "email", None) or "", getattr(user, "name", None) or ""]
    words = {word for text in texts for word in re.split(r"\W+", text.casefold())}
    return {word for word in words | {text.casefold() for text in texts} if len(word) > 2}
