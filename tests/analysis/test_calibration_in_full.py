"""Every cell of the calibration."""

import pytest

from tests.calibration.__main__ import main


@pytest.mark.heavy  # more than a hundred towns, sizes and habits, twenty consultations each: half an hour
def test_no_cell_of_the_whole_table_raises_too_many_false_alarms():
    assert main(["--full", "--runs", "20"]) == 0
