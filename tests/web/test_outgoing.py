"""Requests to others: to the address that was checked, within the time, and nothing but the answer."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mapdialog.map_services import outgoing
from mapdialog.map_services.outgoing import Answer, Failure, OutgoingError, is_public
from tests import map_upstream
from tests.map_upstream import HOST, Upstream

PUBLIC = "93.184.216.34"


def fetch(address: str, **options: Any) -> Answer:
    values = {
        "headers": {},
        "most_bytes": 1000,
        "private_hosts": frozenset({HOST}),
        "total_s": 5.0,
        **options,
    }
    return outgoing.fetch(address, **values)


def failure(address: str, **options: Any) -> Failure:
    with pytest.raises(OutgoingError) as caught:
        fetch(address, **options)
    assert caught.value.__cause__ is None
    assert address not in str(caught.value)
    return caught.value.failure


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the name server answers, one list of addresses for each time it is asked; the last for ever."""
    answers: list[list[str]] = []

    def look_up(_host: str, port: int, **_how: Any) -> list[Any]:
        reached = answers.pop(0) if len(answers) > 1 else answers[0]
        family = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (family[ipaddress.ip_address(ip).version], socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in reached
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were connected to; none of them answers."""
    reached: list[str] = []

    def connect(_self: socket.socket, address: Any) -> None:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return reached


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.170", "198.18.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1",
        "ff0e::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2001:db8::1",
    ],
)  # fmt: skip
def test_inner_addresses_do_not_lead_out(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", PUBLIC, "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_do(address: str) -> None:
    assert is_public(address)


def test_an_answer_comes_back_with_its_status_headers_and_body(upstream: Upstream) -> None:
    upstream.says(status=404, headers={"ETag": '"a"'}, body=b"nothing here")
    answer = fetch(f"{upstream.url}/a?b=c", headers={"User-Agent": "mapdialog"})
    assert (answer.status, answer.headers["etag"], answer.body) == (404, '"a"', b"nothing here")
    ((path, sent),) = upstream.asked
    assert path == "/a?b=c"
    assert sent["user-agent"] == "mapdialog"
    assert set(sent) == {"host", "connection", "accept-encoding", "user-agent"}


def test_a_name_with_an_inner_address_is_refused(names: list[list[str]], reached: list[str]) -> None:
    names.append(["10.0.0.7"])
    assert failure("https://maps.example.org/") is Failure.REFUSED
    names[:] = [[PUBLIC, "127.0.0.1"]]
    assert failure("https://maps.example.org/") is Failure.REFUSED
    assert reached == []


def test_a_name_that_changes_its_address_is_not_looked_up_again(
    names: list[list[str]], reached: list[str]
) -> None:
    names.extend([[PUBLIC], ["127.0.0.1"]])
    assert failure("https://maps.example.org/") is Failure.UNREACHABLE
    assert reached == [PUBLIC]
    assert names == [["127.0.0.1"]]
    assert failure("https://maps.example.org/") is Failure.REFUSED
    assert reached == [PUBLIC]


@pytest.mark.parametrize(
    "address",
    [
        "http://maps.example.org/",
        "ftp://maps.example.org/",
        "file:///etc/passwd",
        "https:///a",
        "https://maps.example.org:99999/",
        "https://user:word@maps.example.org/",
    ],
)
def test_only_https_to_a_plain_host(address: str, names: list[list[str]], reached: list[str]) -> None:
    names.append([PUBLIC])
    assert failure(address) is Failure.REFUSED
    assert reached == []


def test_loopback_is_reached_only_where_the_operator_says_so(upstream: Upstream) -> None:
    assert failure(f"{upstream.url}/", private_hosts=frozenset({"localhost"})) is Failure.REFUSED
    assert upstream.asked == []


def test_a_redirect_is_an_answer_and_not_followed(upstream: Upstream) -> None:
    upstream.says(status=302, headers={"Location": f"{upstream.url}/secret"}, body=b"")
    assert fetch(f"{upstream.url}/").status == 302
    assert [path for path, _ in upstream.asked] == ["/"]


@pytest.mark.parametrize("length", [None, 10])
def test_what_is_too_large_is_not_read_to_the_end(upstream: Upstream, length: int | None) -> None:
    upstream.says(body=b"x" * 5000, length=length)
    if length is None:
        assert failure(f"{upstream.url}/", most_bytes=4999) is Failure.TOO_LARGE
    else:  # http.client itself stops where the length says
        assert fetch(f"{upstream.url}/").body == b"x" * length


def test_a_body_without_a_stated_length_is_counted(upstream: Upstream) -> None:
    upstream.says(headers={"Transfer-Encoding": "chunked"}, body=b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n")
    assert failure(f"{upstream.url}/", most_bytes=1000) is Failure.TOO_LARGE
    assert len(fetch(f"{upstream.url}/", most_bytes=1024).body) == 1024


def test_half_a_body_is_no_answer(upstream: Upstream) -> None:
    upstream.says(body=b"x" * 10, length=20)
    assert failure(f"{upstream.url}/") is Failure.BROKEN


def test_a_server_that_dawdles_is_cut_off(upstream: Upstream) -> None:
    upstream.says(body=b"x", length=20, stall=True)
    assert failure(f"{upstream.url}/", total_s=0.2) is Failure.TOO_SLOW


def test_a_server_that_never_speaks_is_cut_off() -> None:
    with socket.create_server((HOST, 0)) as silent:
        address = f"http://{HOST}:{silent.getsockname()[1]}/"
        assert failure(address, total_s=0.2) is Failure.TOO_SLOW


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: over.wait() and [])
    try:
        assert failure("https://maps.example.org/", connect_s=0.1) is Failure.TOO_SLOW
    finally:
        over.set()


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server((HOST, 0)) as closing:
        port = closing.getsockname()[1]
    assert failure(f"http://{HOST}:{port}/") is Failure.UNREACHABLE


def test_what_is_no_http_is_not_understood(upstream: Upstream) -> None:
    upstream.says(headers={"X-Long": "x" * 70_000})
    assert failure(f"{upstream.url}/") is Failure.BROKEN


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of maps.example.org, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "maps.example.org")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("maps.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_tls_goes_to_the_checked_address_under_the_hosts_name(
    monkeypatch: pytest.MonkeyPatch, names: list[list[str]], certificate: Path
) -> None:
    names.append([HOST])
    with map_upstream.running() as upstream:
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(certificate)
        hosts: list[str | None] = []
        serving.sni_callback = lambda _socket, name, _context: hosts.append(name)  # type: ignore[assignment]
        upstream.serve_tls(serving)
        port = upstream.url.rpartition(":")[2]
        address = f"https://maps.example.org:{port}/a"
        allowed = frozenset({"maps.example.org", "other.example.org"})
        assert failure(address, private_hosts=allowed) is Failure.UNREACHABLE  # nobody vouches for it
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(outgoing, "_tls", lambda: trusting)
        assert fetch(address, private_hosts=allowed).status == 200
        assert hosts[-1] == "maps.example.org"
        assert upstream.asked[-1][1]["host"] == f"maps.example.org:{port}"
        elsewhere = f"https://other.example.org:{port}/a"
        assert failure(elsewhere, private_hosts=allowed) is Failure.UNREACHABLE
