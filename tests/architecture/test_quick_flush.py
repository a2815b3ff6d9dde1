"""The rows of one test are never those of the next, whoever else is at the tables while they are deleted."""

import pytest
from django.db import OperationalError
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
