"""Passwords and addresses by mail: the same answer for everybody, in five languages, and never a 500."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from mapdialog.mail.models import Mail
from mapdialog.people import tasks
from mapdialog.people.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db
RESET, EMAIL = "/accounts/password/reset/", "/accounts/email/"
NEW = "fjord kaffe sykkel månelys"


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    cache.clear()
    settings.HAS_MAIL = True
    settings.EMAIL_BACKEND = "mapdialog.mail.queue.QueuedMail"
    settings.SITE_URL = "https://map.example.org"


def worked() -> None:
    """The worker does what was asked of it."""
    for job in ProcrastinateJob.objects.filter(task_name="people.send_reset"):
        tasks.send_reset(**job.args)


def visible(response: Any) -> str:
    return re.sub(r'value="[^"]*"|nonce="[^"]*"', "", response.content.decode())


def test_a_forgotten_password_is_the_same_request_for_everybody() -> None:
    person = make.user()
    answers = []
    for email in (person.email, "nobody@example.org"):
        client = Client()
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            sent = client.post(RESET, {"email": email})
        verbs = [query["sql"].split()[0] for query in queries]
        assert not any("people_user" in query["sql"] for query in queries), "who it is, the worker looks up"
        shown = client.get(sent["Location"])
        answers.append((sent.status_code, sent["Location"], verbs, shown.status_code, visible(shown)))
    assert answers[0] == answers[1], "body, status, and what the database is asked"
    assert answers[0][0] == 302
    worked()
    assert [mail.recipient for mail in Mail.objects.all()] == [person.email]


def asked(email: str, *, address: str) -> int:
    headers = {"X-Forwarded-For": address}
    return Client(headers=headers).post(RESET, {"email": email}).status_code


@pytest.mark.parametrize("is_known", [True, False])
def test_nobody_uses_up_somebodys_mails_from_another_network(settings: Any, is_known: bool) -> None:
    settings.PROXY_COUNT = 1
    email = make.user().email if is_known else "nobody@example.org"
    answers = [asked(email, address=f"[2001:db8:1:2::{number:x}]:443") for number in range(25)]
    assert answers == [302] * 5 + [429] * 20, "a network has five, however it is asked"
    assert asked(email.upper(), address="2001:db8:1:2::1") == 429
    assert asked(email, address="198.51.100.8") == 302, "and what it asked for in vain was nobody's share"


@pytest.mark.parametrize("is_known", [True, False])
def test_an_address_is_sent_twenty_mails_at_most_whoever_asks(settings: Any, is_known: bool) -> None:
    settings.PROXY_COUNT = 1
    email = make.user().email if is_known else "nobody@example.org"
    answers = [asked(email, address=f"198.51.100.{number}") for number in range(22)]
    assert answers == [302] * 20 + [429] * 2
    worked()
    assert Mail.objects.count() == (20 if is_known else 0)


@pytest.mark.parametrize("language", [code for code, _name in configured.LANGUAGES])
def test_the_mail_speaks_the_readers_language_and_leads_to_the_configured_address_only(
    settings: Any, language: str
) -> None:
    settings.ALLOWED_HOSTS = ["evil.example"]
    person = make.user()
    client = Client(headers={"Accept-Language": language, "Host": "evil.example"})
    client.post(RESET, {"email": person.email.upper()})
    worked()
    mail = Mail.objects.get()
    links = re.findall(r"\S*://\S+", mail.text)
    assert [link.split("/accounts/")[0].rstrip(".,:") for link in links][-1] == "https://map.example.org"
    assert "evil" not in mail.text
    assert "<" not in mail.text
    assert len(mail.text) < 500
    words = {
        "nb": "nytt passord", "nn": "nytt passord", "sv": "nytt lösenord", "da": "ny adgangskode",
        "en": "new password",
    }  # fmt: skip
    assert words[language] in mail.text


def test_the_link_sets_a_password_once() -> None:
    person = make.user(role="planner", of=make.municipality())
    Client().post(RESET, {"email": person.email})
    worked()
    path = re.search(r"https://map.example.org(\S+/key/\S+)", Mail.objects.get().text)[1]
    client = Client()
    form = client.get(path)["Location"]
    changed = client.post(form, {"password1": NEW, "password2": NEW})
    assert changed["Location"] == "/accounts/password/reset/key/done/"
    assert client.get(changed["Location"]).status_code == 200
    signed_in = Client().post("/accounts/login/", {"login": person.email, "password": NEW})
    assert signed_in["Location"] == "/planner/"
    again = Client()
    answer = again.get(path)
    assert answer.status_code == 200, "used up, which the page says"


def test_an_address_is_changed_when_the_new_one_is_confirmed() -> None:
    person = make.user()
    client = Client()
    client.force_login(person)
    page = client.get(EMAIL).content.decode()
    assert person.email in page
    assert client.post(EMAIL, {"action_add": "", "email": "New@example.org"}).status_code == 302
    person.refresh_from_db()
    assert person.email != "new@example.org"
    mail = Mail.objects.get()
    assert mail.recipient == "new@example.org"
    path = re.search(r"https://map.example.org(\S+/confirm-email/\S+)", mail.text)[1]
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    person.refresh_from_db()
    assert person.email == "new@example.org"
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified")) == [
        (person.email, True)
    ]
    assert (
        Client().post("/accounts/login/", {"login": person.email, "password": "password"}).status_code == 302
    )


def test_an_address_without_its_mail_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    person = make.user()
    client = Client(raise_request_exception=False)
    client.force_login(person)

    def away(*_arguments: Any, **_named: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("mapdialog.people.sign_in.enqueue", away)
    assert client.post(EMAIL, {"action_add": "", "email": "new@example.org"}).status_code == 500
    assert not EmailAddress.objects.filter(email="new@example.org").exists()


def test_nobody_learns_or_takes_whose_address_it_is() -> None:
    person, other = make.user(), make.user()
    client = Client()
    client.force_login(person)
    taken = client.post(EMAIL, {"action_add": "", "email": other.email}, follow=True)
    free = client.post(EMAIL, {"action_add": "", "email": "free@example.org"}, follow=True)
    path = re.search(r"https://map.example.org(\S+/confirm-email/\S+)", Mail.objects.get().text)[1]
    assert (free.status_code, taken.status_code) == (200, 200)
    assert Mail.objects.count() == 1, "who has the address is not written to"
    User.objects.create_user("free@example.org", "password")
    assert client.post(path).status_code in {200, 302}, "taken meanwhile: no 500"
    person.refresh_from_db()
    assert person.email != "free@example.org"


def test_who_changes_the_address_sees_the_same_whether_somebody_has_it_or_not() -> None:
    """Shown at once, typed again, sent again and left: an address of somebody else's is no other."""
    owner = make.user()
    answers = []
    for email in (owner.email, "free@example.org"):
        cache.clear()
        client, planner = Client(), make.user()
        client.force_login(planner)
        pages = [
            client.post(EMAIL, form, follow=True)
            for form in (
                {"action_add": "", "email": email},
                {"action_add": "", "email": email},
                {"action_send": "", "email": email},
                {"action_remove": "", "email": email},
            )
        ]
        answers.append(
            [
                (
                    page.status_code,
                    page.redirect_chain,
                    visible(page).replace(email, "ADDRESS").replace(planner.email, "OWN"),
                )
                for page in pages
            ]
        )
    assert answers[0] == answers[1]
    assert [mail.recipient for mail in Mail.objects.all()] == ["free@example.org"]


def test_an_address_that_waits_for_its_confirmation_signs_its_owner_in_and_nobody_else() -> None:
    owner, thief = make.user(password="the owner's own"), make.user()
    client = Client()
    client.force_login(thief)
    client.post(EMAIL, {"action_add": "", "email": owner.email})
    login = {"login": owner.email, "password": "password"}
    assert Client().post("/accounts/login/", login).status_code == 200, "the thief's own password"
    assert Client().post("/accounts/login/", login | {"password": "the owner's own"}).status_code == 302
    Client().post(RESET, {"email": owner.email})
    worked()
    assert [mail.recipient for mail in Mail.objects.all()] == [owner.email], "and one mail to the owner"


def test_an_address_that_waits_for_its_confirmation_is_sent_no_link_for_a_password() -> None:
    """Mistyped, it is a stranger's, who would sign in as whoever mistyped it."""
    person, client = make.user(), Client()
    client.force_login(person)
    client.post(EMAIL, {"action_add": "", "email": "mistyped@example.org"})
    Client().post(RESET, {"email": "mistyped@example.org"})
    Client().post(RESET, {"email": person.email})
    worked()
    subjects = [(mail.recipient, "/key/" in mail.text) for mail in Mail.objects.order_by("pk")]
    assert subjects == [("mistyped@example.org", False), (person.email, True)]


class TestWithoutAMailServer:
    @pytest.fixture(autouse=True)
    def _none(self, settings: Any) -> None:
        settings.HAS_MAIL = False

    @pytest.mark.parametrize(
        "path", [RESET, f"{RESET}done/", EMAIL, "/accounts/confirm-email/", "/accounts/confirm-email/abc/"]
    )
    @pytest.mark.parametrize("language", ["nb", "nn", "sv", "da", "en"])
    def test_what_needs_one_says_what_to_do_instead(self, path: str, language: str) -> None:
        client = Client(headers={"Accept-Language": language})
        client.force_login(make.user())
        page = client.get(path)
        words = {
            "nb": "kommunens administrator", "nn": "administratoren i kommunen",
            "sv": "kommunens administratör",
            "da": "kommunens administrator", "en": "municipality&#x27;s administrator",
        }  # fmt: skip
        assert page.status_code == 200
        assert words[language] in page.content.decode().replace("&#39;", "&#x27;").replace("'", "&#x27;")
        sent = client.post(path, {"email": "new@example.org", "action_add": ""})
        assert sent.status_code == 403
        assert not EmailAddress.objects.filter(email="new@example.org").exists()
        assert not Mail.objects.exists()

    def test_no_page_offers_it(self) -> None:
        client = Client()
        assert RESET not in client.get("/accounts/login/").content.decode()
        client.force_login(make.user())
        for path in (
            "/accounts/password/change/",
            "/accounts/2fa/",
            "/accounts/reauthenticate/",
            "/accounts/sessions/",
        ):
            page = client.get(path).content.decode()
            assert f'"{RESET}"' not in page, path
            assert f'"{EMAIL}"' not in page, path


def test_with_a_mail_server_the_pages_offer_it() -> None:
    client = Client()
    assert f'"{RESET}"' in client.get("/accounts/login/").content.decode()
    client.force_login(make.user())
    assert f'"{EMAIL}"' in client.get("/accounts/password/change/").content.decode()
