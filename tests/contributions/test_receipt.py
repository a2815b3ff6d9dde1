from hypothesis import given
from hypothesis import strategies as st

from mapdialog.contributions.receipt import ALPHABET, BODIES, code_of, new_code, normalised

codes = st.integers(0, BODIES - 1).map(code_of)


def test_codes_are_eight_plain_characters():
    code = new_code()
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)


@given(codes, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(code, index, wrong):
    changed = code[:index] + wrong + code[index + 1 :]
    assert (normalised(changed) == changed) == (changed == code)


@given(codes)
def test_a_code_may_be_typed_loosely(code):
    loose = f" {code[:4]}-{code[4:]} ".lower().replace("0", "o").replace("1", "l")
    assert normalised(loose) == code


def test_different_numbers_have_different_codes():
    assert len({code_of(number) for number in range(20_000)}) == 20_000


def test_what_is_no_code_is_none():
    assert normalised("") is None
    assert normalised("ABC") is None
    assert normalised("ÆØÅÆØÅÆØ") is None
