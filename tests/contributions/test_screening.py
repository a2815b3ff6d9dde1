import pytest

from mapdialog.contributions.screening import flags


@pytest.mark.parametrize(
    "text",
    [
        "Mitt nummer er 01010750160.",  # synthetic, both check digits right
        "010107 50160",
        "Jag heter X, 811218-9876",
        "8112189876",
        "19811218-9876",
        "født 070761-4285 i Danmark",
        "131052-308T",
    ],
)
def test_identity_numbers_are_found(text):
    assert "national-id" in flags(text)


@pytest.mark.parametrize(
    "text",
    ["01010750161", "811218-9875", "131052-308U", "990761-4285", "gnr. 12 bnr. 345", "1234567890123456"],
)
def test_other_numbers_are_no_identity(text):
    assert "national-id" not in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ring 41234567",
        "Ring 412 34 567 i kveld",
        "tlf. 35 12 34 56",
        "+47 412 34 567",
        "0047 41234567",
        "070-123 45 67",
        "+358 40 1234567",
        "+45 12 34 56 78",
    ],
)
def test_telephone_numbers_are_found(text):
    assert "phone" in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "bestemmelse 4.3",
        "12 innspill fra 2026",
        "den 20260504",
        "59.0279, 9.7008",
        "fv. 363 km 12345",
        "30 km/t",
    ],
)
def test_other_numbers_are_no_telephone(text):
    assert flags(text) == []


def test_e_mail_addresses_are_found():
    assert flags("Skriv til ola.nordmann@example.no, takk.") == ["email"]


def test_long_texts_are_screened_in_one_pass():
    # a pattern that tries every split of this would not come back
    assert flags("1 " * 2_500) == []
    assert flags("a" * 5_000) == []
    assert flags("a." * 2_500) == []
