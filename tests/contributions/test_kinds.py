from mapdialog.contributions.kinds.catalog import kind_called, kinds


def test_there_are_two_kinds():
    assert set(kinds()) == {"pin", "observation"}
    assert kind_called("area") is kinds()["pin"]
    assert kind_called("walk") is None


def test_every_scale_is_understood():
    ratings = {code.value: code.ratings for code in kinds()["observation"].codes.values()}
    assert len(ratings) == 22
    assert ratings.pop("meeting_place") == ("good", "bad")
    assert ratings.pop("noise_atmosphere") is None
    assert ratings.pop("incident") is None
    assert set(ratings.values()) == {(0, 1, 2, 3)}


def test_codes_have_names_in_four_languages():
    assert all(all(code.names.values()) for code in kinds()["observation"].codes.values())
