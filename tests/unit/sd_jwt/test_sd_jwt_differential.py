"""The specifications of others, issued by us and read by the reference implementation, and the other way round."""

import json
import secrets
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from credentials.encoding import JsonObject
from credentials.formats.selective_disclosure import Concealer, Limits, UnverifiedSdJwt, process
from credentials.jose import sign_compact
from tests.unit.formats.format_samples import VECTORS, signer

TYPE = "example+sd-jwt"
FILES = ("sd-jwt-python", "oauth-selective-disclosure-jwt")
SPECIFICATIONS: dict[str, Any] = {
    f"{file} {name}": specification
    for file in FILES
    for name, specification in json.loads((VECTORS / "sd-jwt" / f"{file}.json").read_text()).items()
}
ISSUER = JWK(**signer("issuer").to_private_jwk())


def issued_by_us(specification: Any, multiple: int) -> str:
    concealer = Concealer(secrets.token_bytes, multiple)
    payload = concealer.conceal_at(specification["claims"], [tuple(path) for path in specification["disclosable"]])
    token = sign_compact({"typ": TYPE}, payload | {"_sd_alg": "sha-256"}, signer("issuer"))
    return "~".join([token, *(each.decode() for each in concealer.disclosures), ""])


def issued_by_them(specification: Any) -> str:
    places = {tuple(path) for path in specification["disclosable"]}

    def marked(node: Any, here: tuple[Any, ...]) -> Any:
        if isinstance(node, dict):
            return {
                SDObj(name) if (*here, name) in places else name: marked(value, (*here, name))
                for name, value in node.items()
            }
        if isinstance(node, list):
            below = [marked(value, (*here, index)) for index, value in enumerate(node)]
            return [SDObj(value) if (*here, index) in places else value for index, value in enumerate(below)]
        return node

    made = SDJWTIssuer(
        marked(specification["claims"], ()),
        ISSUER,
        add_decoy_claims=specification.get("decoys", False),
        extra_header_parameters={"typ": TYPE},
    )
    return str(made.sd_jwt_issuance)


def shown(compact: str, specification: Any) -> str:
    holder = SDJWTHolder(compact)
    holder.create_presentation(specification["disclosed"])
    return str(holder.sd_jwt_presentation)


def read_by_us(compact: str) -> JsonObject:
    parsed = UnverifiedSdJwt.parse(compact, Limits(), TYPE)
    parsed.token.verify(signer("issuer").public_jwk)
    opened = process(parsed.token.payload, parsed.disclosures, Limits(), frozenset(), keep_emptied=True)
    return opened.payload


def read_by_them(compact: str) -> Any:
    read = SDJWTVerifier(compact, lambda _issuer, _header: ISSUER).get_verified_payload()
    return {name: value for name, value in read.items() if name != "_sd_alg"}


@pytest.mark.parametrize("multiple", [1, 3], ids=["no decoys", "decoys"])
@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_what_we_issue_is_shown_and_read_as_specified(name: str, multiple: int) -> None:
    specification = SPECIFICATIONS[name]
    compact = issued_by_us(specification, multiple)
    assert read_by_us(compact) == read_by_them(compact) == specification["claims"]
    if multiple == 1:
        # Their holder counts decoys as elements of an array.
        presentation = shown(compact, specification)
        assert read_by_us(presentation) == read_by_them(presentation)
        assert read_by_us(presentation) == specification.get("expected", read_by_them(presentation))


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_what_they_issue_is_read_as_specified(name: str) -> None:
    specification = SPECIFICATIONS[name]
    compact = issued_by_them(specification)
    assert read_by_us(compact) == specification["claims"]
    presentation = shown(compact, specification)
    assert read_by_us(presentation) == read_by_them(presentation)
    if "expected" in specification:
        assert read_by_us(presentation) == specification["expected"]


def test_all_specifications_are_there() -> None:
    assert len(SPECIFICATIONS) == 32
