import datetime as dt

import pytest

from mapdialog.contributions import limits
from mapdialog.contributions.models import RateBucket
from tests import factories as make
from tests.contributions.rulebooks import rulebook


@pytest.mark.django_db
def test_a_device_is_another_bucket_in_another_consultation():
    here = limits.buckets(rulebook(id=1), address="198.51.100.7", device="device-number-1")
    there = limits.buckets(rulebook(id=2), address="198.51.100.7", device="device-number-1")
    assert len({bucket.key for bucket in here + there}) == 4
    assert [bucket.key for bucket in here] == sorted(bucket.key for bucket in here)


@pytest.mark.django_db
def test_a_raised_address_limit_helps_at_once():
    def address(limit):
        return limits.buckets(rulebook(id=1, address_limit=limit), address="198.51.100.7", device=None)

    limits.take(address(1), at=make.NOON)
    with pytest.raises(limits.TooManyError):
        limits.take(address(1), at=make.NOON)
    for _pupil in range(30):
        limits.take(address(30), at=make.NOON)


@pytest.mark.django_db
def test_who_loses_the_race_for_the_last_token_waits_for_the_slowest_bucket():
    slow, quick = (
        limits.Bucket(key=key, capacity=1, per_second=rate) for key, rate in (("a", 0.1), ("b", 10.0))
    )
    limits.take([slow], at=make.NOON)
    with pytest.raises(limits.TooManyError) as refused:
        limits.take([slow, quick], at=make.NOON)
    assert refused.value.wait_seconds == 10


@pytest.mark.django_db
def test_a_bucket_never_holds_more_than_its_capacity():
    bucket = limits.Bucket(key="k", capacity=2, per_second=1)
    limits.take([bucket], at=make.NOON)
    much_later = make.NOON + dt.timedelta(days=1)
    limits.take([bucket], at=much_later)
    limits.take([bucket], at=much_later)
    with pytest.raises(limits.TooManyError) as refused:
        limits.take([bucket], at=much_later)
    assert refused.value.wait_seconds == 1


@pytest.mark.django_db
def test_a_clock_that_goes_back_gives_nothing():
    bucket = limits.Bucket(key="k", capacity=1, per_second=1)
    limits.take([bucket], at=make.NOON)
    with pytest.raises(limits.TooManyError):
        limits.take([bucket], at=make.NOON - dt.timedelta(hours=1))


@pytest.mark.django_db
def test_a_clock_that_goes_back_takes_nothing_away():
    bucket = limits.Bucket(key="k", capacity=3, per_second=1)
    limits.take([bucket], at=make.NOON)
    limits.take([bucket], at=make.NOON - dt.timedelta(hours=1))
    assert RateBucket.objects.get().tokens == 1


@pytest.mark.django_db
def test_buckets_not_used_for_a_month_are_forgotten():
    limits.take([limits.Bucket(key="old", capacity=1, per_second=1)], at=make.NOON)
    later = make.NOON + dt.timedelta(days=31)
    limits.take([limits.Bucket(key="new", capacity=1, per_second=1)], at=later)
    assert limits.forget_old(at=later) == 1
    assert RateBucket.objects.get().key == "new"
