"""What is asked of which wallet, and what is kept of its answer: no format and no claim more than was asked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, OVERVIEW_TYPE
from credentials.encoding import JsonObject
from credentials.formats import CredentialDraft, HolderKey, IssuerKey
from credentials.keys import SoftwareSigner
from credentials.openid.vp_formats import VP_FORMATS
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.verifier_world import Card, Issuer, channel_of, make_world

PASS = "urn:voorbeeld:pas:1"


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    world = make_world(tmp_path, clock, agencies=("cjib", "duo"))
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


def a_query(*claims: JsonObject, type_: str = CASE_TYPE, format_name: str = "dc+sd-jwt", **more: Any) -> JsonObject:
    meta: JsonObject = {"vct_values": [type_]}
    if format_name == "mso_mdoc":
        meta = {"doctype_value": type_}
    elif format_name != "dc+sd-jwt":
        meta = {"type_values": [["https://www.w3.org/2018/credentials#VerifiableCredential", type_]]}
    asked: JsonObject = {"claims": list(claims)} if claims else {}
    entry: JsonObject = {"id": "x", "format": format_name, "multiple": True, "meta": meta, **asked, **more}
    return {"credentials": [entry]}


def show_all(counter: Counter, made: Any, *cards: Card) -> Any:  # a response
    """Show every claim of these cards, whatever was asked."""
    request = counter.read(made["verzoekUri"])
    shown = [
        counter.world.service_formats[card.format].present(
            card.credential, None, card.holder, audience=request.client_id.full, nonce=request.nonce,
            now=counter.world.clock.now(), channel=channel_of(request),
        )
        for card in cards
    ]  # fmt: skip
    return counter.send(request, {"x": shown})


def kept(counter: Counter, made: Any) -> Any:  # JSON
    """Return the claims of the one card that was kept, without what every card of its type shows to everybody."""
    (proof,) = counter.look(made["id"])["bewijzen"]
    assert proof["bewezen"] is True
    always = ALWAYS_DISCLOSED.get(proof["type"], frozenset())
    assert set(proof["gegevens"]) >= always
    return {name: value for name, value in proof["gegevens"].items() if name not in always}


def a_debt(counter: Counter, format_name: str = "dc+sd-jwt") -> Card:
    return next(card for card in counter.world.samira(format=format_name) if card.type == CASE_TYPE)


PLACES = {
    "dc+sd-jwt": (),
    "ldp_vc": ("credentialSubject",),
    "vc+jwt": ("credentialSubject",),
    "vc+sd-jwt": ("credentialSubject",),
}


@pytest.mark.parametrize("format_name", PLACES)
def test_of_a_query_of_ones_own_only_what_it_asks_is_kept(counter: Counter, format_name: str) -> None:
    at = PLACES[format_name]
    made = counter.make(
        dcqlQuery=a_query({"path": [*at, "saldo"]}, {"path": [*at, "opgelegd_door", "naam"]}, format_name=format_name)
    )
    assert show_all(counter, made, a_debt(counter, format_name)).status_code == 200
    asked = kept(counter, made)
    assert asked.keys() == {"saldo", "opgelegd_door"}
    assert asked["opgelegd_door"].keys() == {"naam"}
    again = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth())
    assert again.status_code == 201
    assert kept(counter, made) == asked, "checking again brings nothing back"


@pytest.mark.requirement("mdoc-query")
def test_of_an_mdoc_the_elements_that_were_asked_are_kept(counter: Counter) -> None:
    claims = ({"path": [CASE_TYPE, name], "intent_to_retain": True} for name in ("saldo", "opgelegd_door"))
    made = counter.make(dcqlQuery=a_query(*claims, format_name="mso_mdoc"))
    assert show_all(counter, made, a_debt(counter, "mso_mdoc")).status_code == 200
    asked = kept(counter, made)
    assert asked.keys() == {"saldo", "opgelegd_door"}
    assert asked["opgelegd_door"].keys() == {"oin", "naam"}
    again = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth())
    assert again.status_code == 201
    assert kept(counter, made) == asked, "the session is known when it is checked again"


def test_a_query_without_claims_asks_none(counter: Counter) -> None:
    made = counter.make(dcqlQuery=a_query())
    assert show_all(counter, made, a_debt(counter)).status_code == 200
    assert kept(counter, made) == {}


def test_of_claim_sets_the_first_that_is_met_is_kept(counter: Counter) -> None:
    claims = [{"id": "a", "path": ["bestaat_niet"]}, {"id": "b", "path": ["fase"]}, {"id": "c", "path": ["saldo"]}]
    made = counter.make(dcqlQuery=a_query(*claims, claim_sets=[["a", "c"], ["b"], ["c"]]))
    assert show_all(counter, made, a_debt(counter)).status_code == 200
    assert kept(counter, made).keys() == {"fase"}


def test_two_queries_keep_each_their_own(counter: Counter) -> None:
    one, other = a_query({"path": ["saldo"]}), a_query({"path": ["saldo_totaal"]}, type_=OVERVIEW_TYPE)
    both: JsonObject = {"credentials": [*one["credentials"], {**other["credentials"][0], "id": "y"}]}  # type: ignore[misc,dict-item,index]
    made = counter.make(dcqlQuery=both)
    request = counter.read(made["verzoekUri"])
    cards = {card.type: card for card in counter.world.samira() if card.issuer is counter.world.issuers["cjib"]}

    def shown(card: Card) -> Any:
        return counter.world.service_formats["dc+sd-jwt"].present(
            card.credential, None, card.holder, audience=request.client_id.full, nonce=request.nonce,
            now=counter.world.clock.now(),
        )  # fmt: skip

    assert (
        counter.send(request, {"x": [shown(cards[CASE_TYPE])], "y": [shown(cards[OVERVIEW_TYPE])]}).status_code == 200
    )
    found = {proof["type"]: proof["gegevens"] for proof in counter.look(made["id"])["bewijzen"]}
    assert found[CASE_TYPE].keys() - ALWAYS_DISCLOSED[CASE_TYPE] == {"saldo"}
    assert found[OVERVIEW_TYPE].keys() - ALWAYS_DISCLOSED[OVERVIEW_TYPE] == {"saldo_totaal"}


def a_pass(counter: Counter, claims: JsonObject) -> Card:
    """Issue a card of a type that is nobody's here, with everything on it to be hidden."""
    issuer: Issuer = counter.world.issuers["cjib"]
    issuer.types |= {PASS}
    counter.world.trust(*(each.participant for each in counter.world.issuers.values()))
    holder, now = SoftwareSigner.generate(), counter.world.clock.now()
    draft = CredentialDraft(
        type=PASS, issuer=issuer.url, issuer_name="CJIB", claims=claims, always_disclosed=frozenset(),
        holder=HolderKey(holder.public_jwk), issued_at=now, expires_at=now + timedelta(days=9), status=(),
        id="urn:uuid:1", disclosable=frozenset((name,) for name in claims),
    )  # fmt: skip
    credential = counter.world.service_formats["dc+sd-jwt"].issue(draft, IssuerKey(issuer.signer, (issuer.leaf,)))
    return Card(issuer, PASS, "dc+sd-jwt", credential, holder, 0)


def test_of_a_claim_with_values_only_those_values_are_kept(counter: Counter) -> None:
    card = a_pass(
        counter, {"nationaliteiten": ["NL", "BE", "DE"], "naam": "S", "adres": {"plaats": "T", "straat": "A"}}
    )
    asked = [{"path": ["nationaliteiten", None], "values": ["NL", "DE"]}, {"path": ["adres", "plaats"]}]
    made = counter.make(dcqlQuery=a_query(*asked, type_=PASS))
    assert show_all(counter, made, card).status_code == 200
    assert kept(counter, made) == {"nationaliteiten": ["NL", "DE"], "adres": {"plaats": "T"}}


@pytest.mark.parametrize(
    ("shown", "taken"), [([], False), (["NL"], True)], ids=["nothing in the array", "something in the array"]
)
def test_null_over_an_empty_array_is_no_value(counter: Counter, shown: list[str], taken: bool) -> None:
    """OpenID4VP 1.0 section 7.1: nothing is selected, which some wallets take for a match."""
    card = a_pass(counter, {"nationaliteiten": shown, "naam": "S"})
    made = counter.make(dcqlQuery=a_query({"path": ["nationaliteiten", None]}, type_=PASS))
    assert show_all(counter, made, card).status_code == (200 if taken else 400)
    found = counter.look(made["id"])
    if taken:
        assert kept(counter, made) == {"nationaliteiten": ["NL"]}
        return
    assert found["status"] == "open"
    assert "bewijzen" not in found
    (attempt,) = found["pogingen"]
    assert attempt["code"] == "vp_unsatisfied_query"
    assert "‘nationaliteiten’" in attempt["uitleg"]
    assert "leeg" in attempt["uitleg"]
    assert "opnieuw" in attempt["uitleg"]


@pytest.mark.parametrize("format_name", ["dc+sd-jwt", "ldp_vc"])
def test_an_attempt_names_what_was_asked_and_nothing_that_was_said(counter: Counter, format_name: str) -> None:
    at = PLACES[format_name]
    query = a_query(
        {"path": [*at, "saldo"], "values": [1]}, {"path": [*at, "bsn_van_buurman"]}, format_name=format_name
    )
    made = counter.make(dcqlQuery=query)
    assert show_all(counter, made, a_debt(counter, format_name)).status_code == 400
    (attempt,) = counter.look(made["id"])["pogingen"]
    assert "‘Nog te betalen’" in attempt["uitleg"]
    assert "‘bsn van buurman’" in attempt["uitleg"]
    assert not any(figure in attempt["uitleg"] for figure in ("271", "17221"))


def asked(counter: Counter, made: Any, formats: tuple[str, ...] = ()) -> set[str]:
    request = counter.read(made["verzoekUri"], formats=formats)
    assert set(request.vp_formats) == {each.format for each in request.dcql.credentials}
    return set(request.vp_formats)


@pytest.mark.requirement("vp-wallet-metadata")
@pytest.mark.parametrize("template", ["snelscan", "intake", "schuldregeling"])
def test_a_wallet_that_says_nothing_is_asked_for_sd_jwts_in_few_words(counter: Counter, template: str) -> None:
    made = counter.make(sjabloon=template)
    assert asked(counter, made) == {"dc+sd-jwt"}
    assert len(json.dumps(counter.read(made["verzoekUri"]).dcql.to_json(), separators=(",", ":"))) < 8_000


@pytest.mark.requirement("vp-wallet-metadata")
def test_a_wallet_that_says_what_it_takes_gets_that(counter: Counter) -> None:
    made = counter.make(sjabloon="intake")
    assert asked(counter, made, ("ldp_vc", "jwt_vc_json-ld")) == {"ldp_vc"}
    assert asked(counter, made, ("jwt_vc_json-ld",)) == {"dc+sd-jwt"}
    assert asked(counter, made, ("mso_mdoc",)) == {"mso_mdoc"}
    assert asked(counter, made, ("mso_mdoc", "dc+sd-jwt")) == {"dc+sd-jwt"}


def test_a_case_system_may_name_the_formats(counter: Counter) -> None:
    made = counter.make(sjabloon="intake", formaten=["dc+sd-jwt", "ldp_vc"])
    assert asked(counter, made) == {"dc+sd-jwt", "ldp_vc"}
    assert asked(counter, made, ("ldp_vc", "vc+jwt")) == {"ldp_vc"}
    assert counter.share(made, counter.world.samira(format="ldp_vc")).status_code == 200
    assert counter.look(made["id"])["volledig"] is True
    assert asked(counter, counter.make(sjabloon="intake", formaten=list(VP_FORMATS))) == set(VP_FORMATS)


@pytest.mark.parametrize(
    "body",
    [
        {"sjabloon": "intake", "formaten": ["jwt_vc_json-ld"]},
        {"sjabloon": "intake", "formaten": []},
        {"sjabloon": "intake", "formaten": "ldp_vc"},
        {"dcqlQuery": a_query({"path": ["saldo"]}), "formaten": ["dc+sd-jwt"]},
    ],
    ids=["unknown", "none", "no array", "beside a query of one's own"],
)
def test_formats_that_make_no_sense_are_refused(counter: Counter, body: JsonObject) -> None:
    answer = counter.http.post(API, json=body, headers=auth())
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert counter.files() == []
