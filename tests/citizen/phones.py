"""A sender as the API meets one, and what is asked of an answer."""

import json
import secrets
import uuid

from mapdialog.contributions.models import Contribution

TOKEN = "0123456789abcdef0123456789abcdef"
DEVICE = "fedcba9876543210fedcba9876543210"


class Phone:
    """One sender: knows the address, the token and the device key."""

    def __init__(self, client, consultation, *, identifier=None, token=TOKEN, device=DEVICE):
        self.client = client
        self.id = identifier or str(uuid.uuid4())
        self.url = f"/api/v1/consultations/{consultation.slug}/contributions/{self.id}"
        self.headers = {"X-Edit-Token": token, "X-Device-Key": device}

    def call(self, method, body=None, *, content_type="application/geo+json", headers=None, **extra):
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        if body is None:
            data = b""
        sent = {**self.headers, **(headers or {})}
        sent = {name: value for name, value in sent.items() if value is not None}
        return self.client.generic(method, self.url, data, content_type=content_type, headers=sent, **extra)

    def put(self, body, **options):
        return self.call("PUT", body, **options)


def another_sender(client, consultation, **options):
    """A phone with an edit token of its own, as contributions have: what it sends alike is no second tap."""
    return Phone(client, consultation, token=secrets.token_hex(16), **options)


def assert_problem(response, status, kind):
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    body = response.json()
    assert (body["type"], body["status"]) == (f"/problems/{kind}", status)
    assert body["detail"]
    return body


def stored():
    return Contribution.objects.get()
