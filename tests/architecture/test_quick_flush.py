"""The rows of one test are never those of the next, whoever else is at the tables while they are deleted."""

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, DiskFull

from tests.quick_flush import again_after_a_deadlock


@pytest.mark.parametrize(("cause", "n_of_flushes"), [(DeadlockDetected(), 2), (DiskFull(), 1)])
def test_a_deadlock_is_no_reason_to_leave_rows_behind(cause, n_of_flushes):
    flushes = []

    def flush(*, is_ours):
        flushes.append(is_ours)
        if len(flushes) == 1:
            raise OperationalError from cause

    if n_of_flushes == 1:
        with pytest.raises(OperationalError):
            again_after_a_deadlock(flush)(is_ours=True)
    else:
        again_after_a_deadlock(flush)(is_ours=True)
    assert flushes == [True] * n_of_flushes


@pytest.mark.django_db(transaction=True)
def test_what_waits_in_the_queue_goes_too():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority) VALUES ('default', 'left', 0)"
        )
        call_command("flush", interactive=False, verbosity=0)
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
