"""How large a body each address takes. docker/Caddyfile takes no less."""

from __future__ import annotations

_MB = 1024**2
# The first that fits counts. Map files are larger than anything else that is sent in; forms of officials
# bring documents and tables; residents send words.
LIMITS: tuple[tuple[str, int], ...] = (
    ("/planner/layers/upload/", 540 * _MB),
    ("/planner/", 32 * _MB),
    ("/admin/", 32 * _MB),
    ("/", 256 * 1024),
)

# Under this name the server tells the application why it did not take a body: the status to answer with. No
# client can, because what it sends has names that begin with HTTP_.
WHY = "mapdialog.refused_body"
TOO_LARGE = 413
TOO_SLOW = 408


def most_bytes(path: str) -> int:
    """The most that a body sent to this address may have."""
    return next((most for prefix, most in LIMITS if path.startswith(prefix)), LIMITS[-1][1])
