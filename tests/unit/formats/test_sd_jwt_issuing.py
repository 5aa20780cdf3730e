import json

import pytest

from credentials.encoding import JsonObject, b64_encode, b64url_decode
from credentials.formats import BitstringStatus, Configuration, HolderKey, IssuerKey, TokenStatus
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.selective_disclosure.disclosures import digest
from tests.unit.formats.format_samples import (
    BARE,
    RESOLVER,
    TREE,
    certificate,
    did_issuer_key,
    draft,
    issuer_key,
    signer,
)

FORMAT = SdJwtVc()


def taken_apart(compact: str) -> tuple[JsonObject, JsonObject, list[str]]:
    token, *disclosures, last = compact.split("~")
    assert last == ""
    header, payload, _ = token.split(".")
    return json.loads(b64url_decode(header)), json.loads(b64url_decode(payload)), disclosures


def test_the_token_states_type_issuer_times_holder_and_status() -> None:
    header, payload, _ = taken_apart(FORMAT.issue(draft(), issuer_key()))
    assert header == {"alg": "ES256", "typ": "dc+sd-jwt", "x5c": [b64_encode(certificate())]}
    assert payload["iss"] == "https://cjib.example"
    assert payload["vct"] == draft().type
    assert payload["iat"] == 1795435200
    assert payload["exp"] == 1795435200 + 35 * 86400
    assert payload["cnf"] == {"jwk": signer("holder").public_jwk.members}
    assert payload["status"] == {"status_list": {"idx": 4711, "uri": "https://cjib.example/status/1"}}
    assert payload["_sd_alg"] == "sha-256"
    assert "vct#integrity" not in payload


def test_only_a_type_that_can_be_fetched_has_the_hash_of_its_metadata_beside_it() -> None:
    fetched = draft(type="https://cjib.example/types/x", type_integrity="sha256-abc=")
    assert taken_apart(FORMAT.issue(fetched, issuer_key()))[1]["vct#integrity"] == "sha256-abc="
    for type_ in (draft().type, "http://cjib.example/types/x", "overzicht"):
        with pytest.raises(ValueError, match="fetch"):
            FORMAT.issue(draft(type=type_, type_integrity="sha256-abc="), issuer_key())


def test_only_what_is_always_disclosed_stands_in_the_open() -> None:
    _, payload, disclosures = taken_apart(FORMAT.issue(draft(), issuer_key()))
    assert payload["bron"] == {"omschrijving": "CJIB"}
    assert payload["peildatum"] == TREE["peildatum"]
    assert {"saldo", "omschrijving"}.isdisjoint(payload)
    in_the_open = json.dumps(payload)
    for secret in ("29988", "kosten", "17500", "hard gereden", "betaling", "g001"):
        assert secret not in in_the_open
    assert len(disclosures) == 7


def test_each_leaf_has_a_disclosure_of_its_own_with_a_salt_of_its_own() -> None:
    _, payload, disclosures = taken_apart(FORMAT.issue(draft(), issuer_key()))
    contents = [json.loads(b64url_decode(each)) for each in disclosures]
    assert len({salt for salt, _, _ in contents}) == len(contents)
    assert all(len(b64url_decode(salt)) >= 16 for salt, _, _ in contents)
    assert ["saldo", "29988"] in [content[1:] for content in contents]
    top = payload["_sd"]
    assert isinstance(top, list)
    by_name = {json.loads(b64url_decode(each))[1]: digest(each.encode()) for each in disclosures}
    assert by_name["omschrijving"] in str(payload)


def test_children_of_a_whole_prefix_are_one_piece_each() -> None:
    _, payload, disclosures = taken_apart(FORMAT.issue(draft(), issuer_key()))
    contents = [json.loads(b64url_decode(each))[1:] for each in disclosures]
    assert ["g001", {"type": "betaling", "bedrag": 5000}] in contents
    assert payload["gebeurtenissen"].keys() == {"_sd"}  # type: ignore[union-attr]


def test_the_number_of_digests_does_not_tell_the_number_of_claims() -> None:
    def digests(tree: JsonObject) -> JsonObject:
        payload = taken_apart(FORMAT.issue(draft(claims=tree), issuer_key()))[1]
        zaken = payload["zaken"]
        assert isinstance(zaken, dict)
        assert list(zaken) == [f"z{number:02}" for number in range(1, 6)]
        return {name: len(value["_sd"]) for name, value in zaken.items()}  # type: ignore[arg-type,call-overload,index]

    assert set(digests(TREE).values()) == {8}
    without = {name: value for name, value in TREE.items() if name != "zaken"}
    assert digests({**TREE, "zaken": {}}) == digests(without) == digests(TREE)
    payload = taken_apart(FORMAT.issue(draft(), issuer_key()))[1]
    assert len(payload["_sd"]) == 8  # type: ignore[arg-type]


def test_digests_are_sorted_and_all_different() -> None:
    _, payload, _ = taken_apart(FORMAT.issue(draft(), issuer_key()))
    found: list[str] = []

    def collect(node: object) -> None:
        if isinstance(node, dict):
            if "_sd" in node:
                assert node["_sd"] == sorted(node["_sd"])
                found.extend(node["_sd"])
            for value in node.values():
                collect(value)

    collect(payload)
    assert len(set(found)) == len(found)


def test_two_copies_share_no_salt_digest_or_signature() -> None:
    one, other = (FORMAT.issue(draft(), issuer_key()) for _ in range(2))
    assert set(one.split("~")[1:-1]).isdisjoint(other.split("~")[1:-1])
    assert one.split(".")[2][:86] != other.split(".")[2][:86]


def test_a_holder_who_proved_a_did_is_bound_by_its_url() -> None:
    holder = HolderKey(signer("holder").public_jwk, "did:example:1#k")
    payload = taken_apart(FORMAT.issue(draft(holder=holder), issuer_key()))[1]
    assert payload["cnf"] == {"kid": "did:example:1#k"}


def test_an_issuer_with_a_did_is_named_in_kid() -> None:
    key = did_issuer_key()
    assert key.verification_method is not None
    did = key.verification_method.partition("#")[0]
    compact = FORMAT.issue(draft(issuer=did), key)
    assert taken_apart(compact)[0]["kid"] == key.verification_method
    assert FORMAT.verify(compact, BARE, RESOLVER).signed_by.verification_method == key.verification_method


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "x"},
        {"status": {}},
        {"vct": "x"},
        {"_sd": "x"},
        {"...": "x"},
        {"a": {"_sd": 1}},
        {"bron": {"_sd_alg": "x"}},
        {"saldo": 1.5},
        {"bron": {"x": [1.5]}},
    ],
)
def test_a_draft_that_cannot_be_stated_is_refused(claims: JsonObject) -> None:
    with pytest.raises(ValueError, match=r"claim|number"):
        FORMAT.issue(draft(claims=claims), issuer_key())


def test_a_status_of_another_kind_is_refused() -> None:
    twice = (TokenStatus("https://a.example", 1), TokenStatus("https://a.example", 2))
    for status in ((BitstringStatus("https://a.example", 1, "revocation"),), twice):
        with pytest.raises(ValueError, match="Token Status List"):
            FORMAT.issue(draft(status=status), issuer_key())


def test_an_issuer_without_certificates_or_did_cannot_issue() -> None:
    with pytest.raises(ValueError, match="certificates"):
        FORMAT.issue(draft(), IssuerKey(signer("issuer")))


def test_metadata_describes_the_format() -> None:
    configuration = Configuration("zaak", "urn:x", display=({"name": "Zaak"},), claims=({"path": ["saldo"]},))
    described = FORMAT.describe(configuration)
    assert described["format"] == "dc+sd-jwt"
    assert described["vct"] == "urn:x"
    assert described["credential_signing_alg_values_supported"] == ["ES256"]
    assert described["credential_metadata"] == {"display": [{"name": "Zaak"}], "claims": [{"path": ["saldo"]}]}
    assert "credential_metadata" not in FORMAT.describe(Configuration("zaak", "urn:x"))
