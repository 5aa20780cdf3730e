"""JSON that two parsers would read differently is refused, and no input makes reading it slow or deep."""

import json
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import (
    MAX_JSON_BYTES,
    MAX_JSON_DEPTH,
    JsonValue,
    json_compact,
    json_object,
    json_parse,
)
from credentials.errors import LimitExceeded, MalformedInput

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20) + 1, 10**20 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=10)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=6), inner, max_size=4)
    ),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ("[]", []),
        ('"é"', "é"),
        ('"\\u00e9"', "é"),
        ('"\\ud83d\\ude02"', "😂"),
        ('"\\u0000"', "\0"),
        (' \t\n\r{"a" : [1 , 2.5, -0.0, 1E2, true, false, null]} ', {"a": [1, 2.5, -0.0, 100.0, True, False, None]}),
        ('{"a":{"b":1},"c":{"b":2}}', {"a": {"b": 1}, "c": {"b": 2}}),
        ('{"":1}', {"": 1}),
        ("99999999999999999999", 99999999999999999999),
        ("-99999999999999999999", -99999999999999999999),
        ('"[[[[{{{{"', "[[[[{{{{"),
    ],
)
def test_json_is_read(text: str, value: JsonValue) -> None:
    assert json_parse(text) == value
    assert json_parse(text.encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        '{"a":{"b":1,"b":2}}',
        '[{"x":[{"b":1,"c":0,"b":1}]}]',
        '{"a":1,"\\u0061":2}',  # one name in two spellings
        '{"":1,"":2}',
        '{"a":null,"a":null}',
    ],
)
def test_two_members_of_one_name_are_refused_at_every_level(text: str) -> None:
    with pytest.raises(MalformedInput):
        json_parse(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1E309", "nan", "inf", "+1"])
@pytest.mark.parametrize("around", ["{}", '{{"exp":{}}}', "[[{}]]"])
def test_numbers_that_are_not_json_or_not_finite_are_refused(number: str, around: str) -> None:
    with pytest.raises(MalformedInput):
        json_parse(around.format(number))


@pytest.mark.parametrize("number", ["01", "-01", "1.", ".5", "1e", "0x10", "1_000", "--1", "٣"])
def test_numbers_of_other_languages_are_refused(number: str) -> None:
    with pytest.raises(MalformedInput):
        json_parse(f'{{"bedrag":{number}}}')


@pytest.mark.parametrize("number", ["1" * 21, "-" + "1" * 21, "9" * 5000, "1" + "0" * 4400])
def test_integers_of_more_than_twenty_digits_are_refused(number: str) -> None:
    with pytest.raises(LimitExceeded):
        json_parse(f'{{"bedrag":{number}}}')


@pytest.mark.parametrize(
    "text", ['"\\ud800"', '"\\udc00\\ud800"', '{"\\udfff":1}', '["a",{"b":"\\ud83d"}]', '"\\ud800\\u0041"']
)
def test_lone_surrogates_are_refused_as_value_and_as_name(text: str) -> None:
    with pytest.raises(MalformedInput):
        json_parse(text)


def test_a_lone_surrogate_in_text_that_was_already_decoded_is_refused() -> None:
    with pytest.raises(MalformedInput):
        json_parse('"\ud800"')


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf{}",  # a byte order mark
        b"\xff\xfe{\0}\0",  # UTF-16
        b"\0\0\0{\0\0\0}",  # UTF-32
        b'"\xff"',
        b'"\xc0\xaf"',  # an overlong form
        b'"\xed\xa0\x80"',  # a surrogate in UTF-8
        b'"\xe2\x82"',  # cut short
        b'{"\xff":1}',
    ],
)
def test_bytes_that_are_not_utf_8_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedInput):
        json_parse(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{} {}",
        "{}x",
        "{}\0",
        "[1,]",
        '{"a":1,}',
        "{'a':1}",
        "{a:1}",
        '{"a"}',
        '{"a":}',
        '{1:"a"}',
        "[1 2]",
        '"a',
        '"a\\',
        '"a\\"',
        '{"a":"b',
        '"\\x41"',
        '"\\u00g0"',
        '"\t"',
        '"\n"',
        '"\0"',
        "{",
        "[",
        "]",
        "}",
        "[}",
        "tru",
        "True",
        "None",
        "// a\n{}",
        "/**/{}",
        "\u00a0{}",
        "\x0c{}",
    ],
)
def test_what_is_not_one_json_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        json_parse(text)


def test_an_object_is_demanded_where_it_is_expected() -> None:
    assert json_object('{"a":1}') == {"a": 1}
    for text in ("[]", '"{}"', "1", "null", "true"):
        with pytest.raises(MalformedInput, match="is not an object"):
            json_object(text)


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_taken_up_to_its_limit_and_not_one_above(opened: str, closed: str) -> None:
    json_parse(opened * (MAX_JSON_DEPTH - 1) + "{}" + closed * (MAX_JSON_DEPTH - 1))
    with pytest.raises(LimitExceeded):
        json_parse(opened * MAX_JSON_DEPTH + "{}" + closed * MAX_JSON_DEPTH)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, "[{}," * 100_000])
def test_endless_nesting_is_refused_whether_it_ends_or_not(text: str) -> None:
    with pytest.raises(LimitExceeded):
        json_parse(text)


def test_brackets_in_strings_do_not_nest_and_quotes_in_strings_do_not_hide_nesting() -> None:
    assert json_parse(json.dumps(["[" * 200, '"[{' * 200, "\\" * 201 + "["])) is not None
    hidden = '["\\"",' + "[" * 70 + "]" * 70 + "]"
    with pytest.raises(LimitExceeded):
        json_parse(hidden)


def test_a_backslash_hides_no_nesting() -> None:
    deep = "[" * 70 + "]" * 70
    for text in ('{"a\\\\":' + deep + "}", '{"\\"":' + deep + "}", '["\\\\\\"",' + deep + "]"):
        with pytest.raises(LimitExceeded):
            json_parse(text)


@given(st.text(alphabet='[]{}"\\,:a', max_size=300))
def test_how_deep_a_text_is_follows_from_reading_it_letter_by_letter(noise: str) -> None:
    text = '["' + noise + '"' + "[" * 40 + noise
    depth = deepest = 0
    inside = escaped = stopped = False
    for letter in text:
        if inside:
            inside, escaped = escaped or letter != '"', not escaped and letter == "\\"
        elif letter == "\\":
            # No JSON goes on after this, so no parser comes any deeper.
            stopped = True
            break
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
        else:
            inside = letter == '"'
    with pytest.raises(MalformedInput) as refused:
        json_parse(text)
    assert stopped or isinstance(refused.value, LimitExceeded) == (deepest > MAX_JSON_DEPTH)
    assert deepest <= MAX_JSON_DEPTH or isinstance(refused.value, LimitExceeded)


def test_wide_is_not_deep() -> None:
    assert json_parse("[" + ",".join(["[{}]"] * 1000) + "]") == [[{}]] * 1000


def test_size_is_counted_in_bytes_and_taken_up_to_its_limit() -> None:
    assert json_parse('"' + "é" * 49 + '"', max_bytes=100) == "é" * 49
    with pytest.raises(LimitExceeded):
        json_parse('"' + "é" * 50 + '"', max_bytes=100)
    assert json_parse(b'"' + b"a" * (MAX_JSON_BYTES - 2) + b'"')
    with pytest.raises(LimitExceeded):
        json_parse(b'"' + b"a" * (MAX_JSON_BYTES - 1) + b'"')


def test_an_error_names_the_field_and_never_its_value() -> None:
    for text in ('{"bsn":"999990019"', '{"bsn":"999990019","bsn":"999990019"}', '{"bsn":"999990019\\ud800"}'):
        with pytest.raises(MalformedInput) as refused:
            json_parse(text, "response")
        assert "999990019" not in str(refused.value)


WORST = """
import resource, sys
from credentials.encoding import json_parse
from credentials.errors import MalformedInput
size = 1 << 20
for text in (
    '"' + chr(92) * (size - 2),                      # an unterminated string of escapes
    '"' + 'a' * (size - 2),
    ('"' + chr(92)) * (size // 2),
    '[' + '"",' * ((size - 10) // 3),
    '{}' * (size // 2),
    '[' + '[],' * ((size - 4) // 3) + '1]',
    '[' + '1' * (size - 10) + '.5]',
    '[1e' + '9' * (size - 10) + ']',
    '[0.' + '0' * (size - 10) + ']',
    '[' + '1' * (size - 10) + ']',
    '[' + ' ' * (size - 10) + ']',
    '{' + ','.join('"%d":1' % number for number in range(90_000)) + '}',
    '"' + chr(92) + 'ud800' * (size // 8),
):
    try:
        json_parse(text)
    except MalformedInput:
        pass
print("done")
"""


def test_the_worst_megabytes_are_read_in_linear_time() -> None:
    # Thirteen megabytes take about two seconds in all; a quadratic step on one of them would take hours.
    done = subprocess.run([sys.executable, "-c", WORST], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "done\n", done.stderr


@given(VALUES)
def test_what_is_written_is_read_again(value: JsonValue) -> None:
    assert json_parse(json_compact(value)) == value
    assert json_parse(json.dumps(value, indent=1)) == value


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_anything_at_all_is_read_or_refused(data: bytes | str) -> None:
    try:
        value = json_parse(data)
    except MalformedInput:
        return
    # What we take, the standard library reads as the same value.
    assert json.loads(data) == value


@given(VALUES)
def test_both_ways_of_reading_agree(value: JsonValue) -> None:
    quick, walked = json_parse(json_compact(value)), json_parse(b" " + json_compact(value))
    assert repr(quick) == repr(walked)


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf]])
def test_what_is_not_json_is_never_written(value: JsonValue) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_compact(value)
