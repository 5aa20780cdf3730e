"""How what is shared is divided over answers: nothing is taken to fit that does not, and the first part answers."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from credentials import limits
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.jose import EncryptionKey
from credentials.openid.answer_limits import AnswerLimits
from credentials.openid.vp_request import PresentationRequest, ResponseMode, parse_parameters
from credentials.openid.vp_response import build_response
from tests.sharing_kit import SECURINGS, Sharing, format_of, own, secured
from wallet_api.domain.errors import TooMuchAtOnce
from wallet_api.domain.parts import Room, divide, room_of
from wallet_api.domain.presentation import Requester, Share

KEY = EncryptionKey.generate("e1")
ROOM = Room(limits.PRESENTATIONS, limits.FORM_BYTES, 1)
SUBJECT = "credentialSubject"
ROOTS = {"dc+sd-jwt": [], "mso_mdoc": [CASE_TYPE]}
KNOWN = Requester("Gemeente", "gemeente.example", known=True)


def asked(wallet: Sharing, *queries: tuple[str, str, str]) -> tuple[PresentationRequest, tuple[Share, ...]]:
    """Ask for cards, and return the request with all that would be shared."""
    credentials: list[Any] = [
        {
            "id": id,
            "format": format,
            "multiple": True,
            "claims": [{"path": [*ROOTS.get(format, [SUBJECT]), "saldo"]}],
            "meta": {"doctype_value": type}
            if format == "mso_mdoc"
            else {"vct_values": [type]}
            if format == "dc+sd-jwt"
            else {"type_values": [[type]]},
        }
        for id, format, type in queries
    ]
    shares = wallet.ask({"credentials": credentials}).shares
    return parse_parameters(wallet.requests.items["r"].parameters), shares


def encrypted(request: PresentationRequest) -> PresentationRequest:
    return replace(request, response_mode=ResponseMode.DIRECT_POST_JWT, encryption_keys=(KEY.public(),))


@pytest.mark.parametrize("securing", SECURINGS)
@pytest.mark.parametrize("count", [1, 8])
def test_what_does_not_fit_is_never_taken_to_fit(securing: str, count: int) -> None:
    wallet, format = Sharing(), format_of(securing)
    claims: Any = {"omschrijving": 'Geldboete, één "snelle" {auto}' * 20, "saldo": 10_000}
    for _ in range(count):
        wallet.hold(secured(securing, claims, **own(CASE_TYPE, securing)), format=format)
    request, shares = asked(wallet, ("q", format, CASE_TYPE))
    assert len(shares) == count
    for each in (request, encrypted(request)):
        token = {"q": [wallet.usecase._present(each, share) for share in shares]}
        body = len(urlencode(build_response(each, token)))
        with pytest.raises(TooMuchAtOnce):
            divide(shares, each, replace(ROOM, body_bytes=body - 1))
        assert len(divide(shares, each, replace(ROOM, body_bytes=3 * body + 30_000))) == 1


def some(overviews: int, cases: int) -> tuple[PresentationRequest, tuple[Share, ...]]:
    wallet = Sharing()
    for type, count in ((CASE_TYPE, cases), (OVERVIEW_TYPE, overviews)):
        made = secured("dc+sd-jwt", {"saldo": 1}, **own(type, "dc+sd-jwt"))
        for _ in range(count):
            wallet.hold(made, format="dc+sd-jwt")
    return asked(wallet, ("zaak", "dc+sd-jwt", CASE_TYPE), ("overzicht", "dc+sd-jwt", OVERVIEW_TYPE))


def test_the_first_part_answers_every_question_and_the_totals_come_before_the_debts() -> None:
    request, shares = some(3, 6)
    parts = divide(shares, request, Room(4, limits.FORM_BYTES, 3))
    assert [len(part) for part in parts] == [4, 4, 1]
    assert {share.query for share in parts[0]} == {"zaak", "overzicht"}
    assert [share.query for part in parts for share in part].count("overzicht") == 3
    assert {share.query for part in parts[1:] for share in part} == {"zaak"}
    assert sorted(share.card.id for part in parts for share in part) == sorted(share.card.id for share in shares)


@pytest.mark.parametrize(
    "room", [Room(4, limits.FORM_BYTES, 2), Room(1, limits.FORM_BYTES, 20), Room(10, 5_000, 20)],
    ids=["too few parts", "no part answers", "no card fits"],
)  # fmt: skip
def test_what_goes_in_no_way_is_too_much(room: Room) -> None:
    request, shares = some(3, 6)
    with pytest.raises(TooMuchAtOnce) as refused:
        divide(shares, request, room)
    assert refused.value.fits >= 1


def test_only_who_is_known_and_adds_up_gets_parts() -> None:
    request, _ = some(1, 1)
    assert room_of(request, KNOWN) == ROOM
    stated = replace(request, limits=AnswerLimits(5, 1_000, 3))
    assert room_of(stated, KNOWN) == Room(5, 1_000, 3)
    assert room_of(stated, replace(KNOWN, known=False)) == Room(5, 1_000, 1)


def test_no_requester_gets_more_than_fits_into_an_answer() -> None:
    request, _ = some(1, 1)
    boasting = replace(request, limits=AnswerLimits(1 << 30, 1 << 30, 1 << 30))
    assert room_of(boasting, KNOWN) == Room(limits.PRESENTATIONS, limits.FORM_BYTES, limits.PARTS)


def test_a_card_that_says_something_else_has_another_print() -> None:
    wallet = Sharing()
    wallet.hold(secured("dc+sd-jwt", {"saldo": 1}, **own(CASE_TYPE, "dc+sd-jwt")), format="dc+sd-jwt")
    _, (share,) = asked(wallet, ("q", "dc+sd-jwt", CASE_TYPE))
    assert share.fingerprint == asked(wallet, ("q", "dc+sd-jwt", CASE_TYPE))[1][0].fingerprint
    assert share.fingerprint != replace(share, facts=share.facts[1:]).fingerprint
