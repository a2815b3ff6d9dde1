"""Addresses that leave the service: of the configured site, whatever a request's Host says."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """The whole address of a path of ours."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"
