"""What a stranger can send to an agency's protocol: refused in our own words, with nothing of it said or changed.

Each request is sent as it stands, in raw bytes. Where it needs an access token it has a good one, so that it is read.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from credentials.encoding import JsonObject, b64url_encode
from credentials.jose import jwe
from credentials.openid.client_attestation import ATTESTATION_HEADER, PROOF_HEADER
from credentials.openid.issuer_metadata import parse_issuer_metadata
from issuer.storage.tables import metadata
from service.audit import audit_table
from tests.flows.issuance_kit import URL, Scene, Wallet
from tests.flows.test_issuance_attestation import Provider, a_scene, a_wallet

CANARY: Final = "kanarie-98765"
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
JSON: Final = {"content-type": "application/json"}
# What may be seen once is noted when it is seen: that says nothing of what was asked.
NOTED: Final = {"issuer_once"}

NO_JSON: Final = [
    b"", b"null", b"[]", b"1", b'"kanarie-98765"', b'{"a":1,"a":2}', b"[" * 5_000, b'{"kanarie-98765":' * 3_000,
    b"\xff\xfe", b'{"kanarie-98765":NaN}', b'{"a":1e999}', b"9" * 5_000, b"\xef\xbb\xbf{}", b'{"kanarie-98765',
    b"{}" * 2, b'{"a":"\0"}', b'{"a":"\\ud800"}',
]  # fmt: skip
VALUES: Final[list[Any]] = [
    None, True, 0, -1, 1.5, 10**19, 1e300, "", CANARY, CANARY * 5_000, "\0", "é", "\ud800", [], [CANARY], [[]], [None],
    [1], {}, {CANARY: CANARY}, {"jwt": CANARY}, [{}] * 3_000,
]  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Scene]:
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    made = a_scene(tmp_path_factory.mktemp("agency"), clock, provider.participant)
    yield made
    made.agency.database.close()


@pytest.fixture(scope="module")
def wallet(scene: Scene) -> Wallet:
    return scene.wallet_with_token("overzicht_sdjwt")


def kept(scene: Scene) -> dict[str, list[Any]]:
    """All that the agency remembers, but for what was seen."""
    scene.agency.database.settle()
    with scene.agency.database.read() as connection:
        tables = [table for table in metadata.sorted_tables if table.name not in NOTED]
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in (*tables, audit_table)}


def send(wallet: Wallet, path: str, body: bytes, headers: dict[str, Any], *, token: bool = False) -> Any:
    bearer = {"authorization": f"Bearer {wallet.token}"} if token else {}
    answer = wallet.http.post(path, content=body, headers={**bearer, **headers})
    assert 400 <= answer.status_code < 500, (path, body[:200], answer.text)
    assert CANARY not in answer.text + repr(answer.headers), (path, body[:200])
    return answer


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


CREDENTIAL: Final[JsonObject] = {"credential_configuration_id": "overzicht_sdjwt"}


def bodies() -> Iterator[tuple[str, bytes]]:
    """What comes to the endpoints that read JSON, by their path; none of it is a request."""
    for path in ("/credential", "/deferred", "/notification"):
        yield from ((path, body) for body in NO_JSON)
    for value in VALUES:
        yield "/deferred", as_json({"transaction_id": value})
        yield "/deferred", as_json({"transaction_id": CANARY, "credential_response_encryption": value})
        yield "/notification", as_json({"notification_id": value, "event": "credential_accepted"})
        yield "/notification", as_json({"notification_id": CANARY, "event": value})
        yield "/notification", as_json({"notification_id": CANARY, "event": "credential_deleted", CANARY: value})
        yield "/credential", as_json({**CREDENTIAL, "proofs": value})
        yield "/credential", as_json({**CREDENTIAL, "proofs": {"jwt": value}})
        yield "/credential", as_json({**CREDENTIAL, "proofs": {"attestation": value}})
        yield "/credential", as_json({**CREDENTIAL, "proofs": {"di_vp": value}})
        yield "/credential", as_json({"credential_identifier": value, "proofs": {"jwt": ["a.b.c"]}})
        yield "/credential", as_json({"credential_configuration_id": value, "proofs": {"jwt": ["a.b.c"]}})
        for member in ("jwk", "enc", "zip", "alg"):
            wanted = {"jwk": {"kty": "EC"}, "enc": "A256GCM", member: value}
            yield "/credential", as_json({**CREDENTIAL, "credential_response_encryption": wanted})


def test_no_body_of_json_changes_or_tells_anything(scene: Scene, wallet: Wallet) -> None:
    before = kept(scene)
    for path, body in bodies():
        send(wallet, path, body, JSON, token=True)
    for path in ("/credential", "/deferred", "/notification"):
        for kind in ("text/plain", "", "application/jwt", "application/x-www-form-urlencoded", f"a/{CANARY}"):
            send(wallet, path, as_json(CREDENTIAL), {"content-type": kind}, token=True)
    assert kept(scene) == before


def test_no_encrypted_request_changes_or_tells_anything(scene: Scene, wallet: Wallet) -> None:
    document = scene.http().get("/.well-known/openid-credential-issuer").content
    encryption = parse_issuer_metadata(document, credential_issuer=URL, insecure_localhost=True).request_encryption
    assert encryption is not None
    (key,) = encryption.keys
    before = kept(scene)
    inside = [*NO_JSON, *(as_json({"transaction_id": value}) for value in VALUES)]

    def seal(content: bytes, **header: str) -> str:
        return jwe._encrypted(content, key, "A256GCM", header)

    outside = [seal(body, **more) for body in inside for more in ({}, {"zip": "DEF"})]
    outside.append(seal(b"[" * (1 << 22), zip="DEF"))
    good = seal(as_json({**CREDENTIAL, "proofs": {"jwt": [CANARY]}}))
    header, *rest = good.split(".")
    headers: list[JsonObject] = [
        {}, {"alg": "none"}, {"alg": "dir", "enc": "A256GCM"}, {"alg": "RSA1_5", "enc": "A128CBC-HS256"},
        {"alg": "ECDH-ES", "enc": CANARY}, {"alg": "ECDH-ES", "enc": "A256GCM", "epk": {}},
        {"alg": "ECDH-ES", "enc": "A256GCM", "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"alg": "ECDH-ES", "enc": "A256GCM", "kid": CANARY}, {"alg": "ECDH-ES", "enc": "A256GCM", "crit": [CANARY]},
        {"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 10**9, "p2s": "AAAA"},
    ]  # fmt: skip
    outside += [".".join((b64url_encode(as_json(each)), *rest)) for each in headers]
    outside += [good[:-4] + "AAAA", good + "." + CANARY, header, "....", "a.b.c.d.e", CANARY, "", "\0.\0.\0.\0.\0"]
    for each in outside:
        for path in ("/credential", "/deferred"):
            send(wallet, path, each.encode(), {"content-type": "application/jwt"}, token=True)
    assert kept(scene) == before


TOKENS: Final = [
    "", CANARY, "a.b.c", "e30.e30.e30", "..", "." * 5_000, "eyJhbGciOiJub25lIn0.e30.", "\u00e9", "x" * 40_000,
    *(
        b64url_encode(as_json({"alg": "ES256", "typ": "oauth-client-attestation+jwt", "x5c": x5c})) + ".e30.AA"
        for x5c in ([], [CANARY], ["MAA="], CANARY, {}, None)
    ),
]  # fmt: skip
ASKED: Final = {
    "response_type": "code", "client_id": CANARY, "redirect_uri": "https://w.example/cb", "state": "s" * 22,
    "code_challenge": "c" * 43, "code_challenge_method": "S256", "scope": "overzicht_sdjwt",
}  # fmt: skip


def test_no_attestation_of_a_wallet_changes_or_tells_anything(scene: Scene, wallet: Wallet, provider: Provider) -> None:
    attested = a_wallet(scene, provider)
    good = attested.headers()
    forms = [("/oauth/par", ASKED), ("/oauth/token", {"grant_type": "refresh_token", "refresh_token": CANARY})]
    before = kept(scene)
    for path, form in forms:
        body = urlencode(form).encode()
        for token in TOKENS:
            for headers in (
                {ATTESTATION_HEADER: token, PROOF_HEADER: token},
                {**good, ATTESTATION_HEADER: token},
                {**good, PROOF_HEADER: token},
                {ATTESTATION_HEADER: token},
                {PROOF_HEADER: token},
            ):
                send(wallet, path, body, {**FORM, **{name: text.encode() for name, text in headers.items()}})
        for name in good:
            twice = [*FORM.items(), *good.items(), (name, good[name])]
            answer = wallet.http.post(path, content=body, headers=twice)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_attestation")
    assert kept(scene) == before


DETAILS: Final = [
    "", "null", "{}", "[]", "[1]", "[null]", CANARY, "[" * 5_000, '[{"type":"openid_credential"', "[NaN]", "\0",
    "\ud800",
    json.dumps([{"type": CANARY}]), json.dumps([{}] * 5_000), json.dumps([{"type": "openid_credential"}]),
    '[{"type":"openid_credential","type":"openid_credential","credential_configuration_id":"overzicht_sdjwt"}]',
    *(json.dumps([{"type": "openid_credential", "credential_configuration_id": value}]) for value in VALUES),
    json.dumps([{"type": "openid_credential", "credential_configuration_id": "overzicht_sdjwt", "locations": CANARY}]),
    json.dumps([{"type": "openid_credential", "credential_configuration_id": "x", "credential_identifiers": [CANARY]}]),
]  # fmt: skip
TEXTS: Final = ["", CANARY, "\0", "x" * 5_000, "javascript:alert(1)", "https://", "//x", "https://w.example/\r\nx: y"]


def pushed() -> Iterator[dict[str, str]]:
    without = {name: value for name, value in ASKED.items() if name != "scope"}
    yield from ({**without, "authorization_details": each} for each in DETAILS)
    for name in ("redirect_uri", "scope", "code_challenge", "code_challenge_method", "response_type", "dpop_jkt"):
        # A name of a wallet is its own affair, and so is what it wants to hear again.
        yield from ({**ASKED, name: text} for text in TEXTS if text or name != "dpop_jkt")
    yield from ({**ASKED, name: "e30.e30."} for name in ("request", "request_uri"))


def test_no_pushed_request_changes_or_tells_anything(scene: Scene, wallet: Wallet) -> None:
    before = kept(scene)
    for form in pushed():
        body = urlencode(form, errors="surrogatepass").encode()
        send(wallet, "/oauth/par", body, FORM)
    whole = urlencode(ASKED).encode()
    for body in (whole + b"&scope=" + CANARY.encode(), whole + b"&state=%ff", whole + b"&a=1" * 5_000, b"", b"&&&"):
        send(wallet, "/oauth/par", body, FORM)
    send(wallet, "/oauth/par", as_json(ASKED), JSON)
    assert kept(scene) == before


REFRESHED: Final = [
    CANARY, "a" * 22 + "." + "b" * 43, "a" * 22 + ".", "." + "b" * 43, "\0", "é", "x" * 5_000, "%", "a.b.c", "' OR 1=1",
]  # fmt: skip


def test_no_refresh_token_of_anothers_making_changes_or_tells_anything(scene: Scene, wallet: Wallet) -> None:
    before = kept(scene)
    for token in REFRESHED:
        for more in ({}, {"scope": CANARY}, {"client_id": CANARY}, {"authorization_details": f'["{CANARY}"]'}):
            form = {"grant_type": "refresh_token", "refresh_token": token, **more}
            send(wallet, "/oauth/token", urlencode(form).encode(), FORM)
    for body in (
        b"grant_type=refresh_token",
        b"grant_type=refresh_token&refresh_token=",
        b"grant_type=refresh_token&refresh_token=a&refresh_token=b",
        b"grant_type=refresh_token&refresh_token=%ed%a0%80",
        b"grant_type=%ff&refresh_token=" + CANARY.encode(),
        b"grant_type=" + CANARY.encode(),
    ):
        send(wallet, "/oauth/token", body, FORM)
    assert kept(scene) == before


@pytest.mark.parametrize("path", ["/oauth/challenge", "/nonce"])
def test_what_is_sent_for_a_challenge_is_not_looked_at(scene: Scene, wallet: Wallet, path: str) -> None:
    before = kept(scene)
    for body in NO_JSON:
        for headers in (JSON, FORM, {"content-type": CANARY}):
            answer = wallet.http.post(path, content=body, headers=headers)
            assert answer.status_code == 200
            assert CANARY not in answer.text + repr(answer.headers)
    assert wallet.http.post(path, content=b"x" * (1 << 21)).status_code == 413
    for method in ("GET", "PUT", "DELETE", CANARY):
        answer = wallet.http.request(method, path)
        assert answer.status_code == 405
        assert CANARY not in answer.text
    assert kept(scene) == before
