"""The time claims of a token: numbers only, and to the second at both edges of the tolerance."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonValue, json_object
from credentials.errors import MalformedInput
from credentials.jose import ClaimError, check_times
from credentials.jose.jwt import DEFAULT_SKEW, numeric_date

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
SKEW = int(DEFAULT_SKEW.total_seconds())
AGE = timedelta(minutes=5)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value",
    [
        str(AT),
        f"{AT}.0",
        "",
        True,
        False,
        None,
        [AT],
        {"$numberLong": AT},
        float("nan"),
        float("inf"),
        float("-inf"),
        -1,
        -0.5,
        253_402_300_800,
        1 << 41,
        10**19,
        1e300,
    ],
)
def test_a_time_that_is_no_sensible_number_is_refused(name: str, value: JsonValue) -> None:
    with pytest.raises(ClaimError) as refused:
        check_times({name: value}, NOW)
    assert refused.value.claim == name
    assert str(AT) not in str(refused.value)


@pytest.mark.parametrize("text", ['{"exp":NaN}', '{"exp":1e400}', '{"exp":-1e400}', '{"exp":1,"exp":99999999999}'])
def test_a_time_that_is_no_json_never_gets_here(text: str) -> None:
    with pytest.raises(MalformedInput):
        json_object(text)


def test_a_time_may_have_a_fraction_which_does_not_count() -> None:
    assert numeric_date({"exp": AT + 0.9}, "exp") == AT
    assert numeric_date({"exp": 0}, "exp") == 0
    # The last second of the year 9999, by which issuers mean "for ever".
    assert numeric_date({"exp": 253_402_300_799}, "exp") == 253_402_300_799
    assert numeric_date({}, "exp") is None


@pytest.mark.parametrize("skew", [0, 1, SKEW])
def test_expiry_is_the_first_second_that_is_too_late(skew: int) -> None:
    tolerance = timedelta(seconds=skew)
    check_times({"exp": AT - skew + 1}, NOW, skew=tolerance)
    for expired in (AT - skew, AT - skew - 1, 0):
        with pytest.raises(ClaimError, match="exp has passed"):
            check_times({"exp": expired}, NOW, skew=tolerance)


@pytest.mark.parametrize("skew", [0, 1, SKEW])
def test_not_before_is_the_first_second_that_is_in_time(skew: int) -> None:
    tolerance = timedelta(seconds=skew)
    for begun in (AT + skew, AT, 0):
        check_times({"nbf": begun}, NOW, skew=tolerance)
    with pytest.raises(ClaimError, match="nbf has not come"):
        check_times({"nbf": AT + skew + 1}, NOW, skew=tolerance)


@pytest.mark.parametrize("skew", [0, 1, SKEW])
def test_issuance_lies_at_most_the_tolerance_ahead(skew: int) -> None:
    tolerance = timedelta(seconds=skew)
    check_times({"iat": AT + skew}, NOW, skew=tolerance)
    check_times({"iat": 0}, NOW, skew=tolerance)
    with pytest.raises(ClaimError, match="iat is in the future"):
        check_times({"iat": AT + skew + 1}, NOW, skew=tolerance)


@pytest.mark.parametrize("skew", [0, SKEW])
def test_issuance_lies_at_most_the_age_and_the_tolerance_back(skew: int) -> None:
    tolerance = timedelta(seconds=skew)
    oldest = AT - int(AGE.total_seconds()) - skew
    check_times({"iat": oldest}, NOW, skew=tolerance, max_age=AGE)
    with pytest.raises(ClaimError, match="iat is too long ago"):
        check_times({"iat": oldest - 1}, NOW, skew=tolerance, max_age=AGE)


def test_an_age_cannot_be_had_without_a_time_of_issuance() -> None:
    check_times({}, NOW)
    with pytest.raises(ClaimError, match="iat is missing"):
        check_times({}, NOW, max_age=AGE)
    with pytest.raises(ClaimError, match="iat is missing"):
        check_times({"exp": AT + 60, "nbf": AT}, NOW, max_age=AGE)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "jti"])
def test_what_is_required_must_be_there(name: str) -> None:
    check_times({name: AT + 1 if name == "exp" else AT}, NOW, require=(name,))
    with pytest.raises(ClaimError, match="is missing") as refused:
        check_times({}, NOW, require=(name,))
    assert refused.value.claim == name


def test_the_edge_between_two_years_of_the_clock_is_no_edge() -> None:
    new_year = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    check_times({"exp": int(new_year.timestamp()) + 1, "nbf": int(new_year.timestamp())}, new_year, skew=timedelta())
    amsterdam = NOW.astimezone(tz=None)
    check_times({"exp": AT + 1, "nbf": AT, "iat": AT}, amsterdam, skew=timedelta(), max_age=timedelta())


@given(st.integers(0, 1 << 34), st.integers(0, 1 << 34))
def test_a_token_is_valid_from_its_beginning_to_its_end(begins: int, ends: int) -> None:
    try:
        check_times({"nbf": begins, "exp": ends}, NOW, skew=timedelta())
    except ClaimError:
        assert not begins <= AT < ends
    else:
        assert begins <= AT < ends
