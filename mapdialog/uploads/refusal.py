"""Why a file was not read, for a page: the import's messages also speak to whoever types commands."""

from __future__ import annotations

import re

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def for_page(error: Exception) -> str:
    """The message without the sentences that name a command's options: a page has a form for these."""
    sentences = _BETWEEN_SENTENCES.split(str(error))
    return " ".join(sentence for sentence in sentences if "--" not in sentence)
