"""The calibration can fail, and draws what it says."""

import dataclasses

import numpy as np
import pytest

from mapdialog.analysis.exposure import ExposureParameters, even_land
from tests.calibration.__main__ import (
    ABOUT,
    FROM_HOME,
    OTHER_METHODS,
    QUICK,
    THEMES,
    WHEN,
    WRONG_ATTENTION,
    cells_of,
    counted,
    full,
    main,
)
from tests.calibration.__main__ import arguments as read
from tests.calibration.bursts import DAYS
from tests.calibration.consultations import HABITS, Habits, consultation
from tests.calibration.kept import Kept
from tests.calibration.outcome import outcome_of
from tests.calibration.planted import metres_off
from tests.calibration.table import PLACEBOS, Row, failed, markdown, svg
from tests.calibration.towns import KINDS, ground_and_shares
from tests.calibration.trial import Cell, p_of

PLAIN = Cell("Washington", "population", "one pin each", 1000)
PLANTED = Cell("Washington", "population", "one pin each", 5572, planted=(5.0, 5.0))


def test_a_broken_exposure_fails(capsys):
    assert main(["--break-exposure", "--runs", "4", "--processes", "1"]) == 1
    assert "TOO MANY" in capsys.readouterr().out


def test_a_simulated_consultation_judged_twice_has_the_same_p():
    cell = Cell("Bamble", "built-up", "snapped, a tenth copied", 100)
    assert p_of(cell, seed=5, run=3) == p_of(cell, seed=5, run=3)
    for other in (*OTHER_METHODS[::3], FROM_HOME[3], THEMES[-1], WHEN[2], ABOUT[0]):
        assert 0 < p_of(other, seed=5, run=3) <= 1
    assert 0 < p_of(Cell("Bamble", "population", "one pin each", 200, against="all"), seed=5, run=3) <= 1


@pytest.mark.parametrize(
    ("runs", "alarms", "verdict"),
    [
        (200, 11, "holds"),
        (200, 25, "TOO MANY"),
        (1000, 76, "TOO MANY"),
        (1000, 68, "holds"),
        (1000, 19, "TOO FEW"),
    ],
)
def test_the_verdict_is_the_paper_s_or_chance(runs, alarms, verdict):
    assert Row(PLAIN, runs, alarms).verdict == verdict
    assert failed([Row(PLAIN, runs, alarms)]) == (verdict != "holds")
    assert not failed([Row(PLAIN, runs, alarms, judged=False)])


def test_too_few_planted_hotspots_are_evidence():
    assert [Row(PLANTED, 100, alarms).verdict for alarms in (95, 80)] == ["holds", "TOO FEW"]
    assert not failed([Row(PLANTED, 100, 100)])


@pytest.mark.parametrize("runs", [100, 1000])
def test_planted_hotspots_are_found_elsewhere(runs):
    near, far = [80.0] * (runs * 55 // 100), [120.0] * (runs * 45 // 100)
    row = Row(PLANTED, runs, runs, metres_off=(*near, *far))
    assert (row.median_m, row.verdict) == (80, "holds")
    row = Row(PLANTED, runs, runs, metres_off=(*near, *far * 2))
    assert (row.median_m, row.verdict) == (120, "TOO FAR")
    assert failed([row])
    assert "| 120 | TOO FAR |" in markdown([row])


@pytest.mark.parametrize(("runs", "alarms", "verdict"), [(1000, 30, "holds"), (1000, 31, "TOO MANY")])
def test_a_place_where_nobody_was_added_is_seldom_called_a_hotspot(runs, alarms, verdict):
    placebo = dataclasses.replace(PLANTED, planted=PLACEBOS[0])
    row = Row(placebo, runs, alarms, metres_off=(500.0,) * alarms)
    assert (row.verdict, row.median_m) == (verdict, None)
    assert failed([row]) == (verdict != "holds")
    assert Row(placebo, 100, 10).verdict == "TOO MANY"


def test_a_planted_hotspot_is_found_where_it_is_and_a_placebo_is_not():
    planted = dataclasses.replace(PLANTED, n=2000)
    outcome = outcome_of((planted, range(1, 2)), seed=1)
    assert outcome.alarms == 1
    assert max(outcome.metres_off) <= 150
    assert metres_off(dataclasses.replace(planted, planted=PLACEBOS[0]), seed=1, run=1) is None


def test_many_cells_that_hold_one_by_one_may_fail_together():
    rows = [Row(Cell("Bamble", "population", "one pin each", 100), 1000, 74)] * 9
    assert {row.verdict for row in rows} == {"holds"}
    assert failed(rows)


def test_the_table_and_the_plot_name_every_cell():
    rows = [Row(cell, 200, 10) for cell in (*QUICK[:3], *FROM_HOME, *OTHER_METHODS, *THEMES, *WHEN, *ABOUT)]
    assert markdown(rows).count("| 200 | 0.050 | ") == svg(rows).count("<circle") == len(rows)
    assert len(set(markdown(rows).splitlines())) == len(rows) + 2


def test_the_whole_table_names_habits_and_kinds_that_there_are():
    for cell in (*full(), *WRONG_ATTENTION):
        assert cell.habits in HABITS
        assert cell.kind in KINDS
        assert cell.days in ("", *DAYS)
    assert len(set(full())) == len(list(full()))
    assert [judged for _, judged in cells_of(read(["--full"]))].count(False) == 18


def test_heavy_writers_write_heavily_and_copies_are_copies():
    ground, shares = ground_and_shares("Bamble")
    rng = np.random.default_rng(1)
    habits = Habits(heavy="home", copied=0.1, grid_m=50.0)
    xy, person = consultation(ground, share=shares["population"], habits=habits, n=1000, rng=rng)
    assert sorted(set(np.bincount(person))) == [1, 20]
    assert (np.bincount(person) == 20).mean() == pytest.approx(0.05, abs=0.005)
    assert (xy % 50 == 0).all()
    assert len(np.unique(xy, axis=0)) < 900
    plain, _ = consultation(ground, share=shares["population"], habits=Habits(), n=500, rng=rng)
    assert set(ground.cells_of(plain).state) == {0}


def test_pins_lie_as_far_from_home_as_it_says_and_their_exposure_expects_them_there():
    ground, shares = ground_and_shares("Bamble")
    at_home, away = (
        consultation(ground, share=shares["floor area"], habits=habits, n=2000, rng=np.random.default_rng(3))[
            0
        ]
        for habits in (Habits(), HABITS["one pin each, σ 75 m from home"])
    )
    assert (away - at_home).std(axis=0) == pytest.approx([75, 75], rel=0.05)
    cell = ground.cells_of(away).cell
    likely = [
        np.log(shares[kind].ravel()[cell[cell >= 0]]).mean()
        for kind in (FROM_HOME[2].against, "floor area", WRONG_ATTENTION[-4].against)
    ]
    assert np.argmax(likely) == 0


def test_even_land_prints_no_p_and_so_raises_no_false_alarm():
    ground, shares = ground_and_shares("Bamble")
    exposure = even_land(ground, parameters=ExposureParameters(even_share=0.005))
    assert not exposure.p_may_be_printed
    assert exposure.share == pytest.approx(shares["even"])


def test_what_the_same_code_has_run_is_kept_and_not_run_again(tmp_path):
    kept = Kept(tmp_path / "kept", code="abc", seed=1)
    quick = Cell("Bamble", "built-up", "one pin each", 100)
    first = list(counted([(quick, True)], runs=30, seed=1, processes=1, kept=kept))
    lines = kept.path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2  # 25 runs, and 5
    again = list(counted([(quick, True)], runs=30, seed=1, processes=1, kept=kept))
    assert again == first
    assert kept.path.read_text(encoding="utf-8").splitlines() == lines
    invented = [line.replace('"alarms": ', '"alarms": 1') for line in lines]
    kept.path.write_text("\n".join(invented) + "\n", encoding="utf-8")
    (row,) = counted([(quick, True)], runs=30, seed=1, processes=1, kept=kept)
    assert row.alarms >= 20  # what the file says, and not what a run would
    (other,) = counted(
        [(quick, True)], runs=30, seed=1, processes=1, kept=dataclasses.replace(kept, code="def")
    )
    assert other == first[0]  # of another code nothing is taken


def test_what_differs_from_the_commit_is_not_kept(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("tests.calibration.kept._git", lambda *words: " M mapdialog/analysis/null.py")
    assert main(["--keep", str(tmp_path / "kept"), "--runs", "1", "--processes", "1"]) == 2
    assert "Commit what was changed" in capsys.readouterr().err


def test_nothing_judged_is_no_claim_that_holds(capsys):
    few = ["--runs", "1", "--processes", "1"]
    assert main(["--only", "no such cell", *few]) == 2
    assert "no such cell" in capsys.readouterr().err
    assert main(["--only", "5× where 3", *few]) == 2
    assert "Nothing is claimed" in capsys.readouterr().err
    assert main(["--write", *few]) == 2
    assert "--full" in capsys.readouterr().err


def test_all_cells_together_are_judged_by_their_share_once_there_are_enough_runs():
    cells = [dataclasses.replace(PLAIN, n=n) for n in (100, 384)]
    assert failed([Row(cell, 1000, 57) for cell in cells])
    assert not failed([Row(cell, 1000, 55) for cell in cells])
    assert not failed([Row(cell, 900, 52) for cell in cells])  # 0.058, as chance allows
