"""A layer's pages as a person uses them: what stands there, and pressing a button of the newest page."""

import re
from typing import Any

from django.test import Client

from layers.models import Layer


def newest_event(layer: Layer) -> int:
    """What a form of a page loaded now carries."""
    return layer.events.order_by("-pk").values_list("pk", flat=True).first() or 0


def press(browser: Client, layer: Layer, path: str, **values: Any) -> Any:
    return browser.post(path, {"seen": newest_event(layer), **values}, follow=True)


def text_of(response: Any) -> str:
    """The words of the page's main part, without tags, blanks taken together."""
    body = response.content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))
