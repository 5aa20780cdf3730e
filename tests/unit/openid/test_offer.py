import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from credentials.encoding import JsonObject
from credentials.openid.errors import MalformedMessage
from credentials.openid.offer import (
    PRE_AUTHORIZED_CODE,
    AuthorizationCodeGrant,
    CredentialOffer,
    OfferReference,
    PreAuthorizedGrant,
    TxCode,
    parse_offer,
    parse_offer_uri,
    reference_uri,
)

OFFER = CredentialOffer(
    "https://tilburg.example/uitgever",
    ("overzicht_sdjwt", "zaak_sdjwt"),
    PreAuthorizedGrant("k3-secret", TxCode(6, "numeric", "Code uit de brief")),
    AuthorizationCodeGrant("state-1"),
)


def read(document: JsonObject) -> CredentialOffer:
    return parse_offer(json.dumps(document).encode())


@pytest.mark.requirement("vci-offer-one-form")
def test_what_is_written_is_what_is_read() -> None:
    assert read(OFFER.to_json()) == OFFER
    assert parse_offer_uri(OFFER.to_uri()) == OFFER


def test_an_offer_holds_no_null() -> None:
    assert "null" not in json.dumps(OFFER.to_json())
    assert CredentialOffer("https://a.example", ("x",)).to_json() == {
        "credential_issuer": "https://a.example",
        "credential_configuration_ids": ["x"],
    }


def test_the_code_does_not_print() -> None:
    assert "k3-secret" not in repr(OFFER)


def test_a_reference_stands_behind_an_empty_authority() -> None:
    uri = reference_uri("https://tilburg.example/aanbiedingen/7?x=1&y=2")
    assert uri.startswith("openid-credential-offer://?credential_offer_uri=https%3A%2F%2F")
    assert parse_qs(urlsplit(uri).query) == {"credential_offer_uri": ["https://tilburg.example/aanbiedingen/7?x=1&y=2"]}
    assert parse_offer_uri(uri) == OfferReference("https://tilburg.example/aanbiedingen/7?x=1&y=2")


def test_other_schemes_and_universal_links_are_read_too() -> None:
    for start in ("haip-vci://", "https://wallet.example/aanbod"):
        assert parse_offer_uri(f"{start}?credential_offer_uri=https%3A%2F%2Fa.example%2Fo") == OfferReference(
            "https://a.example/o"
        )


@pytest.mark.requirement("vci-offer-one-form")
@pytest.mark.parametrize(
    "uri",
    [
        "openid-credential-offer://",
        "openid-credential-offer://?x=1",
        OFFER.to_uri() + "&credential_offer_uri=https%3A%2F%2Fa.example",
        OFFER.to_uri() + "&credential_offer=%7B%7D",
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fa.example%2Fo",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
        "openid-credential-offer://?credential_offer=not-json",
    ],
)
def test_a_link_that_is_not_exactly_one_offer_is_refused(uri: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_offer_uri(uri)


@pytest.mark.parametrize(
    "name",
    ["credential_offer_by_reference", "credential_offer_multiple_credentials", "credential_offer_pre-authz_code"],
)
def test_the_specifications_offers_are_read(vector: Callable[[str], bytes], name: str) -> None:
    data = vector(f"vci/{name}.json")
    offer = parse_offer(data)
    assert offer.credential_issuer == "https://credential-issuer.example.com"
    assert list(offer.configuration_ids) == json.loads(data)["credential_configuration_ids"]


@pytest.mark.requirement("vci-tx-code")
def test_an_empty_tx_code_still_asks_for_one() -> None:
    offer = read({**OFFER.to_json(), "grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {}}}})
    assert offer.pre_authorized is not None
    assert offer.pre_authorized.tx_code == TxCode(None, "numeric", None)


def test_unknown_members_and_grants_are_ignored() -> None:
    offer = read({**OFFER.to_json(), "new": 1, "grants": {"urn:x": {"y": 1}}})
    assert offer.pre_authorized is None
    assert offer.authorization_code is None


@pytest.mark.requirement("vci-offer-names-configurations")
@pytest.mark.parametrize(
    "change",
    [
        {"credential_issuer": "http://a.example"},
        {"credential_issuer": "https://a.example?x=1"},
        {"credential_issuer": None},
        {"credential_configuration_ids": []},
        {"credential_configuration_ids": "x"},
        {"credential_configuration_ids": ["x", "x"]},
        {"credential_configuration_ids": [1]},
        {"grants": None},
        {"grants": {PRE_AUTHORIZED_CODE: {}}},
        {"grants": {PRE_AUTHORIZED_CODE: {"pre_authorized_code": "hyphen missing"}}},
        {"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": True}}},
        {"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"input_mode": "hex"}}}},
        {"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"length": "6"}}}},
        {"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"description": "a" * 301}}}},
    ],
)
def test_a_malformed_offer_is_refused(change: JsonObject) -> None:
    with pytest.raises(MalformedMessage):
        read({**OFFER.to_json(), **change})


def test_an_offer_beyond_its_size_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        read({**OFFER.to_json(), "padding": "a" * 16_000})
