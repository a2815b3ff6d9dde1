import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from mapdialog.contributions import rulebooks, synthetic
from mapdialog.contributions.models import Contribution, Hit
from mapdialog.contributions.receipt import normalised
from tests import factories as make

pytestmark = pytest.mark.django_db


def pins(slug, **options):
    out = io.StringIO()
    call_command("make_pins", slug, stdout=out, stderr=io.StringIO(), **{"n": 300, "seed": 3, **options})
    return out.getvalue()


@pytest.fixture
def consultation():
    boundary = make.layer()
    make.areas(of=make.edition(of=boundary))
    # the pins follow from slug and seed, and a numbered slug would depend on which tests ran before
    return make.consultation(slug="synthetic", themes=("lys", "vei"), boundary_layer=boundary)


def test_pins_lie_in_the_area_with_committee_theme_and_time(consultation):
    assert "300 pins made" in pins(consultation.slug)
    made = Contribution.objects.all()
    assert len(made) == 300
    assert all(consultation.area.intersects(pin.geom) for pin in made)
    assert Hit.objects.values("contribution").distinct().count() == 300
    assert {pin.theme.key for pin in made} == {"lys", "vei"}
    assert all(consultation.opens_at <= pin.written_at <= consultation.closes_at for pin in made)
    assert all(normalised(pin.code) == pin.code for pin in made)
    assert 50 < len({pin.contributor_key for pin in made}) < 150


def test_the_same_seed_makes_the_same_pins_once(consultation):
    pins(consultation.slug)
    before = dict(Contribution.objects.values_list("id", "geom"))
    assert "0 pins made, 300 were there" in pins(consultation.slug)
    Contribution.objects.all().delete()
    pins(consultation.slug)
    assert dict(Contribution.objects.values_list("id", "geom")) == before
    assert "300 pins made" in pins(consultation.slug, seed=4)


def test_four_fifths_gather(consultation):
    """Most pins have many others within 100 m, which evenly spread ones have not."""
    pins(consultation.slug, n=500, clusters=5)
    spots = [pin.geom.transform(25832, clone=True) for pin in Contribution.objects.all()]
    crowded = sum(sum(spot.distance(other) < 100 for other in spots) > 20 for spot in spots)
    assert 0.6 < crowded / 500 < 0.95


def test_without_an_area_or_consultation_it_says_so():
    with pytest.raises(CommandError, match="no area"):
        pins(make.consultation(area=None).slug)
    with pytest.raises(CommandError, match="no consultation"):
        pins("finnes-ikke")
    with pytest.raises(CommandError, match="--n"):
        pins("finnes-ikke", n=0)


def test_batches_have_codes_of_their_own(consultation, monkeypatch):
    monkeypatch.setattr(synthetic, "BATCH", 100)
    rulebook = rulebooks.read(consultation.slug)
    until = consultation.opens_at + dt.timedelta(days=1)
    made = synthetic.make(rulebook=rulebook, area=consultation.area, n=250, seed=1, clusters=0, until=until)
    assert [stored.new for stored in made] == [100, 100, 50]
    assert Contribution.objects.count() == 250
