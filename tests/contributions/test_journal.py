"""What was erased or decided stays so when an older database comes back, and costs nothing else."""

import errno
import json
import multiprocessing
import os
import stat
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from mapdialog.audit import journal
from mapdialog.contributions import editing, erasure, moderation, replay, rulebooks
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import DataVersion
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.JOURNAL = tmp_path / "journal"
    settings.JOURNAL.mkdir()
    return settings.JOURNAL


def states():
    return {row.text or row.state: row.state for row in Contribution.objects.all()}


def back_to_before(*pins):
    """The database as an older backup has it."""
    Contribution.objects.all().delete()
    Contribution.objects.bulk_create(pins)


def replayed():
    return replay.replay(journal.read(), at=make.NOON).states


def decide(pin, decision):
    moderation_of = getattr(moderation, decision)
    fresh = Contribution.objects.get(pk=pin.pk)
    moderation_of(fresh, by=make.user(), at=make.NOON, reason="", version=fresh.version)


def revise(pin, text):
    editing.revise(
        Contribution.objects.get(pk=pin.pk),
        {"properties": {"text": text}},
        rulebook=rulebooks.read(pin.consultation.slug),
        version=Contribution.objects.get(pk=pin.pk).version,
        address="198.51.100.7",
        device=None,
        at=make.NOON,
    )


def edit(pin):
    fresh = Contribution.objects.get(pk=pin.pk)
    Contribution.objects.filter(pk=pin.pk).update(text="endret", version=fresh.version + 1)


class TestAfterARestore:
    @pytest.fixture
    def pin(self):
        return make.contribution(to=make.consultation(), state="published", text="navn og adresse")

    def test_what_was_erased_is_erased_again_and_only_that(self, pin):
        other = make.contribution(to=pin.consultation, text="en annen")
        erasure.erase(Contribution.objects.get(pk=pin.pk), by="resident", at=make.NOON)
        back_to_before(pin, other)
        before = DataVersion.objects.get().number
        assert replayed() == {"erased": 1}
        assert states() == {"erased": "erased", "en annen": "published"}
        assert DataVersion.objects.get().number > before
        assert replayed() == {}

    @pytest.mark.parametrize(
        ("decision", "state"), [("reject", "rejected"), ("withhold", "private"), ("hold", "pending")]
    )
    def test_what_was_taken_from_view_is_not_public_again(self, pin, decision, state):
        decide(pin, decision)
        back_to_before(pin)
        assert replayed() == {state: 1}
        stored = Contribution.objects.get()
        assert (stored.state, stored.version) == (state, 2)
        assert replayed() == {}

    def test_the_last_decision_holds(self, pin):
        decide(pin, "reject")
        decide(pin, "publish")
        back_to_before(pin)
        replayed()
        assert Contribution.objects.get().state == "published"

    def test_words_that_nobody_has_read_are_not_published(self, pin):
        decide(pin, "reject")
        edit(pin)
        decide(pin, "publish")
        back_to_before(pin)
        assert replayed() == {"pending": 1}

    def test_words_that_their_author_took_back_are_not_shown_again(self, pin):
        revise(pin, "Ring meg: navn@example.org")
        assert Contribution.objects.get().state == "pending"
        edited = Contribution.objects.get()
        back_to_before(pin)
        assert replayed() == {"pending": 1}
        assert Contribution.objects.get().version == edited.version
        back_to_before(edited)
        assert replayed() == {}

    def test_what_was_published_after_such_an_edit_waits_to_be_read(self, pin):
        revise(pin, "Ring meg: navn@example.org")
        decide(pin, "publish")
        back_to_before(pin)
        assert replayed() == {"pending": 1}

    def test_an_edit_that_leaves_it_in_view_writes_nothing(self, pin):
        revise(pin, "Her er det mørkt")
        assert journal.read().entries == ()

    def test_an_edit_that_cannot_be_recorded_is_not_made(self, pin, folder):
        folder.rmdir()
        with pytest.raises(journal.JournalError):
            revise(pin, "Ring meg: navn@example.org")
        assert states() == {"navn og adresse": "published"}

    def test_a_backup_that_knows_of_it_is_left_alone(self, pin):
        decide(pin, "reject")
        decide(pin, "publish")
        assert replayed() == {}
        assert Contribution.objects.get().state == "published"

    def test_an_erasure_holds_whatever_was_edited_meanwhile(self, pin):
        erasure.erase(Contribution.objects.get(pk=pin.pk), by="resident", at=make.NOON)
        pin.version = 9
        back_to_before(pin)
        assert replayed() == {"erased": 1}

    def test_a_contribution_that_the_backup_has_not_got_is_counted(self, pin):
        decide(pin, "reject")
        Contribution.objects.all().delete()
        assert replay.replay(journal.read(), at=make.NOON).absent == 1

    def test_nothing_of_it_is_public_before_the_replay(self, pin):
        other = make.contribution(to=pin.consultation, text="to ganger", state="published")
        decide(other, "reject")
        decide(other, "publish")
        known = Contribution.objects.get(pk=other.pk)
        erasure.erase(Contribution.objects.get(pk=pin.pk), by="resident", at=make.NOON)
        back_to_before(pin, known)
        with connection.cursor() as cursor:
            for statement in replay.hiding_sql(journal.read()):
                cursor.execute(statement)
        assert states() == {"navn og adresse": "pending", "to ganger": "published"}
        assert replayed() == {"erased": 1}


NO_FILES = {
    "folder": lambda path: path.mkdir(),
    "full device": lambda path: path.symlink_to("/dev/full"),
    "device that forgets": lambda path: path.symlink_to("/dev/null"),
    "pipe": os.mkfifo,
    "disk that is not mounted": lambda path: path.symlink_to(path.parent.parent / "elsewhere"),
}


class TestTheJournal:
    @pytest.fixture
    def pin(self):
        return make.contribution(to=make.consultation(), text="navn og adresse", contributor_key="k" * 64)

    def test_it_holds_no_personal_data(self, pin):
        decide(pin, "reject")
        erasure.erase(Contribution.objects.get(), by="resident", at=make.NOON)
        lines = [json.loads(line) for line in journal.file().read_text().splitlines()]
        assert [set(line) for line in lines] == [{"what", "id", "version", "at"}] * 2
        assert stat.S_IMODE(journal.file().stat().st_mode) == 0o600

    def test_without_it_nothing_is_erased_or_decided(self, pin, folder):
        folder.rmdir()
        for change in (
            lambda: erasure.erase(Contribution.objects.get(), by="resident", at=make.NOON),
            *(lambda decision=decision: decide(pin, decision) for decision in ("reject", "hold", "publish")),
        ):
            with pytest.raises(journal.JournalError):
                change()
        stored = Contribution.objects.get()
        assert (stored.state, stored.text, stored.version) == ("published", "navn og adresse", 1)
        assert not folder.exists(), "a folder that is missing is a disk that is not mounted"

    @pytest.mark.parametrize(("decision", "left"), [("reject", ["rejected"]), ("publish", [])])
    def test_death_before_the_commit_errs_to_the_side_of_less(self, pin, monkeypatch, decision, left):
        def dies(*arguments, **named):
            raise OperationalError("gone")

        with monkeypatch.context() as patch:
            patch.setattr(connection, "_commit", dies)
            with pytest.raises(OperationalError):
                decide(pin, decision)
        assert Contribution.objects.get().version == 1
        assert [entry.what for entry in journal.read().entries] == left

    @pytest.mark.parametrize(
        ("tail", "damaged"), [(b'{"wh', 0), (b'{"what": "era', 0), (b"\0" * 30, 1), (b"\0" * 3000, 1)]
    )
    def test_a_line_cut_short_takes_no_other_with_it(self, pin, tail, damaged):
        decide(pin, "reject")
        with journal.file().open("ab") as file:
            file.write(tail)
        decide(pin, "hold")
        read = journal.read()
        assert ([entry.what for entry in read.entries], read.damaged) == (["rejected", "pending"], damaged)

    def test_a_whole_line_without_its_end_is_kept(self, pin):
        decide(pin, "reject")
        journal.file().write_bytes(journal.file().read_bytes().rstrip(b"\n"))
        decide(pin, "hold")
        assert [entry.what for entry in journal.read().entries] == ["rejected", "pending"]

    def test_a_full_disk_leaves_no_half_line(self, pin, monkeypatch):
        decide(pin, "reject")
        before = journal.file().read_bytes()

        def is_full(descriptor):
            raise OSError(errno.ENOSPC, "full")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", is_full)
            with pytest.raises(journal.JournalError):
                decide(pin, "hold")
        assert journal.file().read_bytes() == before
        assert Contribution.objects.get().state == "rejected"

    def test_a_line_that_cannot_be_read_fails_a_replay_by_hand_and_stops_no_upgrade(self, pin, capsys):
        decide(pin, "reject")
        back_to_before(pin)
        with journal.file().open("ab") as file:
            file.write(b"?\n")
        call_command("replay_journal", "--go-on")
        assert Contribution.objects.get().state == "rejected", "the others are carried out"
        assert "WARNING: 1 lines" in capsys.readouterr().err
        with pytest.raises(CommandError, match="1 lines"):
            call_command("replay_journal")

    def test_many_writers_lose_no_line(self, folder):
        context = multiprocessing.get_context("fork")
        writers = [context.Process(target=write_many, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        read = journal.read()
        assert (len(read.entries), read.damaged) == (100, 0)

    def test_a_missing_one_is_said_in_words(self, client, folder):
        assert json.loads(client.get("/readyz").content) == {"status": "ok"}
        folder.rmdir()
        answer = client.get("/readyz")
        assert answer.status_code == 200, "contributions are taken all the same"
        assert "nothing can be erased" in json.loads(answer.content)["journal"]
        with pytest.raises(CommandError, match="may be public again"):
            call_command("replay_journal")

    @pytest.mark.parametrize("kind", NO_FILES)
    def test_what_is_no_file_is_said_and_nothing_is_erased_into_it(self, pin, client, kind):
        NO_FILES[kind](journal.file())
        assert "nothing can be erased" in json.loads(client.get("/readyz").content)["journal"]
        assert str(journal.file()) in next(journal.troubles())
        with pytest.raises(journal.JournalError):
            decide(pin, "reject")
        assert Contribution.objects.get().state == "published"
        assert not journal.file().is_file()

    def test_a_link_to_a_file_is_as_good_as_the_file(self, pin, tmp_path):
        (tmp_path / "elsewhere").touch()
        journal.file().symlink_to(tmp_path / "elsewhere")
        decide(pin, "reject")
        assert not list(journal.troubles())
        assert len(journal.read().entries) == 1

    def test_a_full_disk_is_said(self, client, monkeypatch):
        disk = os.statvfs(journal.file().parent)
        monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result([*disk[:3], 0, 0, *disk[5:]]))
        assert "nothing can be erased" in json.loads(client.get("/readyz").content)["journal"]
        assert "No space left" in next(journal.troubles())

    @pytest.mark.parametrize("other", [None, b"", b"another\n"])
    def test_a_journal_that_is_missing_or_another_is_said_in_words(
        self, pin, client, capsys, settings, other
    ):
        settings.SILENCED_SYSTEM_CHECKS = ["async.E001"]  # the browser tests allow it, in the same process
        decide(pin, "reject")
        whole = journal.file().read_bytes()
        assert json.loads(client.get("/readyz").content) == {"status": "ok"}
        journal.file().unlink()
        if other is not None:
            journal.file().write_bytes(other)
        words = "another journal" if other else "The journal is missing"
        assert "not this database's" in json.loads(client.get("/readyz").content)["journal"]
        call_command("check", "--deploy", "--database", "default", "--fail-level", "ERROR")
        assert words in capsys.readouterr().err
        with pytest.raises(CommandError, match=words):
            call_command("replay_journal")
        call_command("replay_journal", "--go-on")
        assert f"WARNING: {words}" in capsys.readouterr().err.replace(str(journal.file()) + " is ", "")
        decide(pin, "hold")
        assert list(journal.strangeness()), "the next decision does not make it the right one"
        journal.file().write_bytes(whole)
        assert not list(journal.strangeness())

    def test_a_new_one_is_the_databases_when_the_operator_says_so(self, pin):
        decide(pin, "reject")
        journal.file().unlink()
        decide(pin, "hold")
        call_command("replay_journal", "--adopt")
        assert not list(journal.strangeness())

    def test_a_database_that_never_wrote_to_one_misses_none(self, client):
        call_command("replay_journal")
        assert json.loads(client.get("/readyz").content) == {"status": "ok"}

    def test_it_may_not_lie_among_the_uploads(self, settings):
        settings.JOURNAL = settings.MEDIA_ROOT / "journal"
        assert "among the uploads" in next(journal.troubles())


def write_many(number):
    for version in range(25):
        entry = journal.Entry(what="rejected", id=uuid.uuid4(), version=version, at=make.NOON)
        journal.append(entry)
