"""Valid tokens, changed anywhere and signed again by the right key: judged, or refused in our own words.

What a stranger can sign is read before anything is known of the stranger; so the signature is right here, and all that
stands under it is not.
"""

import copy
import json
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.clock import FixedClock
from credentials.dids import Resolver
from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.formats.jwt_vc import ByIdentifier, Kind, Securing, open_secured
from credentials.formats.selective_disclosure.disclosures import digest
from credentials.jose import sign_compact
from credentials.status import Bitstring, StatusChecker, TokenStatusList, list_credential, sign_status_list
from credentials.verification import CheckName, Verifier
from tests.unit.jwt_vc import tokens
from tests.unit.verification.scheme import NOW, Scheme, expectation

QUICK = settings(max_examples=120, deadline=None)
FORMATS = ["dc+sd-jwt", "vc+jwt", "vc+sd-jwt", "jwt_vc_json"]
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e300, 10**19, 253_402_300_799, 300_000_000_000, "", "a", "#", "did:", "did:key:z",
    "did:jwk:e30", "did:web:a.example", "https://", "\0", "é", "x" * 3_000, "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+10:00", "data:application/vc+jwt,e30.e30.e30", [], {}, [[]], [{}], [1, "a", None],
    {"id": None}, {"_sd": []}, {"...": "x"}, {"@value": 1}, {"jwk": {}}, {"kid": "did:key:z"}, {"status_list": {}},
    {"type": {}},
]  # fmt: skip
NAMES = [
    "_sd", "...", "_sd_alg", "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce", "vc", "vp", "vct",
    "status", "vct#integrity", "id", "type", "@id", "@type", "@context", "proof", "holder", "credentialStatus",
    "evidence", "verifiableCredential", "credentialSchema", "relatedResource", "validFrom", "validUntil",
    "expirationDate", "name", "kid", "x5c", "typ", "cty", "crit", "jwk",
]  # fmt: skip

SCHEME = Scheme()
TRUST_LIST = SCHEME.trust_list()
VERIFIER = Verifier(
    SCHEME.formats, lambda: TRUST_LIST, Resolver(), StatusChecker(SCHEME.fetch, SCHEME.clock), SCHEME.clock
)
ISSUED = {name: str(SCHEME.a_credential(name)) for name in FORMATS}
SIGNER = SCHEME.cjib.signer
URI = "https://a.example/1"
SOURCE = ByIdentifier(Resolver())
BITS = Bitstring()

changes = st.randoms(use_true_random=False, note_method_calls=False)


def checker_of(body: bytes) -> StatusChecker:
    return StatusChecker(lambda _uri, _accept: body, FixedClock(NOW))


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for step, each in inside for place in places(each, (*here, step)))]


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        value = value[step]
    return value


def changed(original: Any, by: random.Random) -> Any:
    """One to three changes: something else there, something more, nothing, or another part of the same."""
    value = copy.deepcopy(original)
    for _ in range(by.choice((1, 1, 1, 2, 3))):
        all_places = places(value)
        if len(all_places) == 1:
            break
        *above, step = by.choice(all_places[1:])
        node, other = at(value, tuple(above)), copy.deepcopy(by.choice(VALUES))
        match by.randrange(5):
            case 0:
                del node[step]
            case 1:
                node[step] = other
            case 2 if isinstance(node, dict):
                node[by.choice(NAMES)] = other
            case 3:
                node[step] = copy.deepcopy(at(value, by.choice(all_places)))
            case _:
                node[step] = [node[step]] if by.random() < 0.5 else {"x": node[step]}
    return value


def decoded(part: str) -> Any:
    return json.loads(b64url_decode(part))


def signed_again(token: str, by: random.Random) -> str:
    header, payload, _ = token.split(".")
    members = decoded(header)
    if by.random() < 0.3:
        members = changed(members, by)
    return sign_compact(
        {name: each for name, each in members.items() if name != "alg"}, changed(decoded(payload), by), SIGNER
    )


def with_another_disclosure(compact: str, by: random.Random) -> str:
    """A disclosure changed, and its digest in the issuer's token with it."""
    token, *disclosures, last = compact.split("~")
    place = by.randrange(len(disclosures))
    other = b64url_encode(json.dumps(changed(decoded(disclosures[place]), by)).encode())
    header, payload, _ = token.split(".")
    text = b64url_decode(payload).decode()
    text = text.replace(digest(disclosures[place].encode()), digest(other.encode()))
    members = {name: each for name, each in decoded(header).items() if name != "alg"}
    disclosures[place] = other
    return "~".join([sign_compact(members, json.loads(text), SIGNER), *disclosures, last])


@pytest.mark.parametrize("name", FORMATS)
@QUICK
@given(changes)
def test_a_verifier_judges_whatever_an_issuer_signs(name: str, by: random.Random) -> None:
    token, tilde, rest = ISSUED[name].partition("~")
    compact = signed_again(token, by) + tilde + rest
    if tilde and by.random() < 0.5:
        compact = with_another_disclosure(ISSUED[name], by)
    expected = expectation(holder_binding=False, nonce=None, audience=None)
    report = VERIFIER.examine(compact, expected, by.choice((None, name)))
    assert report.proven is (report.decisive is None)
    assert json.dumps(report.to_dict())
    assert report.issuer is None or report.check(CheckName.SIGNATURE).outcome.value == "geslaagd"


@pytest.mark.parametrize("name", FORMATS)
@QUICK
@given(changes)
def test_a_wallet_reads_or_refuses_whatever_an_issuer_signs(name: str, by: random.Random) -> None:
    token, tilde, rest = ISSUED[name].partition("~")
    compact = signed_again(token, by) + tilde + rest
    with suppress(BlauweKnopError):
        SCHEME.formats[name].inspect(compact)
        shown = SCHEME.present(compact, name)
        SCHEME.formats[name].verify(shown, expectation(), Resolver())


@pytest.mark.parametrize("securing", Securing)
@pytest.mark.parametrize("kind", Kind)
@QUICK
@given(changes)
def test_any_document_under_a_right_signature_is_opened_or_refused(
    kind: Kind, securing: Securing, by: random.Random
) -> None:
    document = changed(tokens.credential() if kind is Kind.CREDENTIAL else tokens.presentation(), by)
    token = tokens.token(document, typ=f"{kind}+{securing}", cty=str(kind))
    secured: str | bytes = f"{token}~" if securing is Securing.SD_JWT else token
    if securing is Securing.COSE:
        secured = tokens.message(document, l3=kind.document_media_type, l16=f"application/{kind}+cose")
    with suppress(BlauweKnopError):
        open_secured(secured, SOURCE, kind=kind, securing=securing, at=tokens.NOW)


@QUICK
@given(changes)
def test_any_list_under_a_right_signature_gives_a_status_or_an_error(by: random.Random) -> None:
    token = sign_status_list(TokenStatusList(64), SIGNER, uri=URI, now=NOW)
    with suppress(BlauweKnopError):
        checker = checker_of(signed_again(token, by).encode())
        assert checker.token_value(URI, 1, authority="x", signer=lambda _: SIGNER.public_jwk) == 0
    listed = list_credential(BITS, uri=URI, issuer="did:web:a.example", purpose="revocation", now=NOW)
    with suppress(BlauweKnopError):
        checker = checker_of(json.dumps(changed(listed, by)).encode())
        assert checker.bitstring_result(URI, 1, "revocation", authority="x", proof=lambda _: None).valid
