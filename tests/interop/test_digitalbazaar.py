"""Both ways with Digital Bazaar's libraries: what one signs the other verifies, and not when it was changed.

`BLAUWEKNOP_DIGITALBAZAAR` names a folder with `db.mjs` and its packages: a command that issues, presents and verifies
credentials, JSON in and JSON out. Without it these tests are left out.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from random import Random

import pytest

from credentials.debts.claims import case_claims, from_jsonld, overview_claims, to_jsonld
from credentials.debts.events import SetOff, Stage
from credentials.debts.overview import overview_of
from credentials.debts.types import CASE_TYPE, CONTEXT_URL, OVERVIEW_TYPE, TYPE_TERMS, context_document
from credentials.dids import Resolver, did_jwk, did_key
from credentials.encoding import JsonObject, JsonValue
from credentials.formats import Vocabulary
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, derive_document, sign_document, verify_document
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, CREDENTIALS_V2, EXAMPLES_V2
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner
from tests.debt_builders import CJIB, a_case, demanded, imposed, on, paid

FOLDER = os.environ.get("BLAUWEKNOP_DIGITALBAZAAR")
pytestmark = pytest.mark.outside("BLAUWEKNOP_DIGITALBAZAAR")

RESOLVER = Resolver()
CANONICALISER = Canonicaliser(ContextBundle.with_examples({CONTEXT_URL: context_document()}))
SUITES = [
    ("eddsa-rdfc-2022", Algorithm.EDDSA),
    ("ecdsa-rdfc-2019", Algorithm.ES256),
    ("ecdsa-rdfc-2019", Algorithm.ES384),
    ("eddsa-jcs-2022", Algorithm.EDDSA),
    ("ecdsa-jcs-2019", Algorithm.ES256),
    ("ecdsa-jcs-2019", Algorithm.ES384),
]
CURVES = {Algorithm.ES256: "P-256", Algorithm.ES384: "P-384", Algorithm.EDDSA: "P-256"}
OWN_SHAPES = 240
# What N-Quads and JSON escape, what looks like a line's end and is none, what has two forms, what needs four bytes.
LETTERS = 'abc ABC 0 9.,"\\\n\r\t\b\f\x00\x1f\x7f\x85\u00a0\u2028\u2029\ufeff\ufffd'
LETTERS += "éeuropäisch€łИΩ中\u0301\U0001f600\U00010348"

each_suite = pytest.mark.parametrize(("suite", "algorithm"), SUITES)


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What their document loader may serve beside its own: our context."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "debts.json").write_bytes(context_document())
    (folder / "manifest.json").write_text(json.dumps({CONTEXT_URL: "debts.json"}))
    return folder


def tool(document: JsonValue, docs: Path, *arguments: str) -> JsonObject:
    assert FOLDER is not None
    done = subprocess.run(
        ["node", "db.mjs", *arguments, "--docs", str(docs)],
        cwd=FOLDER,
        input="" if document is None else json.dumps(document),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    answer: JsonObject = json.loads(done.stdout)
    return answer


def they_verify(document: JsonObject, docs: Path, *arguments: str) -> bool:
    return tool(document, docs, "verify", *arguments)["verified"] is True


def they_issue(document: JsonValue, docs: Path, suite: str, algorithm: Algorithm) -> JsonObject:
    return tool(document, docs, "issue", "--suite", suite, "--curve", CURVES[algorithm])


def we_verify(document: JsonObject, **further: object) -> None:
    # Their proofs are made now, by the clock.
    arguments: dict[str, object] = {"canonicaliser": CANONICALISER, "now": datetime.now(UTC)} | further
    (proof,) = verify_document(document, RESOLVER, **arguments)  # type: ignore[arg-type]
    assert proof.controller in (document.get("issuer"), document.get("holder"))


@cache
def signer(name: str, algorithm: Algorithm) -> SoftwareSigner:
    del name
    return SoftwareSigner.generate(algorithm)


def we_issue(document: JsonObject, suite: str, algorithm: Algorithm) -> JsonObject:
    own = signer("issuer", algorithm)
    did, method = did_key(own.public_jwk)
    return sign_document(
        {**document, "issuer": did},
        own,
        method,
        canonicaliser=CANONICALISER,
        created=datetime.now(UTC),
        cryptosuite=suite,
    )


def together(credentials: list[JsonObject]) -> JsonObject:
    return {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], "verifiableCredential": list(credentials)}


SAMPLE: JsonObject = {
    "@context": [CREDENTIALS_V2, EXAMPLES_V2],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": {"name": "The School of Examples"}},
}
VC_1_1: JsonObject = {
    "@context": [CREDENTIALS_V1],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential"],
    "issuanceDate": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh"},
}


@each_suite
@pytest.mark.parametrize("document", [SAMPLE, VC_1_1], ids=["2.0", "1.1"])
def test_they_verify_what_we_sign_and_not_what_was_changed(
    suite: str, algorithm: Algorithm, document: JsonObject, docs: Path
) -> None:
    signed = we_issue(document, suite, algorithm)
    assert they_verify(signed, docs)
    assert not they_verify({**signed, "id": "urn:uuid:other"}, docs)


@each_suite
@pytest.mark.parametrize("document", [None, SAMPLE], ids=["theirs", "ours"])
def test_we_verify_what_they_sign_and_not_what_was_changed(
    suite: str, algorithm: Algorithm, document: JsonObject | None, docs: Path
) -> None:
    signed = they_issue(document, docs, suite, algorithm)
    we_verify(signed)
    with pytest.raises(InvalidSignature):
        we_verify({**signed, "id": "urn:uuid:other"})


@each_suite
def test_presentations_for_one_challenge_and_domain(suite: str, algorithm: Algorithm, docs: Path) -> None:
    credential = we_issue(SAMPLE, suite, algorithm)
    holder = signer("holder", algorithm)
    did, method = did_key(holder.public_jwk)
    ours = sign_document(
        {**together([credential]), "holder": did},
        holder,
        method,
        canonicaliser=CANONICALISER,
        created=datetime.now(UTC),
        cryptosuite=suite,
        purpose="authentication",
        challenge="c",
        domain="https://a.example",
    )
    assert they_verify(ours, docs, "--challenge", "c", "--domain", "https://a.example")
    assert not they_verify(ours, docs, "--challenge", "d", "--domain", "https://a.example")
    named = ("--challenge", "c", "--domain", "https://a.example", "--suite", suite, "--curve", CURVES[algorithm])
    theirs = tool(credential, docs, "present", *named)
    we_verify(theirs, purpose="authentication", challenge="c", domain="https://a.example")
    with pytest.raises(InvalidSignature):
        we_verify({**theirs, "id": "urn:uuid:other"}, purpose="authentication")


SD = "ecdsa-sd-2023"
POINTERS = ("/issuer", "/validFrom")


def our_base_proof(document: JsonObject) -> JsonObject:
    own = signer("issuer", Algorithm.ES256)
    did, method = did_key(own.public_jwk)
    return sign_document(
        {**document, "issuer": did},
        own,
        method,
        canonicaliser=CANONICALISER,
        created=datetime.now(UTC),
        cryptosuite=SD,
        mandatory_pointers=POINTERS,
    )


@pytest.mark.parametrize("issued_by_us", [True, False], ids=["our base", "their base"])
@pytest.mark.parametrize("derived_by_us", [True, False], ids=["our derivation", "their derivation"])
def test_selective_disclosure_both_ways(*, issued_by_us: bool, derived_by_us: bool, docs: Path) -> None:
    if issued_by_us:
        base = our_base_proof(SAMPLE)
    else:
        base = tool(SAMPLE, docs, "issue", "--suite", SD, "--mandatory", ",".join(POINTERS))
    pointer = "/credentialSubject/alumniOf/name"
    if derived_by_us:
        derived = derive_document(base, [pointer], canonicaliser=CANONICALISER)
    else:
        derived = tool(base, docs, "derive", "--pointers", pointer)
    assert {"issuer", "validFrom", "credentialSubject"} <= derived.keys()
    assert they_verify(derived, docs)
    we_verify(derived)
    changed = {**derived, "validFrom": "2023-01-01T00:00:01Z"}
    assert not they_verify(changed, docs)
    with pytest.raises(InvalidSignature):
        we_verify(changed)


def vocabulary(type: str) -> Vocabulary:
    return Vocabulary(type, TYPE_TERMS[type], CONTEXT_URL, partial(to_jsonld, type), partial(from_jsonld, type))


def own_shapes(first: int, count: int) -> Iterator[JsonObject]:
    """Make credentials as an agency states them, of many structures and with hostile text, the same ones each time."""
    for seed in range(first, first + count):
        random = Random(seed)
        case = a_case(
            imposed("f1", random.randint(1, 10**6), description=None),
            *(
                demanded(
                    f"b{n}", random.randint(1, 10**5), n, due=random.choice([None, 30]), stage=random.choice([*Stage])
                )
                for n in range(random.randint(0, 4))
            ),
            *(paid(f"p{n}", random.randint(1, 10**5), 10 + n) for n in range(random.randint(0, 4))),
            *(SetOff(id=f"s{n}", registered_at=on(20 + n), amount=7) for n in range(random.randint(0, 1))),
            as_of=on(random.randint(0, 60)),
        )
        type, claims = CASE_TYPE, case_claims(case, "digest")
        if random.random() < 0.3:
            overview = overview_of(CJIB, [case], on(60))
            type, claims = OVERVIEW_TYPE, overview_claims(overview, ["digest"] * len(overview.open_cases))
        node = f"urn:uuid:00000000-0000-4000-8000-{seed:012d}"
        subject = vocabulary(type).to_subject(with_hostile_text(claims, random), node)
        yield {
            "@context": [CREDENTIALS_V2, CONTEXT_URL],
            "id": node,
            "type": ["VerifiableCredential", TYPE_TERMS[type]],
            "validFrom": "2026-01-01T00:00:00Z",
            "validUntil": "2030-01-01T00:00:00Z",
            "credentialSubject": {"id": did_jwk(signer("holder", Algorithm.ES256).public_jwk)[0], **subject},
        }


def with_hostile_text(tree: JsonObject, random: Random) -> JsonObject:
    changed: JsonObject = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            changed[name] = with_hostile_text(value, random)
        elif name in ("omschrijving", "naam"):
            changed[name] = "".join(random.choices(LETTERS, k=random.randint(1, 12)))
        else:
            changed[name] = value
    return changed


@pytest.mark.parametrize("batch", range(len(SUITES)))
def test_credentials_of_our_own_shapes_both_ways(batch: int, docs: Path) -> None:
    suite, algorithm = SUITES[batch]
    count = OWN_SHAPES // len(SUITES)
    unsigned = list(own_shapes(batch * count, count))
    ours = [we_issue(document, suite, algorithm) for document in unsigned]
    # One run of theirs for all; a twin with one changed text says that each of them counts.
    assert they_verify(together(ours), docs)
    place = Random(batch).randrange(count)
    changed = {**ours[place], "validUntil": "2030-01-01T00:00:01Z"}
    assert not they_verify(together([*ours[:place], changed, *ours[place + 1 :]]), docs)
    for document in unsigned:
        theirs = they_issue(document, docs, suite, algorithm)
        we_verify(theirs)
        with pytest.raises(InvalidSignature):
            we_verify({**theirs, "validUntil": "2030-01-01T00:00:01Z"})
