from mapdialog.map_services.breaker import Breaker


def failing(*, times: int, at: float) -> Breaker:
    breaker = Breaker(most_failures=3, pause_s=30)
    for _ in range(times):
        assert breaker.wait_s(at=at) == 0
        breaker.failed(at=at)
    return breaker


def test_one_failure_less_than_too_many_changes_nothing() -> None:
    assert failing(times=2, at=100).wait_s(at=100) == 0


def test_too_many_in_a_row_keep_everybody_away_for_a_while() -> None:
    breaker = failing(times=3, at=100)
    assert breaker.wait_s(at=100) == 30
    assert breaker.wait_s(at=129) == 1


def test_after_the_pause_one_may_try_and_the_others_wait_for_it() -> None:
    breaker = failing(times=3, at=100)
    assert breaker.wait_s(at=130) == 0
    assert breaker.wait_s(at=130) == 30
    breaker.failed(at=131)
    assert breaker.wait_s(at=140) == 21


def test_one_success_forgets_all_failures() -> None:
    breaker = failing(times=3, at=100)
    assert breaker.wait_s(at=130) == 0
    breaker.succeeded()
    assert [breaker.wait_s(at=131) for _ in range(2)] == [0, 0]
    breaker.failed(at=131)
    assert breaker.wait_s(at=131) == 0
