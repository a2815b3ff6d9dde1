"""The headers of static files. Apart from static_files.py, because the settings import it."""

from wsgiref.headers import Headers


def keep_type(headers: Headers, path: str, url: str) -> None:
    """The one header of Django's SecurityMiddleware that means something on a script or style sheet."""
    headers["X-Content-Type-Options"] = "nosniff"
