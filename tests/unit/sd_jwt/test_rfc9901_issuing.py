"""RFC 9901, sections 4 and 9, from the issuer's side: what may stand in a token that we make."""

import hashlib
import json
from collections.abc import Iterator

import pytest

from credentials.encoding import JsonObject, JsonValue, b64url_decode
from credentials.formats import ClaimsPath
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.selective_disclosure import Concealer, Limits, UnverifiedSdJwt, process
from credentials.formats.selective_disclosure.disclosures import by_digest, digest
from tests.unit.formats.format_samples import AUDIENCE, NONCE, NOW, RESOLVER, draft, fresh, issuer_key, signer

CLAIMS: JsonObject = {
    "naam": "Zoë",
    "adres": {"straat": "Heuvel 1", "plaats": "Tilburg", "land": "NL"},
    "talen": ["nl", "en", "fr"],
    "diploma": [{"soort": "BSc", "jaar": 2001}, {"soort": "MSc", "jaar": 2003}],
    "leeg": [],
}
FLAT: list[ClaimsPath] = [("naam",), ("adres",)]
STRUCTURED: list[ClaimsPath] = [("adres", "straat"), ("adres", "plaats")]
RECURSIVE: list[ClaimsPath] = [("adres",), ("adres", "straat"), ("diploma", None), ("diploma", None, "jaar")]
ELEMENTS: list[ClaimsPath] = [("talen", 0), ("talen", 2)]


class Counting:
    """Bytes that are the same in every run and do not repeat."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, size: int) -> bytes:
        self.made += 1
        return hashlib.shake_128(self.made.to_bytes(4)).digest(size)


def hidden(places: list[ClaimsPath], multiple: int = 1) -> tuple[JsonObject, list[str]]:
    concealer = Concealer(Counting(), multiple)
    payload = concealer.conceal_at(CLAIMS, places)
    return payload, [each.decode() for each in concealer.disclosures]


def opened(payload: JsonObject, disclosures: list[str]) -> JsonObject:
    limits = Limits()
    return process(payload, by_digest(disclosures, limits), limits, frozenset(), keep_emptied=True).payload


def objects(node: JsonValue) -> Iterator[JsonObject]:
    if isinstance(node, dict):
        yield node
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(item)


def contents(disclosures: list[str]) -> list[list[JsonValue]]:
    return [json.loads(b64url_decode(each)) for each in disclosures]


@pytest.mark.parametrize("multiple", [1, 4])
@pytest.mark.parametrize(
    "places",
    [[], FLAT, STRUCTURED, RECURSIVE, ELEMENTS, [("leeg",)], [("leeg", None)], FLAT + STRUCTURED + ELEMENTS],
    ids=["nothing", "6.1 flat", "6.2 structured", "6.3 recursive", "4.2.2 elements", "empty", "none", "mixed"],
)
def test_what_was_hidden_by_path_comes_back_as_it_was(places: list[ClaimsPath], multiple: int) -> None:
    payload, disclosures = hidden(places, multiple)
    assert opened(payload, disclosures) == CLAIMS


def test_6_1_flat_hides_a_claim_as_one_piece() -> None:
    payload, disclosures = hidden(FLAT)
    assert payload.keys() == {"_sd", "talen", "diploma", "leeg"}
    assert [each[1:] for each in contents(disclosures)] == [["naam", "Zoë"], ["adres", CLAIMS["adres"]]]


def test_6_2_structured_leaves_the_object_in_sight() -> None:
    payload, disclosures = hidden(STRUCTURED)
    adres = payload["adres"]
    assert isinstance(adres, dict)
    assert adres.keys() == {"_sd", "land"}
    assert [each[1:] for each in contents(disclosures)] == [["straat", "Heuvel 1"], ["plaats", "Tilburg"]]


def test_6_3_recursive_puts_digests_into_disclosures() -> None:
    payload, disclosures = hidden(RECURSIVE)
    assert "adres" not in payload
    by_name = {str(each[1]): text for each, text in zip(contents(disclosures), disclosures, strict=True)}
    street, address = by_name["straat"], by_name["adres"]
    assert contents([address])[0][2] == {
        "plaats": "Tilburg",
        "land": "NL",
        "_sd": [digest(street.encode())],
    }
    assert opened(payload, [address])["adres"] == {"plaats": "Tilburg", "land": "NL"}


def test_4_2_2_elements_keep_their_place() -> None:
    payload, disclosures = hidden(ELEMENTS)
    first, third = disclosures
    assert payload["talen"] == [{"...": digest(first.encode())}, "en", {"...": digest(third.encode())}]
    assert [len(each) for each in contents(disclosures)] == [2, 2]
    assert opened(payload, [third])["talen"] == ["en", "fr"]


def test_4_2_5_decoys_fill_objects_and_arrays() -> None:
    payload, disclosures = hidden([*ELEMENTS, ("adres", "straat"), ("naam",)], 4)
    talen, adres = payload["talen"], payload["adres"]
    assert isinstance(talen, list)
    assert isinstance(adres, dict)
    assert len(talen) == 4
    assert isinstance(adres["_sd"], list)
    assert isinstance(payload["_sd"], list)
    assert len(adres["_sd"]) == len(payload["_sd"]) == 4
    assert opened(payload, [])["talen"] == ["en"]
    # An array of which nothing is hidden gets none.
    assert payload["diploma"] == CLAIMS["diploma"]
    real = {digest(each.encode()) for each in disclosures}
    decoys = {each["..."] for each in talen if isinstance(each, dict)} - real
    assert all(len(b64url_decode(str(each))) == 32 for each in decoys)
    assert len(decoys) == 1


def test_4_2_5_decoys_in_arrays_do_not_always_stand_last() -> None:
    import secrets

    def place() -> int:
        concealer = Concealer(secrets.token_bytes, 6)
        payload = concealer.conceal_at({"a": [1, 2, 3, 4, 5]}, [("a", 0)])
        real = digest(concealer.disclosures[0])
        array = payload["a"]
        assert isinstance(array, list)
        return next(i for i, each in enumerate(array) if isinstance(each, dict) and each["..."] != real)

    assert len({place() for _ in range(60)}) > 2


def test_4_2_4_1_digests_are_in_no_order_of_the_claims() -> None:
    for node in objects(hidden(RECURSIVE + STRUCTURED, 4)[0]):
        digests = node.get("_sd", [])
        assert isinstance(digests, list)
        assert digests == sorted(map(str, digests))


def test_9_3_each_salt_is_asked_for_anew_and_has_128_bits() -> None:
    source = Counting()
    concealer = Concealer(source, 1)
    concealer.conceal_at(CLAIMS, [("naam",), ("talen", None), ("adres", "straat")])
    salts = [content[0] for content in contents([each.decode() for each in concealer.disclosures])]
    assert len(set(map(str, salts))) == 5
    assert all(len(b64url_decode(str(salt))) * 8 >= 128 for salt in salts)


@pytest.mark.parametrize(
    "places",
    [
        [("naaam",)],
        [("adres", "stad")],
        [("talen", 3)],
        [("talen", "nl")],
        [("naam", None, 0), ("adres", 0)],
        [()],
        [("talen", -1)],
        [("talen", True)],
    ],
    ids=["misspelled", "below", "beyond", "name of an array", "index of an object", "empty", "negative", "boolean"],
)
def test_a_place_that_is_not_there_is_not_passed_over_in_silence(places: list[ClaimsPath]) -> None:
    with pytest.raises(ValueError, match=r"claim"):
        hidden(places)


@pytest.mark.parametrize(
    "claims",
    [{"_sd": 1}, {"a": {"...": 1}}, {"a": [{"_sd_alg": "x"}]}, {"a": float("nan")}, {"a": [float("inf")]}],
    ids=["4.1 _sd", "4.1 ...", "4.1.1 _sd_alg", "NaN", "infinite"],
)
def test_claims_that_cannot_be_stated_are_refused(claims: JsonObject) -> None:
    with pytest.raises(ValueError, match=r"claim"):
        Concealer(Counting(), 1).conceal_at(claims, [])


def test_a_credential_hides_exactly_what_its_draft_names() -> None:
    made = draft(claims=CLAIMS, disclosable=frozenset({("naam",), ("adres",), ("adres", "straat"), ("talen", None)}))
    held = SdJwtVc(decoy_multiple=2).issue(made, issuer_key())
    view = SdJwtVc().inspect(held)
    assert view.claims == CLAIMS
    assert view.always_disclosed == {"diploma": CLAIMS["diploma"], "leeg": []}
    shown = SdJwtVc().present(held, [("adres", "straat")], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    assert SdJwtVc().verify(shown, fresh(), RESOLVER).claims == view.always_disclosed | {"adres": CLAIMS["adres"]}
    parsed = UnverifiedSdJwt.parse(held, Limits(), "dc+sd-jwt")
    assert parsed.token.payload["_sd_alg"] == parsed.hash_name == "sha-256"
    assert len(parsed.disclosures) == 6


@pytest.mark.parametrize("name", ["iss", "exp", "nbf", "cnf", "vct", "status", "aud", "crit", "vct#integrity"])
def test_9_7_what_decides_on_validity_is_no_claim_to_hide(name: str) -> None:
    with pytest.raises(ValueError, match="registered"):
        SdJwtVc().issue(draft(claims={name: "x"}, disclosable=frozenset({(name,)})), issuer_key())


@pytest.mark.parametrize(
    "value", [2**64, "\ud800", {"\udfff": 1}, {1: 2}, b"x"], ids=["big", "surrogate", "name", "key", "bytes"]
)
@pytest.mark.parametrize("places", [[], [("a",)], [("a", None)]], ids=["open", "hidden", "element"])
def test_what_no_json_can_hold_is_refused(value: JsonValue, places: list[ClaimsPath]) -> None:
    claims: JsonObject = {"a": [value]}
    with pytest.raises(ValueError, match="claim"):
        SdJwtVc().issue(draft(claims=claims, disclosable=frozenset(places)), issuer_key())
    with pytest.raises(ValueError, match="claim"):
        SdJwtVc().issue(draft(claims=claims, always_disclosed=frozenset()), issuer_key())
