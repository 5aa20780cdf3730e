"""From claims to a person: the level, on whose behalf, and whether the number is a citizen service number."""

from dataclasses import replace
from typing import Any

import pytest

from credentials.encoding import JsonObject
from issuer.domain.errors import NoBsn, RepresentationRefused
from issuer.identity import PersonRules
from issuer.identity.oidc.person import MAX_CHAIN, person_of
from issuer.ports import LoggedIn
from service.errors import AssuranceTooLow, LoginRefused
from tests.broker_kit import HIGH, ISSUER, REPRESENTATIVE, SUBSTANTIAL, represented
from tests.debt_builders import SAMIRA

PROFILE = PersonRules()
ACCEPTS = PersonRules(representation="accepted")
SIGNICAT = PersonRules(bsn_claim="nin", sector_claim="idp_id", acting_claim="acting_nin", representation="accepted")
BSN_TYPE = "urn:nl-eid-gdi:1.0:id:BSN"


def read(rules: PersonRules = PROFILE, **claims: Any) -> LoggedIn:
    """Read an ID token of Samira, with these claims changed; None leaves one out."""
    stated: dict[str, Any] = {"iss": ISSUER, "sub": "p", "acr": SUBSTANTIAL, "bsn": SAMIRA.reveal(), **claims}
    token: JsonObject = {name: value for name, value in stated.items() if value is not ...}
    return person_of(token, token, rules)


class TestTheLevel:
    def test_one_of_the_levels_is_enough(self) -> None:
        assert read(acr=HIGH).person == SAMIRA

    @pytest.mark.parametrize("acr", [..., None, "", "http://eidas.europa.eu/LoA/low", [SUBSTANTIAL], True])
    @pytest.mark.requirement("nlgov-acr")
    def test_none_or_another_is_not(self, acr: object) -> None:
        with pytest.raises(AssuranceTooLow):
            read(acr=acr)

    def test_beside_the_number_it_has_a_name_of_its_own(self) -> None:
        rules = replace(PROFILE, assurance_claim="loa")
        assert read(rules, loa=HIGH, acr=...).person == SAMIRA
        with pytest.raises(AssuranceTooLow):
            read(rules)


class TestTheNumber:
    @pytest.mark.parametrize("sector", ["", "s00000000:", "S00000000:"])
    def test_a_citizen_service_number_may_have_its_sector_code(self, sector: str) -> None:
        assert read(bsn=f"{sector}{SAMIRA.reveal()}").person == SAMIRA

    @pytest.mark.parametrize(
        "value",
        [
            ...,
            None,
            "",
            "123456789",
            int(SAMIRA.reveal()),
            [SAMIRA.reveal()],
            f"s00000001:{SAMIRA.reveal()}",
            f"s0000000:{SAMIRA.reveal()}",
            "s00000000:123456789",
            f"s00000000:s00000000:{SAMIRA.reveal()}",
            f" {SAMIRA.reveal()}",
            f"{SAMIRA.reveal()}\n",
        ],
    )
    def test_another_number_is_not(self, value: object) -> None:
        with pytest.raises(NoBsn):
            read(bsn=value)

    def test_a_subject_is_one_where_its_type_says_so(self) -> None:
        assert read(bsn=..., sub=SAMIRA.reveal(), sub_id_type=BSN_TYPE).person == SAMIRA
        for kind in (..., "urn:nl-eid-gdi:1.0:id:Pseudonym", "urn:nl-eid-gdi:1.0:id:RSIN"):
            with pytest.raises(NoBsn):
                read(bsn=..., sub=SAMIRA.reveal(), sub_id_type=kind)

    def test_a_subject_that_the_settings_name_is_one_unless_its_type_says_otherwise(self) -> None:
        rules = replace(PROFILE, bsn_claim="sub")
        assert read(rules, bsn=..., sub=SAMIRA.reveal()).person == SAMIRA
        with pytest.raises(NoBsn):
            read(rules, bsn=..., sub=SAMIRA.reveal(), sub_id_type="urn:nl-eid-gdi:1.0:id:RSIN")

    def test_a_sector_code_that_stands_apart_must_be_there_and_fit(self) -> None:
        rules = replace(PROFILE, sector_claim="idp_id")
        assert read(rules, idp_id=f"s00000000:{SAMIRA.reveal()}").person == SAMIRA
        for value in (..., SAMIRA.reveal(), f"S00000001:{SAMIRA.reveal()}", f"s00000000:{REPRESENTATIVE}", 7):
            with pytest.raises(NoBsn):
                read(rules, idp_id=value)


class TestRepresentationRefused:
    @pytest.mark.parametrize(
        "claims",
        [
            {"represents": represented()},
            {"represents": None},
            {"represents": {}},
            {"act": {"sub": "x"}},
            {"acting_nin": REPRESENTATIVE},
            {"urn:nl-eid-gdi:1.0:LegalSubjectID": REPRESENTATIVE},
        ],
    )
    @pytest.mark.requirement("nlgov-represents")
    def test_whoever_acts_for_another_is_turned_away(self, claims: dict[str, Any]) -> None:
        with pytest.raises(RepresentationRefused):
            read(**claims)

    @pytest.mark.parametrize("sign", ["act", "acting_nin", "urn:nl-eid-gdi:1.0:LegalSubjectID"])
    def test_also_where_it_is_taken_if_it_is_said_in_a_way_that_is_not_known(self, sign: str) -> None:
        with pytest.raises(RepresentationRefused):
            read(ACCEPTS, **{sign: REPRESENTATIVE})


class TestRepresentation:
    def test_the_debts_are_those_of_who_is_represented(self) -> None:
        person = read(ACCEPTS, bsn=REPRESENTATIVE, name="Bo", represents=represented())
        assert person == LoggedIn(SAMIRA, "Samira", representative=REPRESENTATIVE)
        assert REPRESENTATIVE not in repr(person)

    def test_who_acts_may_be_known_by_another_name_than_a_number(self) -> None:
        person = read(ACCEPTS, bsn=..., represents=represented(name=7))
        assert person == LoggedIn(SAMIRA, None, representative=f"{ISSUER} p")

    def test_who_is_represented_may_be_named_by_their_subject(self) -> None:
        inner = {"iss": ISSUER, "sub": SAMIRA.reveal(), "sub_id_type": BSN_TYPE}
        assert read(ACCEPTS, bsn=..., represents=inner).person == SAMIRA

    @pytest.mark.requirement("nlgov-represents")
    def test_in_a_chain_it_is_the_deepest(self) -> None:
        office = {"iss": ISSUER, "sub": "492099595", "sub_id_type": "urn:nl-eid-gdi:1.0:id:RSIN"}
        person = read(ACCEPTS, bsn=REPRESENTATIVE, represents={**office, "represents": represented()})
        assert person.person == SAMIRA

    def test_without_it_somebody_is_themselves(self) -> None:
        assert read(ACCEPTS) == LoggedIn(SAMIRA)

    @pytest.mark.parametrize(
        "inner",
        [
            None,
            "s",
            [],
            {},
            {"sub": "x", "bsn": SAMIRA.reveal()},
            {"iss": ISSUER, "bsn": SAMIRA.reveal()},
            {"iss": "", "sub": "x", "bsn": SAMIRA.reveal()},
            {"iss": ISSUER, "sub": 1, "bsn": SAMIRA.reveal()},
            represented(exp=1),
            represented(aud="cjib"),
            represented(represents=None),
        ],
    )
    def test_a_claim_that_is_not_as_it_should_be_logs_nobody_in(self, inner: object) -> None:
        with pytest.raises(LoginRefused) as refused:
            read(ACCEPTS, bsn=REPRESENTATIVE, represents=inner)
        assert SAMIRA.reveal() not in str(refused.value)

    @pytest.mark.parametrize(
        "inner",
        [
            represented("123456789"),
            represented(f"s00000001:{SAMIRA.reveal()}"),
            {"iss": ISSUER, "sub": "492099595", "sub_id_type": "urn:nl-eid-gdi:1.0:id:RSIN"},
            {"iss": ISSUER, "sub": "27381312", "sub_id_type": "urn:nl-eid-gdi:1.0:id:KvKnr"},
        ],
    )
    def test_whoever_is_represented_is_a_citizen(self, inner: object) -> None:
        with pytest.raises(NoBsn):
            read(ACCEPTS, bsn=REPRESENTATIVE, represents=inner)

    def test_a_chain_has_an_end(self) -> None:
        inner = represented()
        for _ in range(MAX_CHAIN - 1):
            inner = represented(represents=inner)
        assert read(ACCEPTS, bsn=REPRESENTATIVE, represents=inner).person == SAMIRA
        with pytest.raises(LoginRefused):
            read(ACCEPTS, bsn=REPRESENTATIVE, represents=represented(represents=inner))

    def test_nobody_represents_themselves(self) -> None:
        with pytest.raises(LoginRefused):
            read(ACCEPTS, represents=represented())

    @pytest.mark.parametrize("said", [{}, {"represents": represented(name="Another")}])
    def test_what_the_id_token_says_of_it_userinfo_must_say_too(self, said: dict[str, Any]) -> None:
        token: JsonObject = {"iss": ISSUER, "sub": "p", "acr": SUBSTANTIAL, "represents": represented()}
        claims: JsonObject = {"iss": ISSUER, "sub": "p", "bsn": REPRESENTATIVE, **said}
        with pytest.raises(LoginRefused, match="another representation"):
            person_of(claims, token, ACCEPTS)
        assert person_of({**claims, "represents": represented()}, token, ACCEPTS).person == SAMIRA


class TestSaidBesideTheNumber:
    """As Signicat does: the number is of who is represented, and who acts stands beside it."""

    def test_the_number_is_of_who_is_represented(self) -> None:
        for apart in (SAMIRA.reveal(), REPRESENTATIVE):
            person = read(SIGNICAT, nin=SAMIRA.reveal(), acting_nin=REPRESENTATIVE, idp_id=f"S00000000:{apart}")
            assert person == LoggedIn(SAMIRA, None, representative=REPRESENTATIVE)

    def test_without_it_somebody_is_themselves(self) -> None:
        assert read(SIGNICAT, nin=SAMIRA.reveal(), idp_id=f"s00000000:{SAMIRA.reveal()}").representative is None

    @pytest.mark.parametrize(
        "claims",
        [
            {"acting_nin": None},
            {"acting_nin": "123456789"},
            {"acting_nin": SAMIRA.reveal()},
            {"acting_nin": REPRESENTATIVE, "idp_id": "s00000000:111222333"},
            {"acting_nin": REPRESENTATIVE, "represents": represented()},
        ],
    )
    def test_what_is_unclear_logs_nobody_in(self, claims: dict[str, Any]) -> None:
        with pytest.raises(LoginRefused):
            read(SIGNICAT, **{"nin": SAMIRA.reveal(), "idp_id": f"s00000000:{SAMIRA.reveal()}", **claims})

    def test_what_is_said_in_two_ways_logs_nobody_in(self) -> None:
        number = f"s00000000:{SAMIRA.reveal()}"
        inner = represented(nin=SAMIRA.reveal(), idp_id=number)
        claims = {"nin": REPRESENTATIVE, "idp_id": number}
        assert read(SIGNICAT, **claims, represents=inner).person == SAMIRA
        with pytest.raises(LoginRefused, match="two ways"):
            read(SIGNICAT, **claims, represents=inner, acting_nin="111222333")

    def test_where_representation_is_refused_it_is_refused(self) -> None:
        rules = replace(SIGNICAT, representation="refused")
        with pytest.raises(RepresentationRefused):
            read(rules, nin=SAMIRA.reveal(), acting_nin=REPRESENTATIVE, idp_id=f"s00000000:{SAMIRA.reveal()}")
