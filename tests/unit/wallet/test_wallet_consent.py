"""What a citizen is shown before they share is what goes along, not what was asked; and it is what they agreed to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.debts.claims import OVERVIEW_TYPE
from credentials.encoding import JsonObject
from credentials.formats import IssuerKey
from credentials.trust.x509 import aki
from tests.sharing_kit import FORMATS, OWNER, SECURINGS, Sharing, expected, format_of, own, secured
from tests.unit.formats.format_samples import RESOLVER, draft, issuer_key, signer
from tests.unit.trust.certificates import a_leaf, an_authority
from wallet_api.domain.errors import NotAsShown, UnknownRequester
from wallet_api.domain.presentation import Consent, Requester

CARD: JsonObject = {
    "address": {"locality": "Utrecht", "street": "Kerkstraat 1"},
    "nationalities": ["NL", "BE"],
    "gebeurtenissen": {"g001": {"type": "betaling", "bedrag": 5000}},
}


def issue(*hidden: tuple[str | int, ...], **changes: Any) -> Any:
    made: Any = {"type": "urn:eu:pid:1", "claims": CARD, "disclosable": frozenset(hidden), **changes}
    return FORMATS["dc+sd-jwt"].issue(draft(**made), issuer_key())


def asking(*paths: list[str | int | None]) -> JsonObject:
    return {
        "credentials": [
            {"id": "a", "format": "dc+sd-jwt", "meta": {}, "claims": [{"path": path} for path in paths]},
        ]
    }


def shown(consent: Consent) -> dict[str, Any]:
    return {".".join(fact.path): fact.value for share in consent.shares for fact in share.facts}


def along(consent: Consent) -> set[str]:
    return {".".join(fact.path) for share in consent.shares for fact in share.along}


ONE_PIECE = [("address",), ("nationalities",), ("gebeurtenissen", "g001")]
EACH_APART = [
    ("address",), ("address", "locality"), ("address", "street"), ("nationalities",), ("nationalities", 0),
    ("nationalities", 1), ("gebeurtenissen", "g001"), ("gebeurtenissen", "g001", "type"),
    ("gebeurtenissen", "g001", "bedrag"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "in_one_piece", "apart"),
    [
        (
            ["address", "locality"],
            {"address.locality": "Utrecht", "address.street": "Kerkstraat 1"},
            {"address.locality": "Utrecht"},
        ),
        (["nationalities", 0], {"nationalities.0": "NL", "nationalities.1": "BE"}, {"nationalities.0": "NL"}),
        (["nationalities", 1], {"nationalities.0": "NL", "nationalities.1": "BE"}, {"nationalities.0": "BE"}),
        (
            ["gebeurtenissen", "g001", "type"],
            {"gebeurtenissen.g001.type": "betaling", "gebeurtenissen.g001.bedrag": 5000},
            {"gebeurtenissen.g001.type": "betaling"},
        ),
    ],
)
def test_a_part_that_cannot_be_shown_alone_brings_the_whole_and_the_citizen_sees_so(
    path: list[str | int | None], in_one_piece: dict[str, Any], apart: dict[str, Any]
) -> None:
    for hidden, seen in ((ONE_PIECE, in_one_piece), (EACH_APART, apart)):
        wallet = Sharing()
        wallet.hold(issue(*hidden), format="dc+sd-jwt")
        consent = wallet.ask(asking(path))
        assert shown(consent) == seen
        assert len(along(consent)) == len(seen) - 1, "what nobody asked is marked as going along"
        receipt, token = wallet.share(consent)
        assert receipt.cards[0].facts == consent.shares[0].facts
        read = FORMATS["dc+sd-jwt"].verify(token["a"][0], expected(), RESOLVER).claims
        assert len(str(read)) < len(str(CARD))


def test_two_elements_that_say_the_same_are_two() -> None:
    wallet = Sharing()
    wallet.hold(issue(("nationalities",), claims={"nationalities": ["NL", "NL"]}), format="dc+sd-jwt")
    assert shown(wallet.ask(asking(["nationalities", 0]))) == {"nationalities.0": "NL", "nationalities.1": "NL"}


def test_what_is_always_seen_is_shown_and_nobodys_wish() -> None:
    wallet = Sharing()
    wallet.hold(issue(("nationalities",)), format="dc+sd-jwt")
    consent = wallet.ask(asking(["nationalities"]))
    assert "address.street" in shown(consent)
    assert along(consent) == set()


def test_by_whom_and_until_when_is_told_of_every_card() -> None:
    wallet = Sharing()
    wallet.hold(issue(*ONE_PIECE), format="dc+sd-jwt")
    (share,) = wallet.ask(asking(["nationalities"])).shares
    assert {fact.path[0]: fact.value for fact in share.envelope} == {
        "uitgever": "https://cjib.example",
        "soort": "urn:eu:pid:1",
        "gemaakt_op": "2026-11-23T12:00:00+00:00",
        "geldig_tot": "2026-12-28T12:00:00+00:00",
    }


def test_a_citizen_service_number_in_one_piece_with_what_was_asked_refuses_the_request() -> None:
    claims: JsonObject = {"persoon": {"naam": "Samira", "bsn": "999990007"}}
    wallet = Sharing()
    wallet.hold(issue(("persoon",), claims=claims), format="dc+sd-jwt")
    assert wallet.ask(asking(["persoon", "naam"])).request.refusal == "bsn"
    entitled = Requester("Schuldhulp", "vrager.example", known=True, may_ask_bsn=True)
    assert wallet.ask(asking(["persoon", "naam"]), entitled).request.refusal is None
    apart = Sharing()
    apart.hold(issue(("persoon", "naam"), ("persoon", "bsn"), claims=claims), format="dc+sd-jwt")
    consent = apart.ask(asking(["persoon", "naam"]))
    assert (consent.request.refusal, shown(consent)) == (None, {"persoon.naam": "Samira"})


def test_that_nothing_is_owed_is_only_said_where_it_goes_along() -> None:
    wallet = Sharing()
    claims: JsonObject = {"aantal_open_zaken": 0, "saldo_totaal": 0}
    wallet.hold(issue(("aantal_open_zaken",), ("saldo_totaal",), claims=claims), format="dc+sd-jwt")
    assert len(wallet.ask(asking(["saldo_totaal"])).without_debts) == 0
    assert len(wallet.ask(asking(["aantal_open_zaken"])).without_debts) == 1


def test_what_was_agreed_to_is_what_is_sent() -> None:
    wallet = Sharing()
    card = wallet.hold(issue(*ONE_PIECE), format="dc+sd-jwt")
    query: Any = asking(["nationalities"])
    query["credentials"][0]["multiple"] = True
    agreed = wallet.ask(query)
    for change in (
        # Collected anew meanwhile: another card.
        lambda: wallet.cards.items.pop(card.id) and wallet.hold(issue(*ONE_PIECE), format="dc+sd-jwt"),
        # The same card in name, that says or hides something else.
        lambda: wallet.cards.items.update({card.id: replace(wallet.hold(_other(), format="dc+sd-jwt"), id=card.id)}),
        # One more card that answers.
        lambda: wallet.hold(issue(), format="dc+sd-jwt"),
    ):
        before = dict(wallet.cards.items)
        change()
        with pytest.raises(NotAsShown):
            wallet.usecase.share(OWNER, "r", agreed.shown, [("a", card.id)], stranger_agreed=True)
        wallet.cards.items = before
        assert (wallet.sent, wallet.receipts.items) == ([], {}), "nothing went out and nothing says so"
        assert "r" in wallet.requests.items, "the citizen can decide anew"
    for nothing in ("", "A" * 43):
        with pytest.raises(NotAsShown):
            wallet.usecase.share(OWNER, "r", nothing, [("a", card.id)], stranger_agreed=True)
    wallet.share(agreed)
    assert len(wallet.sent) == 1


def _other() -> Any:
    return issue(*ONE_PIECE, claims={**CARD, "nationalities": ["NL", "FR"]})


def test_another_copy_of_the_same_card_says_the_same() -> None:
    wallet = Sharing()
    card = wallet.hold(issue(*ONE_PIECE), issue(*ONE_PIECE), format="dc+sd-jwt")
    agreed = wallet.ask(asking(["nationalities"]))
    wallet.cards.items[card.id] = card.using(0)
    _, token = wallet.share(agreed)
    assert str(token["a"][0]).startswith(str(card.copies[1].credential).split("~")[0])


def test_a_decision_is_about_who_asks_too() -> None:
    wallet = Sharing()
    wallet.hold(issue(*ONE_PIECE), format="dc+sd-jwt")
    known = Requester("Schuldhulp", "vrager.example", known=True)
    one, two = wallet.ask(asking(["nationalities"])), wallet.ask(asking(["nationalities"]), known)
    assert one.shown != two.shown
    assert (
        one.shown == replace(one, request=replace(one.request, expires_at=one.request.expires_at + timedelta(1))).shown
    )


@pytest.mark.parametrize("path", [["@context", 0], ["type", 0], ["proof"], ["proof", "proofValue"], ["id"]])
def test_odd_paths_into_a_w3c_document_break_nothing(path: list[str | int | None]) -> None:
    claims: JsonObject = {"bronorganisatie": {"naam": "CJIB"}, "saldo_totaal": 5, "zaken": {}}
    for securing in set(SECURINGS) - {"dc+sd-jwt", "mso_mdoc"}:
        wallet = Sharing()
        wallet.hold(secured(securing, claims, **own(OVERVIEW_TYPE, securing)), format=format_of(securing))
        query: Any = asking(path)
        query["credentials"][0]["format"] = format_of(securing)
        consent = wallet.ask(query)
        for share in consent.shares:
            assert any(fact.path == ("bronorganisatie", "naam") for fact in share.facts)


def test_nothing_goes_to_a_stranger_before_the_citizen_says_to_know_them() -> None:
    wallet = Sharing()
    wallet.hold(issue(*ONE_PIECE), format="dc+sd-jwt")
    consent = wallet.ask(asking(["nationalities"]))
    with pytest.raises(UnknownRequester):
        wallet.usecase.share(OWNER, "r", consent.shown, [("a", consent.shares[0].card.id)])
    assert wallet.sent == []


@pytest.mark.parametrize("securing", SECURINGS)
@pytest.mark.parametrize("number", [1, 12])
def test_how_long_an_answer_will_be_is_known_before_it_is_sent(securing: str, number: int) -> None:
    wallet = Sharing()
    claims: JsonObject = {"bronorganisatie": {"naam": "CJIB"}, "saldo_totaal": 5, "zaken": {}}
    for _ in range(number):
        wallet.hold(secured(securing, claims, **own(OVERVIEW_TYPE, securing)), format=format_of(securing))
    query: Any = asking()
    query["credentials"] = [{"id": "a", "format": format_of(securing), "meta": {}, "multiple": True}]
    if securing == "mso_mdoc":
        query["credentials"][0]["meta"] = {"doctype_value": OVERVIEW_TYPE}
    consent = wallet.ask(query, encrypted=True)
    assert len(consent.shares) == number
    chosen = [(share.query, share.card.id) for share in consent.shares]
    wallet.usecase.share(OWNER, "r", consent.shown, chosen, stranger_agreed=True)
    assert 0.9 < consent.characters / len(wallet.sent[-1]["response"]) < 1.1


def test_a_long_answer_to_a_stranger_is_told_before_it_is_sent() -> None:
    wallet = Sharing()
    query: Any = asking()
    query["credentials"] = [{"id": "a", "format": "dc+sd-jwt", "meta": {}, "multiple": True}]
    known = Requester("Schuldhulp", "vrager.example", known=True)
    while not wallet.ask(query, encrypted=True).too_long_for_some:
        assert len(wallet.cards.items) < 60
        wallet.hold(issue(), format="dc+sd-jwt")
    # Who is known, and whoever gets it in the clear, takes an answer of any length.
    assert not wallet.ask(query, known, encrypted=True).too_long_for_some
    assert not wallet.ask(query).too_long_for_some
    consent = wallet.ask(query, encrypted=True)
    chosen = [(share.query, share.card.id) for share in consent.shares]
    wallet.usecase.share(OWNER, "r", consent.shown, chosen, stranger_agreed=True)
    assert abs(len(wallet.sent[-1]["response"]) - 49_000) < 5_000


@pytest.mark.requirement("wallet-dcql")
@pytest.mark.parametrize("securing", ["dc+sd-jwt", "mso_mdoc"])
def test_a_card_under_the_asked_authority_is_found_by_its_chain(securing: str) -> None:
    wallet, type = Sharing(), OVERVIEW_TYPE
    leaf = a_leaf(an_authority(), signer("issuer"))
    card = FORMATS[securing].issue(draft(claims={"saldo": 1}, type=type), IssuerKey(signer("issuer"), (leaf,)))
    wallet.hold(card, format=securing)
    query: JsonObject = {"id": "a", "format": securing, "meta": {"vct_values": [type]}}
    if securing == "mso_mdoc":
        query["meta"] = {"doctype_value": type}
    key = aki(leaf)
    for values, found in (([key], 1), (["AAAA", key], 1), (["AAAA"], 0)):
        asked = {"credentials": [{**query, "trusted_authorities": [{"type": "aki", "values": values}]}]}
        assert len(wallet.ask(asked).shares) == found, values
