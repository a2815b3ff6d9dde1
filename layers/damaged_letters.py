"""Letters that were read in the wrong encoding: “Ã¸” or “›” for ø. Nothing is mended by guessing."""

from __future__ import annotations

import re

# UTF-8 that was read as Windows-1252 or Latin-1: “Ã¸” for ø, “â€™” for ’. After Ä and Å, which are letters
# here, quotation marks and spaces are what they seem.
_AS_WINDOWS = "[ÂÃ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÄÅ][\x80-\x9f¡-¿]|â€"
# The same read as by a Mac or by DOS, and the mark for what could not be read, itself read wrongly.
_AS_OTHERS = "√[¶∏•ÜòÖ§∂Ñ©]|├\\S|ï¿½"
# Text of DOS (ø å ä ö) or of a Mac (æ ø) read by Windows: signs that stand between no two letters.
_OF_OTHERS = r"(?<=[^\W\d_])[›†„”¢¾¿](?=[a-zæøåäö])"
_DAMAGED = re.compile(f"{_AS_WINDOWS}|{_AS_OTHERS}|{_OF_OTHERS}|\ufffd")


def are_in(text: str) -> bool:
    """Does the text seem to hold such letters?"""
    return _DAMAGED.search(text) is not None
