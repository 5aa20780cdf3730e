"""An agency that secures in every way, a verifier that trusts it, and cards that are shown by whoever has them."""

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.case import Case
from credentials.debts.claims import (
    ALWAYS_DISCLOSED,
    CASE_TYPE,
    OVERVIEW_TYPE,
    SLOTS,
    WHOLE,
    case_claims,
    case_digest,
    overview_claims,
)
from credentials.debts.overview import overview_of
from credentials.dids import Resolver
from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import MalformedInput
from credentials.formats import (
    Channel,
    ClaimsPath,
    Credential,
    CredentialDraft,
    Expectation,
    HolderKey,
    IssuerKey,
)
from credentials.formats.ldp_vc import sign_document
from credentials.formats.mdoc.session import device_authentication, session_transcript
from credentials.formats.selective_disclosure import key_binding
from credentials.jose import UnverifiedToken
from credentials.jose.cbor import cbor_bytes, cbor_parse
from credentials.jose.cose import sign_structure
from credentials.jose.jws import sign_compact
from credentials.keys import SoftwareSigner
from credentials.status import StatusChecker
from credentials.trust import Participant, TrustList
from credentials.verification import Report, Verifier
from issuer.app.compose import Agency
from issuer.app.run import describe
from issuer.domain.configurations import CONFIGURATIONS, Form, Securing, rounded_times
from issuer.domain.issuance import Place
from service.commands.formats import all_formats
from tests.debt_builders import CJIB, demo_document
from tests.flows.issuance_kit import an_agency

NONCE = "n" * 22
AUDIENCE = "x509_hash:" + "a" * 43
FORMATS = all_formats()
LDP: Any = FORMATS["ldp_vc"]
SELECTIVE = (Securing.SD_JWT, Securing.VC_SD_JWT, Securing.ECDSA_SD, Securing.MDOC)
CHANNEL = Channel("https://counsellor.example/antwoord/1", "k" * 42 + "A")
FORM = {each.securing: each.form for each in CONFIGURATIONS}
ALL = tuple(Securing)
SECURINGS = [pytest.param(each, id=each.value) for each in ALL]


@dataclass
class Bench:
    """One agency that secures in every way, and a verifier that trusts it."""

    agency: Agency
    verifier: Verifier
    clock: FixedClock
    places: Iterator[int]
    listed: TrustList

    def draft(self, type: str, claims: JsonObject, holder: SoftwareSigner | None) -> CredentialDraft:
        issued, expires = rounded_times(self.clock.now(), CONFIGURATIONS[0].lifetime)
        return CredentialDraft(
            type=type,
            issuer="",
            issuer_name=CJIB.name,
            claims=claims,
            always_disclosed=ALWAYS_DISCLOSED[type],
            holder=HolderKey(holder.public_jwk) if holder else None,
            issued_at=issued,
            expires_at=expires,
            status=(),
            id=f"urn:uuid:{secrets.token_hex(4)}-0000-4000-8000-000000000000",
            whole=WHOLE[type],
            slots=SLOTS[type],
        )

    def issue(self, draft: CredentialDraft, securing: Securing) -> Credential:
        """Secure a draft as the agency would: only who signs, and where its status stands, depend on how."""
        signing = self.agency.desk.issue.signing
        status = signing.addresses.entries(FORM[securing], Place(1, next(self.places)))
        named = replace(draft, issuer=signing.identity.issuer_for(securing), status=status)
        return signing.formats[FORM[securing].value].issue(named, signing.identity.keys[securing])

    def show(
        self,
        credential: Credential,
        securing: Securing,
        holder: SoftwareSigner,
        paths: Sequence[ClaimsPath] | None = None,
    ) -> Credential:
        return FORMATS[FORM[securing].value].present(
            credential, paths, holder, audience=AUDIENCE, nonce=NONCE, now=self.clock.now(), channel=CHANNEL
        )

    def examine(self, presented: Credential, securing: Securing, **changed: Any) -> Report:
        expected = Expectation(
            **{"now": self.clock.now(), "nonce": NONCE, "audience": AUDIENCE, "channel": CHANNEL, **changed}
        )
        return self.verifier.examine(presented, expected, FORM[securing].value)


def make_bench(folder: Path, **settings: Any) -> Bench:
    """Open an agency that offers everything, and a verifier with its trust list and status lists."""
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    agency = an_agency(folder, clock, securings=ALL, **settings)
    url = agency.settings.base_url
    client = TestClient(agency.app, base_url=url)
    participant = Participant.parse(json.loads(describe(agency.settings)))
    now = clock.now()
    listed = TrustList("https://stelsel.example", now, now + timedelta(days=1), 1, (participant,))

    def fetch(address: str, _accept: str) -> bytes:
        assert address.startswith(f"{url}/status/")
        return client.get(address).content

    verifier = Verifier(FORMATS, lambda: listed, Resolver(), StatusChecker(fetch, clock), clock)
    return Bench(agency, verifier, clock, iter(range(100, 10_000)), listed)


def key_of(bench: Bench, securing: Securing) -> IssuerKey:
    return bench.agency.desk.issue.signing.identity.keys[securing]


def statements(who: str) -> Iterator[tuple[str, JsonObject]]:
    """Give what the agency states about somebody: the overview, and each case."""
    cases: Sequence[Case] = demo_document("cjib", who).cases_at(CJIB)
    overview = overview_of(CJIB, cases, max(case.as_of for case in cases))
    digests = [case_digest(secrets.token_bytes(16), case) for case in overview.open_cases]
    yield OVERVIEW_TYPE, overview_claims(overview, digests)
    for case, digest in zip(overview.open_cases, digests, strict=True):
        yield CASE_TYPE, case_claims(case, digest)


@dataclass
class Shown:
    """A statement about Samira that its holder shows in one securing."""

    securing: Securing
    credential: Credential
    presented: Credential
    holder: SoftwareSigner


def a_shown_card(bench: Bench, securing: Securing) -> Shown:
    type_, claims = next(statements("samira"))
    holder = SoftwareSigner.generate()
    credential = bench.issue(bench.draft(type_, claims, holder), securing)
    return Shown(securing, credential, bench.show(credential, securing, holder), holder)


def as_own(bench: Bench, stolen: Shown, thief: Shown) -> Credential:
    """Put somebody's credential into the thief's presentation, and sign that anew with the thief's key."""
    now = bench.clock.now()
    if isinstance(thief.presented, dict):
        assert isinstance(stolen.presented, dict)
        inside = {**thief.presented, "verifiableCredential": stolen.presented["verifiableCredential"]}
        proof: Any = inside.pop("proof")
        return sign_document(
            inside,
            thief.holder,
            proof["verificationMethod"],
            canonicaliser=LDP.canonicaliser,
            created=now,
            purpose="authentication",
            challenge=NONCE,
            domain=AUDIENCE,
        )
    assert isinstance(stolen.credential, str)
    assert isinstance(thief.credential, str)
    if FORM[thief.securing] is Form.MDOC:
        return mdoc_as_own(stolen.credential, thief)
    if "~" in thief.presented:
        return stolen.credential + key_binding.make(
            stolen.credential, thief.holder, audience=AUDIENCE, nonce=NONCE, now=now, hash_name="sha-256"
        )
    token = UnverifiedToken.parse(thief.presented)
    changed = json.dumps(token.payload).replace(thief.credential, stolen.credential)
    assert stolen.credential in changed
    return sign_compact(token.header, json.loads(changed), thief.holder)


def mdoc_as_own(stolen: str, thief: Shown) -> str:
    """Put a document into the thief's response, and sign that anew with the thief's key."""
    try:
        document = cbor_parse(b64url_decode(stolen))
    except MalformedInput:
        # Changed so that it is CBOR no more.
        return stolen
    response: Any = cbor_parse(b64url_decode(str(thief.presented)))
    shown = response["documents"][0]
    session = session_transcript(AUDIENCE, NONCE, CHANNEL)
    content = device_authentication(session, shown["docType"], shown["deviceSigned"]["nameSpaces"].value)
    shown["issuerSigned"] = document
    shown["deviceSigned"]["deviceAuth"]["deviceSignature"] = sign_structure({}, content, thief.holder, detached=True)
    return b64url_encode(cbor_bytes(response))


def flipped(presented: Credential) -> Iterator[tuple[str, Credential]]:
    """Give copies with one character changed: in each part of a token, in each value of an object."""
    if isinstance(presented, str):
        for part in re.finditer(r"[^.~]+", presented):
            # An mdoc is one part: all its structures come by.
            step = len(part[0]) // 40 if len(part[0]) == len(presented) else len(part[0])
            for at in {*range(part.start(), part.end(), step), (part.start() + part.end()) // 2, part.end() - 2}:
                other = "A" if presented[at] != "A" else "B"
                yield str(at), f"{presented[:at]}{other}{presented[at + 1 :]}"
        return
    text = json.dumps(presented)
    for value in re.finditer(r': "([^"]+)"', text):
        at = (value.start(1) + value.end(1)) // 2
        other = "A" if text[at] != "A" else "B"
        yield text[value.start() - 20 : at], json.loads(f"{text[:at]}{other}{text[at + 1 :]}")
