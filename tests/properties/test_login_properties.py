"""Whatever a broker states, signed and all, is a person or a refusal: never a fault, and never somebody by accident."""

from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from credentials.encoding import json_compact
from issuer.identity import PersonRules
from issuer.identity.oidc.person import person_of
from issuer.ports import LoggedIn
from service.errors import LoginRefused
from tests.broker_kit import ISSUER, REPRESENTATIVE, SUBSTANTIAL, Broker, represented
from tests.debt_builders import SAMIRA
from tests.unit.issuer.test_issuer_oidc import a_login, begun

NUMBERS = st.sampled_from(
    [SAMIRA.reveal(), REPRESENTATIVE, f"s00000000:{SAMIRA.reveal()}", f"S00000001:{SAMIRA.reveal()}", "123456789"]
)
SIGNS = ("represents", "act", "acting_nin", "urn:nl-eid-gdi:1.0:LegalSubjectID")
OTHERS = ("acr", "aud", "bsn", "exp", "iat", "idp_id", "iss", "nin", "nonce", "sub", "sub_id_type", "x")
NAMES = st.sampled_from(SIGNS + OTHERS)
LEVELS = st.just(SUBSTANTIAL)
TYPES = st.sampled_from(["urn:nl-eid-gdi:1.0:id:BSN", "urn:nl-eid-gdi:1.0:id:RSIN"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=4) | NUMBERS | LEVELS | TYPES
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=6
)
# Near to what is taken, so that much of it is.
GOOD = {"acr": SUBSTANTIAL, "x": SUBSTANTIAL, "iss": ISSUER, "sub": "s", "bsn": REPRESENTATIVE, "nin": SAMIRA.reveal()}
CHAINS = st.recursive(
    st.dictionaries(NAMES, SCALARS, max_size=3),
    lambda inner: inner.map(lambda each: {"represents": each}),
    max_leaves=3,
).map(lambda each: represented(**each))
CLAIMS = st.builds(
    lambda changes, more: {**GOOD, **changes, **more},
    st.dictionaries(NAMES, VALUES, max_size=2),
    st.just({}) | CHAINS.map(lambda each: {"represents": each}) | st.just({"acting_nin": REPRESENTATIVE}),
)
RULES = st.sampled_from(
    [
        PersonRules(),
        PersonRules(representation="accepted"),
        PersonRules(representation="accepted", bsn_claim="sub"),
        PersonRules(representation="accepted", bsn_claim="nin", sector_claim="idp_id", acting_claim="acting_nin"),
        PersonRules(representation="accepted", assurance_claim="x"),
    ]
)


def read(claims: Any, id_token: Any, rules: PersonRules) -> LoggedIn | None:
    try:
        return person_of(claims, id_token, rules)
    except LoginRefused:
        return None


@settings(max_examples=80)
@example({**GOOD, "represents": represented()}, {}, PersonRules(representation="accepted"))
@given(CLAIMS, CLAIMS, RULES)
def test_claims_are_a_person_or_a_refusal(claims: Any, other: Any, rules: PersonRules) -> None:
    for id_token in (claims, other):
        person = read(claims, id_token, rules)
        if person is None:
            continue
        # Whoever acts for another is never taken for themselves: with the sign gone there is nobody who acts.
        says_so = {*SIGNS} & {*claims, *id_token}
        assert (person.representative is not None) == bool(says_so)
        assert person.representative is None or read(claims, id_token, replace(rules, representation="refused")) is None
        assert person.person.reveal() in json_compact(claims).decode()


@settings(max_examples=40)
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_signed_token_of_any_content_is_a_person_or_a_refusal(claims: Any) -> None:
    broker = Broker(claims={"iss": ISSUER, **claims})
    login = a_login(broker)
    try:
        found = login.finish(begun(login, broker), {"code": "c"})
    except LoginRefused:
        return
    assert found.person.reveal() in {SAMIRA.reveal(), REPRESENTATIVE}
