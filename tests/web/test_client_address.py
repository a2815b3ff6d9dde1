"""One function says where a request comes from, however many proxies stand in front, whatever they write."""

from typing import Any

import pytest
from django.test import RequestFactory

from mapdialog.web.client_address import UNKNOWN, address_of, household_of, is_this_machine, network_of


def asked(forwarded: str = "", *, remote: str = "10.0.0.1") -> Any:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.5", "10.0.0.1"),
        (0, "", "10.0.0.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.9, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.9, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (2, "203.0.113.5,10.0.0.2", "203.0.113.5"),
        # it did not come through both proxies: nothing in the header is to be believed
        (2, "203.0.113.5", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.5:4711", "203.0.113.5"),
        (1, "[2001:db8::5]:4711", "2001:db8::5"),
        (1, "[2001:db8::5]", "2001:db8::5"),
        (1, "2001:DB8:0::5", "2001:db8::5"),
        (1, '"[2001:db8::5]:4711"', "2001:db8::5"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
        (1, "fe80::5%eth0", "fe80::5"),
        (1, "unknown", "10.0.0.1"),
        (1, "203.0.113.5, <script>", "10.0.0.1"),
        (1, "203.0.113.999", "10.0.0.1"),
        (1, " , ", "10.0.0.1"),
    ],
)
def test_the_hop_that_our_own_proxy_saw_counts(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXY_COUNT = proxies
    assert address_of(asked(forwarded)) == address


def test_a_socket_file_has_no_address(settings: Any) -> None:
    settings.PROXY_COUNT = 0
    assert address_of(asked(remote="")) == UNKNOWN
    assert household_of(asked(remote="")) == "0.0.0.0"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("not an address", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_household_is_one_network(settings: Any, address: str, network: str) -> None:
    settings.PROXY_COUNT = 0
    assert network_of(address) == network
    plain = network.partition("/")[0]
    assert household_of(asked(remote=address)) == ("0.0.0.0" if network == UNKNOWN else plain)


@pytest.mark.parametrize(
    ("remote", "forwarded", "is_here"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("127.0.0.1", "203.0.113.5", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("203.0.113.5", "", False),
    ],
)
def test_a_proxy_on_this_machine_does_not_make_its_clients_this_machine(
    remote: str, forwarded: str, is_here: bool
) -> None:
    assert is_this_machine(asked(forwarded, remote=remote)) is is_here
