"""Nothing is asked that the trust list does not allow, a citizen service number least of all."""

from dataclasses import replace

import pytest

from credentials.encoding import JsonObject
from verifier.domain.errors import NotAllowedToAsk
from verifier.domain.permission import Permission
from verifier.domain.templates import INTAKE, SNELSCAN, TEMPLATES, own_query

EVERYTHING = frozenset(
    path[0] for each in TEMPLATES.values() for path in (*each.overview_claims, *each.every_case_claim)
)


def own(*paths: list[str | int | None], type_: str = "urn:eudi:pid:1") -> JsonObject:
    claims: list[JsonObject] = [{"path": [*path]} for path in paths]
    return {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": [type_]}, "claims": [*claims]}]}


def test_templates_ask_what_was_declared_and_never_a_bsn() -> None:
    for each in TEMPLATES.values():
        assert Permission(listed=True, claims=EVERYTHING).lacking(each) == ()
        assert Permission().lacking(each) == (), "off the list wallets say so themselves"


def test_a_claim_that_was_not_declared_is_named_and_refused() -> None:
    permission = Permission(listed=True, claims=EVERYTHING - {"preferentie"})
    permission.demand(SNELSCAN)
    with pytest.raises(NotAllowedToAsk) as refused:
        permission.demand(INTAKE)
    assert refused.value.names == ("preferentie",)


@pytest.mark.parametrize("path", [["bsn"], ["subject", "bsn"], ["credentialSubject", None, "bsn"], ["bsn", "x"]])
def test_a_bsn_is_asked_only_where_the_list_says_so(path: list[str | int | None]) -> None:
    asked = own_query(own(["family_name"], path))
    for without in (Permission(), Permission(listed=True), Permission(listed=True, claims=frozenset({"bsn", *path}))):  # type: ignore[arg-type]
        with pytest.raises(NotAllowedToAsk):
            without.demand(asked)
    Permission(listed=True, bsn=True).demand(asked)
    in_template = replace(SNELSCAN, overview_claims=(*SNELSCAN.overview_claims, ("subject", "bsn")))
    assert Permission(listed=True, claims=EVERYTHING).lacking(in_template) == ("subject.bsn",)


def test_of_our_cards_an_own_query_asks_what_was_declared() -> None:
    permission = Permission(listed=True, claims=frozenset({"saldo_totaal", "betaling"}))
    assert permission.lacking(own_query(own(["saldo_totaal"], type_="urn:nl:blauweknop:overzicht:1"))) == ()
    assert permission.lacking(own_query(own(["betaling", "iban"], type_="urn:nl:blauweknop:zaak:1"))) == ()
    assert permission.lacking(own_query(own(["zaakkenmerk"], type_="urn:nl:blauweknop:zaak:1"))) == ("zaakkenmerk",)
    assert permission.lacking(own_query(own(["family_name"]))) == (), "of other cards the list says nothing"
