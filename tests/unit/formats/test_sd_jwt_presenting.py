from datetime import timedelta

import pytest

from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.errors import MalformedInput
from credentials.formats import (
    ClaimsPath,
    HolderBindingFailed,
    HolderBindingMissing,
    HolderKey,
    MalformedCredential,
    StaleHolderProof,
    UndisclosablePath,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.selective_disclosure.disclosures import digest
from credentials.jose import sign_jwt
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    NONCE,
    NOW,
    RESOLVER,
    TREE,
    draft,
    fresh,
    issuer_key,
    signer,
)

FORMAT = SdJwtVc()
OPEN = {"bron": TREE["bron"], "peildatum": TREE["peildatum"]}


def presented(*paths: ClaimsPath) -> str:
    held = FORMAT.issue(draft(), issuer_key())
    return FORMAT.present(held, paths, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)


def key_bound(held: str, header_type: str = "kb+jwt", key: str = "holder", **changes: object) -> str:
    claims = {"iat": int(NOW.timestamp()), "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(held.encode())} | changes
    kept: JsonObject = {name: value for name, value in claims.items() if value is not None}  # type: ignore[misc]
    return held + sign_jwt(header_type, {}, kept, signer(key))


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        ([], {}),
        ([("saldo",)], {"saldo": "29988"}),
        ([("bron", "omschrijving"), ("vct",), ("saldo",)], {"saldo": "29988"}),
        ([("zaken", "z01", "saldo")], {"zaken": {"z01": {"saldo": "17500"}}}),
        ([("zaken", "z01")], {"zaken": {"z01": {"saldo": "17500", "omschrijving": "Te hard gereden"}}}),
        ([("zaken",)], {"zaken": TREE["zaken"]}),
        ([("gebeurtenissen", "g002")], {"gebeurtenissen": {"g002": {"type": "verhoging", "bedrag": 800}}}),
        ([("gebeurtenissen", "g002", "bedrag")], {"gebeurtenissen": {"g002": {"type": "verhoging", "bedrag": 800}}}),
    ],
)
def test_what_was_asked_is_shown_and_nothing_else(paths: list[ClaimsPath], shown: JsonObject) -> None:
    verified = FORMAT.verify(presented(*paths), fresh(), RESOLVER)
    assert verified.claims == OPEN | shown
    assert verified.holder == HolderKey(signer("holder").public_jwk)


def test_no_paths_at_all_means_everything() -> None:
    held = FORMAT.issue(draft(), issuer_key())
    shown = FORMAT.present(held, None, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    assert FORMAT.verify(shown, fresh(), RESOLVER).claims == TREE


@pytest.mark.parametrize("path", [("onbekend",), ("zaken", "z03"), ("saldo", 0), ("saldo", None), (), ("zaken", True)])
def test_a_path_that_leads_nowhere_is_refused(path: ClaimsPath) -> None:
    with pytest.raises(UndisclosablePath):
        presented(path)


def test_the_holder_sees_everything_and_what_is_never_hidden() -> None:
    view = FORMAT.inspect(FORMAT.issue(draft(), issuer_key()))
    assert view.claims == TREE
    assert view.always_disclosed == OPEN
    assert ("zaken", "z01", "saldo") in view.paths
    assert ("gebeurtenissen", "g001") in view.paths
    assert ("bron",) not in view.paths
    assert view.status == draft().status
    assert view.holder == draft().holder


def test_another_key_cannot_present() -> None:
    held = FORMAT.issue(draft(), issuer_key())
    with pytest.raises(HolderBindingFailed):
        FORMAT.present(held, [], signer("thief"), audience=AUDIENCE, nonce=NONCE, now=NOW)


def test_a_presentation_is_not_held_or_presented_again() -> None:
    shown = presented(("saldo",))
    with pytest.raises(MalformedCredential):
        FORMAT.inspect(shown)
    with pytest.raises(MalformedCredential):
        FORMAT.present(shown, [], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)


def test_a_holder_bound_by_did_url_is_resolved() -> None:
    url = did_key(signer("holder").public_jwk)[1]
    held = FORMAT.issue(draft(holder=HolderKey(signer("holder").public_jwk, url)), issuer_key())
    verified = FORMAT.verify(key_bound(held), fresh(), RESOLVER)
    assert verified.holder == HolderKey(signer("holder").public_jwk, url)
    with pytest.raises(HolderBindingFailed):
        FORMAT.verify(key_bound(held, key="thief"), fresh(), RESOLVER)


def test_key_binding_is_demanded_by_the_verifier_never_by_what_was_sent() -> None:
    held = FORMAT.issue(draft(), issuer_key())
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(held, fresh(), RESOLVER)
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(key_bound(held), BARE, RESOLVER)
    assert FORMAT.verify(held, BARE, RESOLVER).claims == TREE


def test_a_credential_bound_to_nobody_cannot_be_presented() -> None:
    held = FORMAT.issue(draft(holder=None), issuer_key())
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(key_bound(held), fresh(), RESOLVER)
    assert FORMAT.verify(held, BARE, RESOLVER).holder is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"nonce": "other"}, WrongNonce),
        ({"nonce": None}, WrongNonce),
        ({"nonce": [NONCE]}, WrongNonce),
        ({"aud": "https://elsewhere.example"}, WrongAudience),
        ({"aud": [AUDIENCE]}, WrongAudience),
        ({"aud": None}, WrongAudience),
        ({"sd_hash": digest(b"something else")}, HolderBindingFailed),
        ({"sd_hash": None}, HolderBindingFailed),
        ({"iat": None}, HolderBindingFailed),
        ({"iat": "1795435200"}, HolderBindingFailed),
        ({"iat": True}, HolderBindingFailed),
        ({"iat": int((NOW - timedelta(days=2)).timestamp())}, StaleHolderProof),
        ({"iat": int((NOW - timedelta(minutes=7)).timestamp())}, StaleHolderProof),
        ({"iat": int((NOW + timedelta(minutes=2)).timestamp())}, StaleHolderProof),
        ({"exp": int((NOW - timedelta(minutes=3)).timestamp())}, StaleHolderProof),
        ({"header_type": "jwt"}, HolderBindingFailed),
        ({"header_type": "dc+sd-jwt"}, HolderBindingFailed),
        ({"key": "thief"}, HolderBindingFailed),
    ],
)
def test_a_holders_proof_that_is_not_exactly_right_is_refused(
    changes: dict[str, object], error: type[Exception]
) -> None:
    held = FORMAT.issue(draft(), issuer_key())
    assert FORMAT.verify(key_bound(held), fresh(), RESOLVER)
    with pytest.raises(error):
        FORMAT.verify(key_bound(held, **changes), fresh(), RESOLVER)  # type: ignore[arg-type]


def test_a_disclosure_taken_away_or_added_breaks_the_proof() -> None:
    shown = presented(("saldo",), ("omschrijving",))
    token, first, second, binding = shown.split("~")
    for altered in (f"{token}~{first}~{binding}", f"{token}~{second}~{first}~{binding}"):
        with pytest.raises(HolderBindingFailed):
            FORMAT.verify(altered, fresh(), RESOLVER)


def test_a_proof_signed_by_no_algorithm_is_refused() -> None:
    token, _, binding = presented(("saldo",)).split("~")
    _, claims, _ = binding.split(".")
    forged = f"eyJhbGciOiJub25lIiwidHlwIjoia2Irand0In0.{claims}."
    with pytest.raises((HolderBindingFailed, MalformedInput)):
        FORMAT.verify(f"{token}~{forged}", fresh(), RESOLVER)


def test_evidence_on_file_is_checked_again_without_its_age() -> None:
    shown = presented(("saldo",))
    later = NOW + timedelta(days=30)
    with pytest.raises(StaleHolderProof):
        FORMAT.verify(shown, fresh(now=later), RESOLVER)
    assert FORMAT.verify(shown, fresh(now=later, on_file=True, nonce=None, audience=None), RESOLVER)
    with pytest.raises(WrongNonce):
        FORMAT.verify(shown, fresh(now=later, on_file=True, nonce="other"), RESOLVER)
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(shown[: shown.rindex("~") + 1], fresh(now=later, on_file=True), RESOLVER)
