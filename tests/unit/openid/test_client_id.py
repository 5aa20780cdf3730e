import hashlib
from collections.abc import Callable

import pytest

from credentials.encoding import b64url_encode
from credentials.keys import SoftwareSigner
from credentials.openid.certificates import build_x5c, dns_names_of, key_of, parse_x5c
from credentials.openid.client_id import ClientId, Prefix, check_x5c, client_id_of_certificate, parse_client_id
from credentials.openid.errors import InvalidPresentationRequest

RESPONSE_URI = "https://v.example/antwoord/1"


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk", Prefix.X509_HASH),
        ("x509_san_dns:client.example.org", Prefix.X509_SAN_DNS),
        ("decentralized_identifier:did:example:123", Prefix.DECENTRALIZED_IDENTIFIER),
        ("redirect_uri:https://client.example.org/cb", Prefix.REDIRECT_URI),
    ],
)
def test_the_specifications_identifiers_are_read_and_written_whole(text: str, prefix: Prefix) -> None:
    client_id = parse_client_id(text)
    assert client_id.prefix is prefix
    assert (client_id.full, str(client_id)) == (text, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "client.example.org",
        "https://client.example.org",
        "origin:https://verifier.example.com",
        "openid_federation:https://federation-verifier.example.com",
        "verifier_attestation:",
        "X509_HASH:abc",
        "x509_hash:",
        "decentralized_identifier:https://a.example",
        "decentralized_identifier:did:example:123#key",
        "x509_hash:" + "a" * 2_048,
    ],
)
def test_other_identifiers_are_refused(text: str) -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_client_id(text)


@pytest.mark.requirement("vp-prefixes")
def test_the_hash_is_of_the_certificate_and_base64url(signer: SoftwareSigner, leaf_for: Callable[..., bytes]) -> None:
    der = leaf_for(signer)
    client_id = client_id_of_certificate(der)
    assert client_id == ClientId(Prefix.X509_HASH, b64url_encode(hashlib.sha256(der).digest()))
    assert check_x5c(client_id, [der], RESPONSE_URI) == signer.public_jwk


def test_another_certificate_of_the_same_key_is_not_the_one(
    signer: SoftwareSigner, leaf_for: Callable[..., bytes]
) -> None:
    with pytest.raises(InvalidPresentationRequest):
        check_x5c(client_id_of_certificate(leaf_for(signer)), [leaf_for(signer)], RESPONSE_URI)


@pytest.mark.requirement("vp-prefixes")
def test_a_dns_name_must_be_the_certificates_and_the_answers_go_there(
    signer: SoftwareSigner, leaf_for: Callable[..., bytes]
) -> None:
    der = leaf_for(signer, "v.example", "w.example")
    client_id = parse_client_id("x509_san_dns:v.example")
    assert check_x5c(client_id, [der], RESPONSE_URI) == signer.public_jwk
    for other, uri in (
        (parse_client_id("x509_san_dns:x.example"), "https://x.example/"),
        (client_id, "https://w.example/"),
        (client_id, "https://v.example.evil.example/"),
    ):
        with pytest.raises(InvalidPresentationRequest):
            check_x5c(other, [der], uri)
    with pytest.raises(InvalidPresentationRequest):
        check_x5c(client_id, [leaf_for(signer)], RESPONSE_URI)


def test_a_wildcard_certificate_proves_only_its_own_spelling(
    signer: SoftwareSigner, leaf_for: Callable[..., bytes]
) -> None:
    with pytest.raises(InvalidPresentationRequest):
        check_x5c(parse_client_id("x509_san_dns:v.example"), [leaf_for(signer, "*.example")], RESPONSE_URI)


@pytest.mark.requirement("vp-prefixes")
def test_a_certificate_proves_no_did_and_no_redirect_uri(
    signer: SoftwareSigner, leaf_for: Callable[..., bytes]
) -> None:
    for text in ("decentralized_identifier:did:example:123", "redirect_uri:https://v.example/antwoord/1"):
        with pytest.raises(InvalidPresentationRequest):
            check_x5c(parse_client_id(text), [leaf_for(signer)], RESPONSE_URI)


def test_chains_travel_both_ways(signer: SoftwareSigner, leaf_for: Callable[..., bytes]) -> None:
    der = leaf_for(signer)
    assert parse_x5c(build_x5c([der, der]), InvalidPresentationRequest) == (der, der)


@pytest.mark.parametrize("value", [None, [], "AAAA", [7], ["-_"], ["AAA"], ["AAAA"] * 7, ["A" * 12_001]])
def test_what_is_no_chain_is_refused(value: object) -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_x5c(value, InvalidPresentationRequest)


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"not a certificate"])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(InvalidPresentationRequest):
        key_of(der, InvalidPresentationRequest)
    with pytest.raises(InvalidPresentationRequest):
        dns_names_of(der, InvalidPresentationRequest)
