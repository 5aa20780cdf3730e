"""What a verifier says of how much it takes, and how parts are announced."""

import json
from dataclasses import replace

import pytest

from credentials.encoding import JsonObject
from credentials.limits import PARTS
from credentials.openid.answer_limits import FORMAT, AnswerLimits
from credentials.openid.errors import InvalidPresentationRequest, InvalidResponse
from credentials.openid.verifier_info import Purpose
from credentials.openid.vp_request import parse_parameters
from credentials.openid.vp_response import (
    Acknowledged,
    PresentationResponse,
    acknowledgement,
    build_response,
    parse_acknowledgement,
)
from tests.unit.openid.test_vp_response import ENCRYPTED, PLAIN, TOKEN, read

LIMITS = AnswerLimits(700, 24_000_000, 20)


@pytest.mark.parametrize("purpose", [None, Purpose("Intake", "Wet", "Een jaar")])
def test_limits_stand_in_the_request_beside_the_purpose(purpose: Purpose | None) -> None:
    request = parse_parameters(replace(PLAIN, limits=LIMITS, purpose=purpose).to_parameters())
    assert (request.limits, request.purpose) == (LIMITS, purpose)


def test_who_says_nothing_has_no_limits() -> None:
    assert parse_parameters(PLAIN.to_parameters()).limits is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"presentaties": 0, "bytes": 1, "delen": 1},
        {"presentaties": 1, "bytes": -1, "delen": 1},
        {"presentaties": 1, "bytes": 1, "delen": True},
        {"presentaties": "1", "bytes": 1, "delen": 1},
        {"presentaties": 1, "bytes": 1 << 40, "delen": 1},
    ],
)
def test_limits_that_are_none_are_refused(data: JsonObject) -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_parameters({**PLAIN.to_parameters(), "verifier_info": [{"format": FORMAT, "data": data}]})


def test_limits_are_stated_once() -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_parameters({**PLAIN.to_parameters(), "verifier_info": [LIMITS.to_json(), LIMITS.to_json()]})


@pytest.mark.parametrize("request_", [PLAIN, ENCRYPTED], ids=["plain", "encrypted"])
@pytest.mark.parametrize("left", [0, 1, PARTS])
def test_an_answer_says_how_many_parts_are_to_come(request_: object, left: int) -> None:
    answer = read(build_response(request_, TOKEN, parts_left=left), request_)  # type: ignore[arg-type]
    assert isinstance(answer, PresentationResponse)
    assert answer.parts_left == left


@pytest.mark.parametrize("left", ["-1", "x", "1.0", "١", str(PARTS + 1), "9" * 5])
def test_an_answer_with_no_number_of_parts_is_refused(left: str) -> None:
    with pytest.raises(InvalidResponse):
        read({**build_response(PLAIN, TOKEN), "blauweknop_parts_left": left})


@pytest.mark.parametrize("left", [-1, PARTS + 1])
def test_nor_is_an_encrypted_one(left: int) -> None:
    with pytest.raises(InvalidResponse):
        read(build_response(ENCRYPTED, TOKEN, parts_left=left), ENCRYPTED)


def test_the_acknowledgement_names_the_request_for_the_next_part() -> None:
    link = "openid4vp://?client_id=a&request_uri=b"
    body = json.dumps(acknowledgement(None, link)).encode()
    assert parse_acknowledgement(body) == Acknowledged(None, link)
    assert parse_acknowledgement(b'{"blauweknop_next_request": 7}') == Acknowledged()
