"""The rule for free text: what is refused, what is not, and what is taken out of a stranger's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.plain_text import shown, text_fault

READABLE = [
    *("Café", "België", "“CAFÉ”", "Spaß“", "là\u00a0»", "het café…”", "Åse Ärlig", "SÃO PAULO", "À", "Ñandú", "Łódź"),
    *(
        "€ 5,00",
        "Ömer Şahin",
        "می\u200cخواهم",
        "עברית",
        "日本語",
        "👩\u200d👧",
        "❤\ufe0f",
        "zee\u00ad-arend",
        "a\u00a0b",
        "",
        "ÃÂ",
    ),
]
MISLEADING = {
    **{f"a{sign}b": "direction" for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"},
    **{f"a{sign}b": "nobody sees" for sign in "\u200b\u2060\ufeff\ufff9\u2028\u2029\U000e0041\U000e0001"},
    **{f"a{sign}b": "control" for sign in "\x00\x07\x08\x1b\x7f\x80\x9b\x9f"},
}
LOST = ["a\ufffdb", "\ufffd", "a\ud800b", "a\ufdd0b", "a\uffffb", "a\U0010ffffb"]
LETTERS = "áàâäãåçéèêëíìîïñóòôöõøßúùûüýÁÀÂÄÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜ€–—‘’“”…™§°·½¿"


@pytest.mark.parametrize("text", READABLE)
def test_what_people_write_is_taken_as_it_is(text: str) -> None:
    assert text_fault(text) is None
    assert shown(text) == text


@pytest.mark.parametrize(("text", "why"), MISLEADING.items())
def test_what_misleads_or_nobody_sees_is_refused_and_taken_out(text: str, why: str) -> None:
    for lines in (False, True):
        fault = text_fault(text, lines=lines)
        assert fault is not None
        assert why in fault
    assert shown(text) in ("ab", "a b")


@pytest.mark.parametrize("text", LOST)
def test_what_was_lost_is_refused_and_stays_visible(text: str) -> None:
    assert text_fault(text) is not None
    assert shown(text) == text


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\r\nb", "\n"])
def test_lines_stand_where_there_may_be_several(text: str) -> None:
    assert text_fault(text) is not None
    assert text_fault(text, lines=True) is None
    assert shown(text) == text


@pytest.mark.parametrize("text", ["a\rb", "a\x0bb", "a\x85b", "a\x0cb"])
def test_other_ends_of_lines_stand_nowhere(text: str) -> None:
    assert text_fault(text, lines=True) is not None


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_in_utf_8_that_was_read_as_windows_1252_or_latin_1_is_seen(letter: str) -> None:
    encoded = letter.encode()
    for encoding in ("cp1252", "latin-1"):
        try:
            misread = encoded.decode(encoding)
        except UnicodeDecodeError:
            continue
        assert text_fault(f"Caf{misread}s") is not None
        twice = misread.encode()
        assert text_fault(twice.decode("latin-1")) is not None
    assert text_fault(f"Caf{letter}s") is None


@pytest.mark.parametrize("text", ["Ä±sÄ±k", "ÅžAHÄ°N", "ÄŸ", "Å¡", "ðŸ˜€", "ï»¿Naam", "ï¿½", "â‚¬ 5", "BelgiÃ«"])
def test_other_letters_and_signs_that_were_misread_are_seen(text: str) -> None:
    assert text_fault(text) == "UTF-8 that was read as Windows-1252"


@given(st.text())
def test_what_is_shown_reads_as_it_stands(text: str) -> None:
    once = shown(text)
    assert shown(once) == once
    assert not any(unicodedata.bidirectional(sign) in ("LRO", "RLO", "LRE", "RLE", "PDF") for sign in once)
    assert not any(
        unicodedata.category(sign) == "Cc" for sign in once.replace("\r\n", "").replace("\n", "").replace("\t", "")
    )


@given(st.text(min_size=3))
def test_what_is_taken_reads_as_it_stands(text: str) -> None:
    if text_fault(text) is None:
        assert shown(text) == text
        assert text.encode().decode() == text
