"""RFC 9901, sections 4, 7 and 9: each thing that a recipient must take, and each that it must refuse.

One test for each step; its id begins with the section and step that it is about.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import (
    HolderBindingFailed,
    HolderBindingMissing,
    MalformedCredential,
    StaleHolderProof,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt, process
from credentials.formats.selective_disclosure.disclosures import digest
from credentials.jose import InvalidToken
from credentials.keys import InvalidSignature
from tests.unit.formats.format_samples import NOW, fresh, signer
from tests.unit.sd_jwt.tokens import (
    FORMAT,
    RESOLVER,
    TYPE,
    bound,
    disclosure,
    element,
    presented,
    raw,
    sd,
    token,
    verified,
    with_header,
    with_proof,
)

NAME = disclosure("salt", "naam", "Zoë")
OTHER = disclosure("salt2", "naam", "Max")
ITEM = disclosure("salt", "nl")
STREET = disclosure("salt", "straat", "Heuvel 1")
ADDRESS = disclosure("salt", "adres", {"_sd": sd(STREET), "land": "NL"})
INNER = disclosure("salt", {"_sd": sd(STREET)})
SHA_512 = disclosure("salt", "hash", 512)

TAKEN: dict[str, tuple[str, JsonObject]] = {
    "4, no disclosures": (token({"a": 1}), {"a": 1}),
    "4.1.1, sha-256 is the default": (token({"_sd": sd(NAME)}, NAME), {"naam": "Zoë"}),
    "4.1.1, sha-256 by name": (token({"_sd": sd(NAME), "_sd_alg": "sha-256"}, NAME), {"naam": "Zoë"}),
    "4.1.1, sha-384": (
        token({"_sd": sd(NAME, hash_name="sha-384"), "_sd_alg": "sha-384"}, NAME),
        {"naam": "Zoë"},
    ),
    "4.1.1, sha-512": (
        token({"_sd": sd(NAME, SHA_512, hash_name="sha-512"), "_sd_alg": "sha-512"}, SHA_512, NAME),
        {"naam": "Zoë", "hash": 512},
    ),
    "4.2.1, any JSON as a value": (
        token({"_sd": sd(x := disclosure("s", "x", [None, True, 1, 2.5, {"y": []}]))}, x),
        {"x": [None, True, 1, 2.5, {"y": []}]},
    ),
    "4.2.1, white space as the issuer wrote it": (token({"_sd": sd(x := raw(b'[ "s" ,\n"x",1 ]'))}, x), {"x": 1}),
    "4.2.1, escapes as the issuer wrote them": (token({"_sd": sd(x := raw(rb'["s","x","\u00e9\/"]'))}, x), {"x": "é/"}),
    "4.2.2, an array element": (token({"talen": [element(ITEM), "en"]}, ITEM), {"talen": ["nl", "en"]}),
    "4.2.2, an element that is an array": (token({"r": [element(x := disclosure("s", [1, 2]))]}, x), {"r": [[1, 2]]}),
    "4.2.3, an empty _sd": (token({"_sd": [], "a": 1}), {"a": 1}),
    "4.2.4.1, the order of digests tells nothing": (token({"_sd": sd(STREET, NAME)}, NAME), {"naam": "Zoë"}),
    "4.2.5, decoys in an object": (token({"_sd": sd("decoy", NAME, "decoy2")}, NAME), {"naam": "Zoë"}),
    "4.2.5, decoys in an array": (token({"t": [element("decoy"), element(ITEM), "en"]}, ITEM), {"t": ["nl", "en"]}),
    "4.2.6, recursive in an object": (
        token({"_sd": sd(ADDRESS)}, STREET, ADDRESS),
        {"adres": {"land": "NL", "straat": "Heuvel 1"}},
    ),
    "4.2.6, recursive in an array": (token({"r": [element(INNER)]}, INNER, STREET), {"r": [{"straat": "Heuvel 1"}]}),
    "4.2.6, parent without child": (token({"_sd": sd(ADDRESS)}, ADDRESS), {"adres": {"land": "NL"}}),
    "6.2, structured": (token({"adres": {"_sd": sd(STREET)}}, STREET), {"adres": {"straat": "Heuvel 1"}}),
    "7.1 3.c.i, an unknown digest is ignored": (token({"_sd": sd("x"), "a": 1}), {"a": 1}),
    "7.1 3.d, what is not disclosed leaves the array": (token({"t": [element("x"), "en"]}), {"t": ["en"]}),
    "7.1 3.c.ii.3, one name at two levels": (
        token({"_sd": sd(NAME), "a": {"naam": "Max"}}, NAME),
        {"a": {"naam": "Max"}, "naam": "Zoë"},
    ),
}

REFUSED: dict[str, tuple[str, type[BlauweKnopError]]] = {
    "4, a bare JWT": (token({})[:-1], MalformedCredential),
    "4, a final tilde too many": (token({}) + "~", MalformedCredential),
    "4, an empty disclosure": (token({"_sd": sd("")}, ""), MalformedCredential),
    "4, nothing before the first tilde": ("~" + NAME + "~", InvalidToken),
    "4.1, none": (with_header(token({}), alg="none"), InvalidToken),
    "4.1, _sd that is no array": (token({"_sd": "x"}), MalformedCredential),
    "4.1, _sd of something else than text": (token({"_sd": [1]}), MalformedCredential),
    "4.1, _sd of an array": (token({"_sd": [sd(NAME)]}, NAME), MalformedCredential),
    "4.1, ... outside an array": (token({"...": "x"}), MalformedCredential),
    "4.1, ... in an object": (token({"a": {"...": "x"}}), MalformedCredential),
    "4.1.1, _sd_alg in an object": (token({"a": {"_sd_alg": "sha-256"}}), MalformedCredential),
    "4.1.1, _sd_alg in a disclosure": (
        token({"_sd": sd(x := disclosure("s", "x", {"_sd_alg": "sha-256"}))}, x),
        MalformedCredential,
    ),
    "4.1.1, _sd_alg in an array": (token({"a": [{"_sd_alg": "sha-256"}]}), MalformedCredential),
    "4.1.1, _sd_alg in capitals": (token({"_sd": sd(NAME), "_sd_alg": "SHA-256"}, NAME), MalformedCredential),
    "4.1.1, _sd_alg by another name": (token({"_sd": sd(NAME), "_sd_alg": "sha256"}, NAME), MalformedCredential),
    "4.1.1, a truncated hash": (token({"_sd_alg": "sha-256-128"}), MalformedCredential),
    "4.1.1, md5": (token({"_sd_alg": "md5"}), MalformedCredential),
    "4.1.1, an unknown hash": (token({"_sd_alg": "sha3-256"}), MalformedCredential),
    "4.1.1, _sd_alg null": (token({"_sd_alg": None}), MalformedCredential),
    "4.1.1, _sd_alg a list": (token({"_sd_alg": ["sha-256"]}), MalformedCredential),
    "4.1.1, hashed with another function": (token({"_sd": sd(NAME), "_sd_alg": "sha-512"}, NAME), MalformedCredential),
    "4.2.1, a salt that is a number": (token({"_sd": sd(x := disclosure(1, "x", 1))}, x), MalformedCredential),
    "4.2.1, a salt that is null": (token({"_sd": sd(x := disclosure(None, "x", 1))}, x), MalformedCredential),
    "4.2.1, a name that is a number": (token({"_sd": sd(x := disclosure("s", 1, 1))}, x), MalformedCredential),
    "4.2.1, not JSON": (token({"_sd": sd(x := raw(b"[1,"))}, x), MalformedCredential),
    "4.2.1, not UTF-8": (token({"_sd": sd(x := raw(b'["s","x","\xff"]'))}, x), MalformedCredential),
    "4.2.1, a lone surrogate": (token({"_sd": sd(x := raw(rb'["s","x","\ud800"]'))}, x), MalformedCredential),
    "4.2.1, two members of one name": (
        token({"_sd": sd(x := raw(b'["s","x",{"a":1,"a":2}]'))}, x),
        MalformedCredential,
    ),
    "4.2.1, NaN": (token({"_sd": sd(x := raw(b'["s","x",NaN]'))}, x), MalformedCredential),
    "4.2.1, text after the array": (token({"_sd": sd(x := raw(b'["s","x",1]]'))}, x), MalformedCredential),
    "4.2.1, two arrays": (token({"_sd": sd(x := raw(b'["s","x",1],["s","y",1]'))}, x), MalformedCredential),
    "4.2.1, half an array each": (
        token({"_sd": sd(x := raw(b'["s","x"'), y := raw(b"1]"))}, x, y),
        MalformedCredential,
    ),
    "4.2.1, padded base64": (token({"_sd": sd(x := raw(b'["s","x",12]') + "=")}, x), MalformedCredential),
    "4.2.1, base64 of the other alphabet": (
        token({"_sd": sd(x := raw(b'["s","x","??>>"]').replace("_", "/").replace("-", "+"))}, x),
        MalformedCredential,
    ),
    "4.2.1, base64 with unused bits": (
        token({"_sd": sd(x := raw(b'["s","x",1 ]')[:-1] + "R")}, x),
        MalformedCredential,
    ),
    "4.2.2, a salt of an element that is a number": (
        token({"a": [element(x := disclosure(1, 2))]}, x),
        MalformedCredential,
    ),
    "4.2.4.2, ... with something beside it": (token({"a": [element(ITEM) | {"b": 1}]}, ITEM), MalformedCredential),
    "4.2.4.2, ... that is no text": (token({"a": [{"...": 1}]}), MalformedCredential),
    "4.2.4.2, ... that is a list": (token({"a": [{"...": [digest(ITEM.encode())]}]}, ITEM), MalformedCredential),
    "4.2.6, a child without its parent": (token({"_sd": sd(ADDRESS)}, STREET), MalformedCredential),
    "7.1 2.a, HS256": (with_header(token({}), alg="HS256"), InvalidToken),
    "7.1 2.a, the algorithm of another key": (with_header(token({}), alg="ES384"), InvalidToken),
    "7.1 2.a, no algorithm": (with_header(token({}), alg=None), InvalidToken),
    "7.1 2.b, signed by another key": (token({}, key="thief"), InvalidSignature),
    "7.1 2.b, not signed": (token({}).rsplit(".", 1)[0] + ".~", InvalidSignature),
    "7.1 2.b, another payload": (
        ".".join([token({}).split(".")[0], token({"a": 1}).split(".")[1], token({}).split(".")[2]]),
        InvalidSignature,
    ),
    "7.1 3.c.ii.1, an element as a member": (token({"_sd": sd(ITEM)}, ITEM), MalformedCredential),
    "7.1 3.c.ii.1, four parts": (token({"_sd": sd(x := disclosure("s", "x", 1, 2))}, x), MalformedCredential),
    "7.1 3.c.ii.1, one part": (token({"_sd": sd(x := disclosure("s"))}, x), MalformedCredential),
    "7.1 3.c.ii.1, an object": (token({"_sd": sd(x := raw(b'{"a":1}'))}, x), MalformedCredential),
    "7.1 3.c.ii.1, a text of three characters": (token({"_sd": sd(x := raw(b'"abc"'))}, x), MalformedCredential),
    "7.1 3.c.ii.1, null": (token({"_sd": sd(x := raw(b"null"))}, x), MalformedCredential),
    "7.1 3.c.ii.2, _sd": (token({"_sd": sd(x := disclosure("s", "_sd", ["x"]))}, x), MalformedCredential),
    "7.1 3.c.ii.2, ...": (token({"_sd": sd(x := disclosure("s", "...", "x"))}, x), MalformedCredential),
    "7.1 3.c.ii.2, _sd below": (token({"a": {"_sd": sd(x := disclosure("s", "_sd", []))}}, x), MalformedCredential),
    "7.1 3.c.ii.3, a name that is in the open": (token({"_sd": sd(NAME), "naam": "Max"}, NAME), MalformedCredential),
    "7.1 3.c.ii.3, a name that is in the open and empty": (
        token({"_sd": sd(NAME), "naam": {}}, NAME),
        MalformedCredential,
    ),
    "7.1 3.c.ii.3, a name whose contents are hidden": (
        token({"_sd": sd(NAME), "naam": {"_sd": sd("x")}}, NAME),
        MalformedCredential,
    ),
    "7.1 3.c.ii.3, two disclosures of one name": (token({"_sd": sd(NAME, OTHER)}, NAME, OTHER), MalformedCredential),
    "7.1 3.c.iii.1, a member as an element": (token({"a": [element(NAME)]}, NAME), MalformedCredential),
    "7.1 3.c.iii.1, one part": (token({"a": [element(x := disclosure("s"))]}, x), MalformedCredential),
    "7.1 4, a digest twice in one object": (token({"_sd": sd(NAME, NAME)}, NAME), MalformedCredential),
    "7.1 4, a decoy twice": (token({"_sd": sd("x", "x")}), MalformedCredential),
    "7.1 4, a digest in two objects": (token({"_sd": sd(NAME), "a": {"_sd": sd(NAME)}}, NAME), MalformedCredential),
    "7.1 4, a digest in an object and an array": (token({"_sd": sd("x"), "a": [element("x")]}), MalformedCredential),
    "7.1 4, a digest twice in an array": (token({"a": [element(ITEM), element(ITEM)]}, ITEM), MalformedCredential),
    "7.1 4, a digest again in a disclosure": (
        token({"_sd": sd(ADDRESS, STREET)}, ADDRESS, STREET),
        MalformedCredential,
    ),
    "7.1 5, an unreferenced disclosure": (token({}, NAME), MalformedCredential),
    "7.1 5, one unreferenced among others": (token({"_sd": sd(STREET)}, STREET, NAME), MalformedCredential),
    "7.1 5, the same disclosure twice": (token({"_sd": sd(NAME)}, NAME, NAME), MalformedCredential),
    "7.1 6 and 9.7, exp": (token({"_sd": sd(x := disclosure("s", "exp", 1))}, x), MalformedCredential),
    "7.1 6 and 9.7, nbf": (token({"_sd": sd(x := disclosure("s", "nbf", 1))}, x), MalformedCredential),
    "7.1 6 and 9.7, aud": (token({"_sd": sd(x := disclosure("s", "aud", "x"))}, x), MalformedCredential),
    "7.1 6 and 9.7, status": (token({"_sd": sd(x := disclosure("s", "status", {}))}, x), MalformedCredential),
    "7.1 6 and 9.7, cnf": (token({"_sd": sd(x := disclosure("s", "cnf", {}))}, x), MalformedCredential),
    "7.1 6 and 9.7, iss": (
        token({"iss": "absent", "_sd": sd(x := disclosure("s", "iss", "x"))}, x),
        MalformedCredential,
    ),
    "7.1 6 and 9.7, vct": (
        token({"vct": "absent", "_sd": sd(x := disclosure("s", "vct", "x"))}, x),
        MalformedCredential,
    ),
    "7.1 6 and 9.7, within status": (
        token({"status": {"_sd": sd(x := disclosure("s", "status_list", {"idx": 1, "uri": "u"}))}}, x),
        MalformedCredential,
    ),
    "7.1 6 and 9.7, within cnf": (token({"cnf": {"_sd": sd("x")}}), MalformedCredential),
    "7.1 6 and 9.7, within an array": (token({"aud": [element(ITEM)]}, ITEM), MalformedCredential),
    "9.11, another type": (token({}, header={"typ": "JWT"}), InvalidToken),
    "9.11, no type": (token({}, header={"typ": None}), InvalidToken),
    "9.11, a status list": (token({}, header={"typ": "statuslist+jwt"}), InvalidToken),
    "9.11, a holder's proof": (token({}, header={"typ": "kb+jwt"}), InvalidToken),
}


@pytest.mark.parametrize("step", TAKEN)
def test_what_rfc_9901_has_is_taken(step: str) -> None:
    compact, claims = TAKEN[step]
    assert verified(compact) == claims


@pytest.mark.parametrize("step", REFUSED)
def test_what_rfc_9901_forbids_is_refused(step: str) -> None:
    compact, error = REFUSED[step]
    with pytest.raises(error):
        verified(compact)
    with pytest.raises(BlauweKnopError):
        presented(compact)


def test_7_1_step_3e_an_object_without_what_was_hidden_is_empty_where_that_is_asked() -> None:
    parsed = UnverifiedSdJwt.parse(token({"a": {"_sd": sd("x")}, "b": [element("y")], "c": {}}), Limits(), TYPE)

    def claims(*, keep_emptied: bool) -> JsonObject:
        opened = process(
            parsed.token.payload, parsed.disclosures, Limits(), frozenset(), keep_emptied=keep_emptied
        ).payload
        return {name: value for name, value in opened.items() if name in ("a", "b", "c")}

    assert claims(keep_emptied=True) == {"a": {}, "b": [], "c": {}}
    # Where nothing is stated nothing is shown: an empty list would read as "there are none".
    assert claims(keep_emptied=False) == {"c": {}}


def test_7_1_step_3f_the_machinery_leaves_no_trace() -> None:
    text = str(verified(token({"_sd": sd(ADDRESS), "_sd_alg": "sha-256", "r": [element("x"), 1]}, ADDRESS)))
    assert "_sd" not in text
    assert "..." not in text


# Section 7.2: the holder.


@pytest.mark.parametrize("read", [FORMAT.inspect, lambda text: FORMAT.present(
    text, [], signer("holder"), audience="a", nonce="n", now=NOW
)], ids=["inspect", "present"])  # fmt: skip
def test_7_2_a_holder_refuses_an_sd_jwt_kb_from_an_issuer(read: Callable[[str], object]) -> None:
    held = bound({"_sd": sd(NAME)}, NAME)
    assert read(held)
    with pytest.raises(MalformedCredential):
        read(with_proof(held))


def test_7_2_a_holder_takes_and_shows_only_what_the_issuer_signed() -> None:
    for compact in (bound({}, NAME), bound({"_sd": sd(ADDRESS)}, STREET)):
        with pytest.raises(MalformedCredential):
            FORMAT.inspect(compact)


def test_7_2_step_2_a_child_is_never_shown_without_its_parent() -> None:
    held = bound({"_sd": sd(ADDRESS)}, ADDRESS, STREET)
    shown = FORMAT.present(
        held,
        [("adres", "straat")],
        signer("holder"),
        audience=fresh().audience or "",
        nonce=fresh().nonce or "",
        now=NOW,
    )
    assert shown.split("~")[1:3] == [ADDRESS, STREET]
    assert presented(shown) == {"adres": {"land": "NL", "straat": "Heuvel 1"}}


# Section 7.3: the verifier.

HELD = bound({"_sd": sd(NAME)}, NAME)
BINDING: dict[str, tuple[str, type[BlauweKnopError]]] = {
    "7.3 2, none where one is required": (HELD, HolderBindingMissing),
    "7.3 2, cut off": (with_proof(HELD)[: len(HELD)], HolderBindingMissing),
    "7.3 5.a, bound to nobody": (with_proof(token({"_sd": sd(NAME)}, NAME)), HolderBindingMissing),
    "7.3 5.a, bound in a way that we do not know": (with_proof(token({"cnf": {"x5t#S256": "x"}})), MalformedCredential),
    "7.3 5.b, none": (HELD + with_header(with_proof(HELD)[len(HELD) :], alg="none"), HolderBindingFailed),
    "7.3 5.b, HS256": (HELD + with_header(with_proof(HELD)[len(HELD) :], alg="HS256"), HolderBindingFailed),
    "7.3 5.c, by another key": (with_proof(HELD, key="thief"), HolderBindingFailed),
    "7.3 5.c, by the issuer's key": (with_proof(HELD, key="issuer"), HolderBindingFailed),
    "7.3 5.c, not signed": (with_proof(HELD).rsplit(".", 1)[0] + ".", HolderBindingFailed),
    "7.3 5.d, typ JWT": (with_proof(HELD, typ="JWT"), HolderBindingFailed),
    "7.3 5.d, typ of a credential": (with_proof(HELD, typ=TYPE), HolderBindingFailed),
    "7.3 5.d, typ in capitals": (with_proof(HELD, typ="KB+JWT"), HolderBindingFailed),
    "7.3 5.e, no iat": (with_proof(HELD, iat=None), HolderBindingFailed),
    "7.3 5.e, iat as text": (with_proof(HELD, iat="1795435200"), HolderBindingFailed),
    "7.3 5.e, two days ago": (
        with_proof(HELD, iat=int((NOW - timedelta(days=2)).timestamp())),
        StaleHolderProof,
    ),
    "7.3 5.e, to come": (with_proof(HELD, iat=int((NOW + timedelta(minutes=2)).timestamp())), StaleHolderProof),
    "7.3 5.f, another nonce": (with_proof(HELD, nonce="other"), WrongNonce),
    "7.3 5.f, no nonce": (with_proof(HELD, nonce=None), WrongNonce),
    "7.3 5.f, a nonce in a list": (with_proof(HELD, nonce=[fresh().nonce]), WrongNonce),
    "7.3 5.f, for somebody else": (with_proof(HELD, aud="https://elsewhere.example"), WrongAudience),
    "7.3 5.f, for nobody": (with_proof(HELD, aud=None), WrongAudience),
    "7.3 5.f and 4.3, for several": (with_proof(HELD, aud=[fresh().audience]), WrongAudience),
    "7.3 5.g, no sd_hash": (with_proof(HELD, sd_hash=None), HolderBindingFailed),
    "7.3 5.g, without the last tilde": (with_proof(HELD, sd_hash=digest(HELD[:-1].encode())), HolderBindingFailed),
    "7.3 5.g, of the issuer's token alone": (
        with_proof(HELD, sd_hash=digest(HELD.split("~")[0].encode())),
        HolderBindingFailed,
    ),
    "7.3 5.g, of another function": (
        with_proof(HELD, sd_hash=digest(HELD.encode(), "sha-512")),
        HolderBindingFailed,
    ),
    "7.3 5.g, a disclosure taken away": (HELD.split("~")[0] + "~" + with_proof(HELD)[len(HELD) :], HolderBindingFailed),
    "7.3 5.h, expired": (
        with_proof(HELD, exp=int((NOW - timedelta(minutes=3)).timestamp())),
        StaleHolderProof,
    ),
    "9.5, of another presentation": (HELD + with_proof(bound())[len(bound()) :], HolderBindingFailed),
}


def test_7_3_a_presentation_as_it_must_be_is_taken() -> None:
    assert presented(with_proof(HELD)) == {"naam": "Zoë"}


@pytest.mark.parametrize("step", BINDING)
def test_what_section_7_3_forbids_is_refused(step: str) -> None:
    compact, error = BINDING[step]
    with pytest.raises(error):
        presented(compact)


def test_7_3_step_1_whether_a_proof_is_needed_is_never_read_from_what_was_sent() -> None:
    assert verified(HELD) == {"naam": "Zoë"}
    with pytest.raises(HolderBindingMissing):
        verified(with_proof(HELD))
    with pytest.raises(HolderBindingMissing):
        presented(HELD)


@pytest.mark.parametrize("name", ["sha-384", "sha-512"])
def test_4_3_1_sd_hash_is_of_the_function_of_the_digests(name: str) -> None:
    held = bound({"_sd": sd(NAME, hash_name=name), "_sd_alg": name}, NAME)
    assert presented(with_proof(held, sd_hash=digest(held.encode(), name))) == {"naam": "Zoë"}
    with pytest.raises(HolderBindingFailed):
        presented(with_proof(held))
    expected = fresh()
    made = FORMAT.present(
        held, None, signer("holder"), audience=expected.audience or "", nonce=expected.nonce or "", now=NOW
    )
    assert FORMAT.verify(made, expected, RESOLVER).claims == {"naam": "Zoë"}
