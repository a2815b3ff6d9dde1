"""Guessing is stopped, and stops nobody else: behind a proxy, at one address, from many addresses."""

from __future__ import annotations

import http.client
import http.server
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from mapdialog.people.models import SharedValue
from tests import factories

pytestmark = pytest.mark.usefixtures("_locks_out")
LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXP"


def sign_in(email: str, password: str, *, address: str) -> int:
    form = {"login": email, "password": password}
    answer = Client().post(LOGIN, form, headers={"X-Forwarded-For": f"203.0.113.1, {address}"})
    return answer.status_code


def test_guessing_locks_the_person_at_that_address_out() -> None:
    victim, other = factories.user(), factories.user()
    statuses = [sign_in(victim.email, "wrong", address="198.51.100.7") for _ in range(8)]
    assert statuses == [200] * 7 + [429]
    assert sign_in(victim.email, "password", address="198.51.100.7:4711") == 429, (
        "the right one comes too late"
    )
    assert sign_in(other.email, "password", address="198.51.100.7") == 302, "others there are not shut out"
    assert sign_in(victim.email, "password", address="198.51.100.8") == 302, "nor the person elsewhere"


def test_nobody_can_lock_out_a_planner() -> None:
    """From as many addresses as one likes."""
    planner = factories.user(role="planner", of=factories.municipality())
    for number in range(12):
        sign_in(planner.email, "wrong", address=f"198.51.100.{number}")
    for _ in range(9):
        sign_in(planner.email, "wrong", address="198.51.100.200")
    assert sign_in(planner.email, "password", address="192.0.2.1") == 302


def test_a_household_with_a_network_of_addresses_is_one() -> None:
    victim = factories.user()
    statuses = [sign_in(victim.email, "wrong", address=f"[2001:db8:1:2::{n:x}]:443") for n in range(1, 9)]
    assert statuses[-1] == 429
    assert sign_in(victim.email, "password", address="2001:db8:1:2:ffff::1") == 429
    assert sign_in(victim.email, "password", address="2001:db8:1:3::1") == 302


def test_an_address_that_tries_many_accounts_is_stopped_and_no_other(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"password_failed": "5/10m/ip"}
    for number in range(5):
        assert sign_in(f"nobody{number}@example.org", "wrong", address="198.51.100.7") == 200
    somebody = factories.user()
    assert sign_in(somebody.email, "password", address="198.51.100.7") == 200, "told to wait"
    assert sign_in(somebody.email, "password", address="198.51.100.8") == 302


def test_codes_of_a_second_factor_are_not_guessed_from_many_addresses() -> None:
    person = factories.user()
    TOTP.activate(person, SECRET)
    client = Client()
    client.post(LOGIN, {"login": person.email, "password": "password"})

    def right() -> int:
        """Now: half a minute later it is another one."""
        return hotp_value(SECRET, next(iter(yield_hotp_counters_from_time())))

    def typed(code: int, *, address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return client.post("/accounts/2fa/authenticate/", {"code": f"{code:06}"}, headers=headers).status_code

    for number in range(10):
        assert typed((right() + 1000 + number) % 1_000_000, address=f"198.51.100.{number}") == 200
    assert typed(right(), address="198.51.100.99") == 200, "the right one comes too late"
    cache.clear()
    assert typed(right(), address="198.51.100.99") == 302


def test_what_is_counted_is_counted_for_all_processes_and_under_a_hash() -> None:
    sign_in("nobody@example.org", "wrong", address="198.51.100.7")
    keys = list(SharedValue.objects.values_list("cache_key", flat=True))
    assert keys
    assert all(len(key) == 64 for key in keys)


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes on what it is sent, and appends whom it saw to X-Forwarded-For, as proxies do."""

    upstream = ""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hops = [
            *self.headers.get_all("X-Forwarded-For", []),
            f"{self.client_address[0]}:{self.client_address[1]}",
        ]
        headers = {name: value for name, value in self.headers.items() if name.lower() != "x-forwarded-for"}
        headers |= {"X-Forwarded-For": ", ".join(hops), "Host": self.upstream, "Connection": "close"}
        connection = http.client.HTTPConnection(self.upstream, timeout=30)
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_POST = do_GET  # noqa: N815 (http.server calls it so)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing: the tests' output is theirs."""


@pytest.fixture
def proxy(live_server: Any) -> Iterator[int]:
    handler = type("ToTheServer", (Proxy,), {"upstream": urlsplit(live_server.url).netloc})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def through(proxy: int, email: str, password: str, *, client: str) -> int:
    """Signs in through the proxy from an address of its own: all of 127.0.0.0/8 is this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=30, source_address=(client, 0))
    forged = {"X-Forwarded-For": "203.0.113.77"}  # what a client writes there itself is not believed
    connection.request("GET", LOGIN, headers=forged)
    answer = connection.getresponse()
    page = answer.read().decode()
    cookies = SimpleCookie()
    for value in answer.headers.get_all("Set-Cookie", []):
        cookies.load(value)
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = urlencode({"login": email, "password": password, "csrfmiddlewaretoken": token})
    headers = forged | {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
    }
    connection.request("POST", LOGIN, form, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_ten_clients_behind_one_proxy_are_ten(proxy: int) -> None:
    people = [factories.user() for _ in range(10)]
    addresses = [f"127.0.1.{number}" for number in range(1, 11)]
    with ThreadPoolExecutor(4) as clients:
        failures = list(
            clients.map(
                lambda pair: through(proxy, pair[0].email, "wrong", client=pair[1]),
                zip(people, addresses, strict=True),
            )
        )
    assert failures == [200] * 10
    assert through(proxy, people[0].email, "password", client=addresses[0]) == 302
    newcomer = factories.user()
    assert through(proxy, newcomer.email, "password", client="127.0.1.99") == 302
    for _ in range(8):
        last = through(proxy, newcomer.email, "wrong", client="127.0.1.50")
    assert last == 429
    assert through(proxy, newcomer.email, "password", client="127.0.1.99") == 302
