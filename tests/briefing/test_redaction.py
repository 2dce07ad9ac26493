"""What may be shown: masks, hashes, and text that is inert and readable."""

from __future__ import annotations

import string
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.briefing.redaction import Redactor
from expectkit.errors import ConfigError

NO_PHONES = Redactor(masks_phones=False, max_length=2_000)
GAPS = st.sampled_from(
    ["", " ", "-", "  ", " - ", ".", "\u00a0", "\u2009", "\u2013", "\u2011", "\u200b", "\u200d", "\t", "_"]
)


def check_digit(digits: str) -> int:
    """Luhn by its definition, digit by digit from the right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10


@st.composite
def spaced_cards(draw: st.DrawFn, shift: int = 0) -> tuple[str, str]:
    """A number of 13 to 19 digits whose check digit is off by `shift`, and the same with gaps."""
    body = draw(st.text("0123456789", min_size=12, max_size=18))
    number = body + str((check_digit(body) + shift) % 10)
    return number, "".join(d + draw(GAPS) for d in number[:-1]) + number[-1]


words_around = st.text(string.ascii_letters + " ,.;:()", max_size=20)


@given(card=spaced_cards(), before=words_around, after=words_around)
def test_a_card_number_vanishes_in_any_spacing(card: tuple[str, str], before: str, after: str) -> None:
    number, spaced = card
    shown = NO_PHONES.text(f"{before} {spaced} {after}")
    assert shown.masked.get("card number", 0) == 1
    assert not any(character.isdigit() for character in shown.text)
    assert number not in shown.text


# Numbers that card networks publish for tests.
TEST_CARDS = ("4111111111111111", "5500000000000004", "378282246310005", "6011000990139424")


@given(card=st.sampled_from(TEST_CARDS), around=st.text("0123456789 -", max_size=25))
def test_a_card_number_vanishes_among_other_numbers(card: str, around: str) -> None:
    shown = NO_PHONES.text(f"{around} {card} {around}").text
    assert not any(card in "".join(c for c in piece if c.isdigit()) for piece in shown.split("["))


def test_what_an_iban_and_a_card_number_share_leaves_nothing_of_either() -> None:
    assert NO_PHONES.text("DC4521267020924940 7").text == "[IBAN]"


@given(card=spaced_cards(shift=3), before=words_around)
def test_a_number_that_fails_the_check_stays(card: tuple[str, str], before: str) -> None:
    number = card[0]
    assert number in NO_PHONES.text(f"{before} {number}").text


def test_digits_of_other_scripts_are_digits() -> None:
    assert Redactor().text("４１１１ １１１１ １１１１ １１１１").text == "[card number]"
    assert Redactor().text("٤١١١ ١١١١ ١١١١ ١١١١").text == "[card number]"


def test_the_middle_of_a_longer_number_is_no_card() -> None:
    assert Redactor().text("ref 9994111111111111111999 x").masked == {}


def test_a_secret_inside_a_card_number_leaves_nothing_of_the_card_number() -> None:
    assert Redactor().text("4111 1111 1111 1111", ("1111 1111",)).text == "[card number]"


# Published example IBANs of the registry.
@pytest.mark.parametrize(
    "iban",
    ["DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "FR1420041010050500013M02606"],
)
@pytest.mark.parametrize("gap", ["", " ", "-"])
@pytest.mark.parametrize("is_lower", [False, True])
def test_an_iban_vanishes_in_groups_of_four_and_the_words_around_it_stay(
    iban: str, gap: str, is_lower: bool
) -> None:
    grouped = gap.join(iban[k : k + 4] for k in range(0, len(iban), 4))
    text = f"paid from {grouped.lower() if is_lower else grouped}, thank you"
    assert Redactor().text(text).text == "paid from [IBAN], thank you"


def test_an_iban_with_a_wrong_check_number_stays() -> None:
    assert "DE88370400440532013000" in NO_PHONES.text("DE88370400440532013000").text


@pytest.mark.parametrize(
    "address", ["anna@example.org", "x.y+z@sub.example.co.uk", "o'neil@example.org", "jürgen@bücher.example"]
)
def test_an_email_address_vanishes(address: str) -> None:
    shown = Redactor().text(f"write to <{address}>, please")
    assert shown.text == "write to <[e-mail address]>, please"
    assert shown.masked == {"e-mail address": 1}


@pytest.mark.parametrize(
    "phone",
    ["+49 170 1234567", "0049-170-1234567", "(212) 555-0143", "212-555-0143", "0612345678", "020 7946 0958"],
)
def test_a_phone_number_vanishes(phone: str) -> None:
    assert Redactor().text(f"call {phone} now").text == "call [phone number] now"


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-03-01 at 12:30",
        "01.02.2026 12:30",
        "1,234,567.89 €",
        "2026-03-01T08:30:00.123456+00:00",
        "192.168.100.200",
        "0.00012345678",
        "order 48151623",
        "3 of 280 in 14 days",
    ],
)
def test_dates_amounts_and_short_numbers_stay(text: str) -> None:
    assert Redactor().text(text).text == text


def test_masks_can_be_switched_off_one_by_one() -> None:
    text = "4111 1111 1111 1111 a@example.org"
    assert (
        Redactor(masks_cards=False, masks_phones=False).text(text).text
        == "4111 1111 1111 1111 [e-mail address]"
    )
    assert Redactor(masks_emails=False).text(text).text == "[card number] a@example.org"


# ---------------------------------------------------------------------- cases


def test_a_redacted_column_is_gone_and_its_value_vanishes_from_other_columns() -> None:
    redactor = Redactor(columns=frozenset({"holder", "card"}))
    shown, masked = redactor.case(
        {"holder": "Anna Holm", "card": 4111.0, "note": "ANNA HOLM paid with 4111", "amount": 12.5, "x": None}
    )
    assert shown == {"note": "[redacted value] paid with [redacted value]", "amount": "12.5"}
    assert masked == {"redacted value": 2}


def test_a_card_number_read_as_a_float_is_masked() -> None:
    assert Redactor().case({"number": 4111111111111111.0})[0] == {"number": "[card number]"}


def test_an_id_is_shown_only_as_a_hash_that_depends_on_the_salt() -> None:
    first, second = (Redactor(id_column="id", salt=salt) for salt in (b"one", b"two"))
    shown = first.case({"id": "K-2041", "note": "see K-2041"})[0]
    assert shown == {"id": first.hashed("K-2041"), "note": "see [redacted value]"}
    assert first.hashed("K-2041") != second.hashed("K-2041")
    assert first.hashed("K-2041") == Redactor(salt=b"one").hashed("K-2041")


def test_hashing_without_a_salt_is_refused() -> None:
    with pytest.raises(ConfigError, match="no salt"):
        Redactor(id_column="id")
    with pytest.raises(ConfigError, match="65 bytes"):
        Redactor(salt=b"x" * 65)


# ---------------------------------------------------------------------- hostile text


@given(st.text(max_size=400))
def test_shown_text_is_one_short_printable_line(text: str) -> None:
    shown = Redactor(max_length=100).text(text).text
    assert len(shown) <= 100
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not any(c in shown for c in "\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff")
    shown.encode("utf-8")


def test_marks_that_turn_the_reading_direction_do_not_hide_a_number() -> None:
    assert Redactor().text("4111\u202e1111\u00ad1111\x001111").text == "[card number]"


def test_emoji_and_right_to_left_letters_stay() -> None:
    for text in ("👩\u200d👧 ok", "שלום עולם", "مرحبا", "<b>bold</b> & <script>alert(1)</script>"):
        assert Redactor().text(text).text == text


def test_a_number_cut_by_the_length_limit_is_masked_first() -> None:
    shown = Redactor(max_length=20).text("x" * 10 + " 4111 1111 1111 1111")
    assert not any(c.isdigit() for c in shown.text)
    long = Redactor(max_length=20_000).text("y " * 4_993 + "4111 1111 1111 1111")
    assert not any(c.isdigit() for c in long.text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10**6,
        "1 " * 10**5,
        "1 2 3 4 5 6 7 " * 10**4,
        "x@" * 10**5,
        "a.@" * 10**5,
        "DE00 " * 10**5,
        "(" * 10**5,
    ],
)
def test_hostile_texts_take_no_more_than_a_moment(text: str) -> None:
    started = time.process_time()
    Redactor().text(text)
    assert time.process_time() - started < 1.0
