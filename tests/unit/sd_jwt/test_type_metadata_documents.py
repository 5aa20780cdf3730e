"""Type metadata documents (SD-JWT VC sections 5 and 6): reading, integrity, extending, retrieving."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE, type_metadata
from credentials.debts.types.build import REGISTERED
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput, Unavailable
from credentials.formats.sd_jwt.type_metadata import (
    ClaimDisplay,
    IntegrityMismatch,
    MalformedTypeMetadata,
    SelectiveDisclosure,
    TypeMetadata,
    TypeMetadataSource,
    TypeMetadataUnavailable,
    best,
    check_integrity,
    extended,
    integrity_of,
)
from tests.unit.formats.format_samples import NOW, VECTORS

EXAMPLE: JsonObject = json.loads((VECTORS / "sd-jwt-vc" / "type-metadata.json").read_text())
VCT = "https://types.example/kaart/2"
PARENT = "https://types.example/kaart/1"


def parsed(**members: Any) -> TypeMetadata:
    return TypeMetadata.parse({"vct": VCT, **members})


def claim(*path: object, **members: Any) -> JsonObject:
    return {"path": list(path), **members}  # type: ignore[list-item]


def test_the_example_of_the_specification_is_read() -> None:
    read = TypeMetadata.parse(json.dumps(EXAMPLE).encode())
    assert read.vct == "https://betelgeuse.example.com/education_credential/v42"
    assert read.extends == "https://galaxy.example.com/galactic-education-credential/v2"
    assert [claim.path for claim in read.claims][4:6] == [("degrees", None), ("degrees", None, "field_of_study")]
    assert [claim.sd for claim in read.claims].count(SelectiveDisclosure.NEVER) == 2
    assert read.claims[0].mandatory is True
    assert read.display is not None
    german = best(read.display, ["de-AT"])
    assert german is not None
    assert german.name == "Betelgeuse-Bildungsnachweis"
    assert german.rendering is not None
    assert german.rendering.logo is not None
    assert german.rendering.logo.alt_text == "Logo des Betelgeusischen Bildungsministeriums"
    assert german.rendering.svg_templates[0].contrast == "high"


@pytest.mark.parametrize("type_", [OVERVIEW_TYPE, CASE_TYPE])
def test_what_we_publish_is_type_metadata(type_: str) -> None:
    source = TypeMetadataSource(FixedClock(NOW), bundled={type_: type_metadata(type_)})
    effective = source.effective(type_, integrity_of(type_metadata(type_)))
    assert effective.vct == type_
    # All but the registered claims have a name.
    assert all(best(claim.display, ["nl-NL"]) for claim in effective.claims if claim.display)
    assert sum(not claim.display for claim in effective.claims) == len(REGISTERED)
    assert effective.display[0].locale == "nl-NL"
    with pytest.raises(IntegrityMismatch):
        source.effective(type_, integrity_of(b"something else"))


def test_5_2_what_is_not_understood_is_left_alone() -> None:
    read = parsed(schema={}, claims=[claim("a", colour="red")], display=[{"locale": "nl", "name": "K", "x": 1}])
    assert read.claims[0].path == ("a",)
    assert parsed(display=[{"locale": "nl", "name": "K", "rendering": {"hologram": 1}}]).display


@pytest.mark.parametrize(
    "members",
    [
        {"vct": None},
        {"vct": 5},
        {"vct": ""},
        {"name": 5},
        {"description": []},
        {"extends": 5},
        {"extends#integrity": "sha256-x"},
        {"extends": PARENT, "extends#integrity": 5},
        {"display": {}},
        {"display": ["x"]},
        {"display": [{"locale": "nl"}]},
        {"display": [{"name": "K"}]},
        {"display": [{"lang": "nl", "name": "K"}]},
        {"display": [{"locale": "nl_NL", "name": "K"}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": []}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"simple": []}}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"simple": {"logo": {}}}}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"simple": {"logo": {"uri": "http://a.example/l"}}}}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"simple": {"logo": {"uri": "javascript:x"}}}}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"simple": {"text_color": "red;x:y"}}}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"simple": {"text_color": "url(x)"}}}]},
        {"display": [{"locale": "nl", "name": "K", "rendering": {"svg_templates": {}}}]},
        {
            "display": [
                {"locale": "nl", "name": "K", "rendering": {"svg_templates": [{"uri": "https://a.example"}] * 2}}
            ]
        },
        {
            "display": [
                {
                    "locale": "nl",
                    "name": "K",
                    "rendering": {"svg_templates": [{"uri": "https://a.example", "properties": {}}]},
                }
            ]
        },
        {
            "display": [
                {
                    "locale": "nl",
                    "name": "K",
                    "rendering": {
                        "svg_templates": [{"uri": "https://a.example", "properties": {"orientation": "upside down"}}]
                    },
                }
            ]
        },
        {"claims": {}},
        {"claims": ["x"]},
        {"claims": [{}]},
        {"claims": [claim()]},
        {"claims": [{"path": "a"}]},
        {"claims": [claim("a", -1)]},
        {"claims": [claim("a", True)]},
        {"claims": [claim("a", 1.0)]},
        {"claims": [claim("a", ["b"])]},
        {"claims": [claim(*["a"] * 33)]},
        {"claims": [claim("a", sd="sometimes")]},
        {"claims": [claim("a", sd=None)]},
        {"claims": [claim("a", sd=True)]},
        {"claims": [claim("a", mandatory="true")]},
        {"claims": [claim("a", mandatory=None)]},
        {"claims": [claim("a", svg_id="1a")]},
        {"claims": [claim("a", svg_id="a-b")]},
        {"claims": [claim("a", svg_id="x"), claim("b", svg_id="x")]},
        {"claims": [claim("a", sd="never"), claim("a", sd="always")]},
        {"claims": [claim("a", display=[{"locale": "nl"}])]},
        {"claims": [claim("a", display=[{"locale": "nl", "name": "A"}])]},
        {"claims": [claim("a", display={"locale": "nl", "label": "A"})]},
    ],
)
def test_5_what_breaks_the_form_is_not_used(members: JsonObject) -> None:
    with pytest.raises(MalformedTypeMetadata):
        parsed(**members)


@pytest.mark.parametrize("document", [b"", b"[]", b"nonsense", b'{"vct":"a","vct":"b"}', b'{"vct":"\xff"}', b"null"])
def test_5_what_is_no_json_object_is_not_used(document: bytes) -> None:
    with pytest.raises(MalformedTypeMetadata):
        TypeMetadata.parse(document)


def test_limits_hold() -> None:
    for document in (b'{"vct":"' + b"a" * 600_000 + b'"}', b'{"vct":"a","x":' + b"[" * 100 + b"]" * 100 + b"}"):
        with pytest.raises(LimitExceeded):
            TypeMetadata.parse(document)
    with pytest.raises(LimitExceeded):
        parsed(claims=[claim(f"a{number}") for number in range(2_001)])


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        (["en-US"], "en-US"),
        (["EN-us"], "en-US"),
        (["en-GB"], "en-US"),
        (["fr", "nl-BE"], "nl"),
        (["nl-NL"], "nl"),
        (["fr"], "de"),
        ([], "de"),
    ],
)
def test_the_language_that_fits_best_is_taken(wanted: list[str], locale: str) -> None:
    found = best([ClaimDisplay("de", "A"), ClaimDisplay("en-US", "B"), ClaimDisplay("nl", "C")], wanted)
    assert found is not None
    assert found.locale == locale
    assert best([], wanted) is None


# Section 6: integrity.

BODY = b'{"vct":"x"}'


def sri(name: str, body: bytes = BODY) -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, body).digest()).decode()}"


def test_6_a_hash_is_written_as_it_is_read() -> None:
    assert integrity_of(b"abc") == "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    check_integrity(BODY, integrity_of(BODY))


@pytest.mark.parametrize(
    "metadata",
    [
        sri("sha256"),
        sri("sha384"),
        sri("sha512"),
        f"{sri('sha256', b'other')} {sri('sha512')}",
        f"{sri('sha512', b'other')} {sri('sha512')} {sri('sha256', b'other')}",
        f"  {sri('sha256')}?ct=application/json\n",
        f"md5-abc {sri('sha256')}",
        sri("sha512").replace("+", "-").replace("/", "_"),
    ],
)
def test_6_a_document_that_was_meant_is_taken(metadata: str) -> None:
    check_integrity(BODY, metadata)
    with pytest.raises(IntegrityMismatch):
        check_integrity(BODY + b"\n", metadata)


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        " ",
        "sha256",
        "sha256-",
        "sha256-AAAA",
        "sha256-!!!!",
        sri("sha256").rstrip("="),
        sri("sha256").replace("sha256", "SHA256"),
        "md5-" + base64.b64encode(hashlib.md5(BODY).digest()).decode(),
        sri("sha1"),
        f"{sri('sha256')} {sri('sha512', b'other')}",
        f"{sri('sha256')} {sri('sha384', b'other')}",
        hashlib.sha256(BODY).hexdigest(),
        "sha256-" + base64.b64encode(hashlib.sha256(BODY).hexdigest().encode()).decode(),
        "sha256-x " * 1_000,
    ],
)
def test_6_the_strongest_hash_decides_and_an_unknown_one_proves_nothing(metadata: str) -> None:
    with pytest.raises(IntegrityMismatch):
        check_integrity(BODY, metadata)


# Section 5.4: extending.


def chain(parent: JsonObject, child: JsonObject) -> Any:
    return extended(
        [TypeMetadata.parse({"vct": VCT, "extends": PARENT} | child), TypeMetadata.parse({"vct": PARENT} | parent)]
    )


def test_5_6_5_the_example_of_extending() -> None:
    english = [{"label": "Full Name", "locale": "en"}]
    town = [{"label": "Town", "locale": "en"}]
    effective = chain(
        {"claims": [claim("name", display=english), claim("address", "city", display=english, sd="always")]},
        {"claims": [claim("address", "city", display=town), claim("nationalities")]},
    )
    assert [each.path for each in effective.claims] == [("name",), ("address", "city"), ("nationalities",)]
    assert effective.claims[1].display == (ClaimDisplay("en", "Town"),)
    assert effective.claims[1].sd is SelectiveDisclosure.ALWAYS
    assert effective.types == (VCT, PARENT)


def test_5_5_2_a_child_without_display_looks_like_its_parent() -> None:
    parent: JsonObject = {"display": [{"locale": "nl", "name": "Ouder"}]}
    assert chain(parent, {}).display[0].name == "Ouder"
    assert [each.name for each in chain(parent, {"display": [{"locale": "nl", "name": "Kind"}]}).display] == ["Kind"]
    assert chain(parent, {"display": []}).display == ()


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ({}, {"sd": "always"}),
        ({"sd": "allowed"}, {"sd": "never"}),
        ({"sd": "never"}, {"sd": "never"}),
        ({"sd": "always"}, {}),
        ({}, {"mandatory": True}),
        ({"mandatory": False}, {"mandatory": True}),
        ({"mandatory": True}, {}),
        ({"mandatory": True}, {"mandatory": True}),
    ],
)
def test_5_6_5_1_a_child_may_be_stricter(parent: JsonObject, child: JsonObject) -> None:
    (made,) = chain({"claims": [claim("a", **parent)]}, {"claims": [claim("a", **child)]}).claims
    assert made.sd == (child.get("sd") or parent.get("sd"))
    assert bool(made.mandatory) == bool(child.get("mandatory", parent.get("mandatory")))


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ({"sd": "never"}, {"sd": "allowed"}),
        ({"sd": "never"}, {"sd": "always"}),
        ({"sd": "always"}, {"sd": "allowed"}),
        ({"sd": "always"}, {"sd": "never"}),
        ({"mandatory": True}, {"mandatory": False}),
    ],
)
def test_5_6_5_1_a_child_may_not_be_laxer(parent: JsonObject, child: JsonObject) -> None:
    with pytest.raises(MalformedTypeMetadata):
        chain({"claims": [claim("a", **parent)]}, {"claims": [claim("a", **child)]})


def test_one_svg_id_for_two_claims_is_refused_across_documents_too() -> None:
    with pytest.raises(MalformedTypeMetadata):
        chain({"claims": [claim("a", svg_id="x")]}, {"claims": [claim("b", svg_id="x")]})


def test_documents_that_do_not_follow_each_other_are_refused() -> None:
    one, other = TypeMetadata.parse({"vct": "a", "extends": "b"}), TypeMetadata.parse({"vct": "c"})
    for documents in ([], [one], [one, other], [other, other]):
        with pytest.raises(MalformedTypeMetadata):
            extended(documents)


# Section 5.3: retrieving.


class Web:
    def __init__(self, **pages: Any) -> None:
        self.pages: dict[str, Any] = pages
        self.asked: list[str] = []

    def put(self, url: str, **members: Any) -> bytes:
        self.pages[url] = json.dumps({"vct": url, **members}).encode()
        return bytes(self.pages[url])

    def __call__(self, url: str, accept: str) -> bytes:
        assert accept == "application/json"
        self.asked.append(url)
        page = self.pages.get(url, Unavailable("not there"))
        if isinstance(page, BlauweKnopError | OSError):
            raise page
        return bytes(page)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def web() -> Web:
    return Web()


def test_5_3_a_type_is_fetched_with_all_that_it_extends(web: Web, clock: FixedClock) -> None:
    base = web.put("https://types.example/0", claims=[claim("a", mandatory=True)])
    web.put(PARENT, extends="https://types.example/0", **{"extends#integrity": integrity_of(base)})
    web.put(VCT, extends=PARENT)
    effective = TypeMetadataSource(clock, fetch=web).effective(VCT)
    assert effective.types == (VCT, PARENT, "https://types.example/0")
    assert effective.claims[0].mandatory
    web.put("https://types.example/0", claims=[])
    with pytest.raises(IntegrityMismatch):
        TypeMetadataSource(clock, fetch=web).effective(VCT)


def test_5_3_a_document_speaks_of_its_own_type_only(web: Web, clock: FixedClock) -> None:
    web.pages[VCT] = json.dumps({"vct": PARENT}).encode()
    with pytest.raises(MalformedTypeMetadata):
        TypeMetadataSource(clock, fetch=web).effective(VCT)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_7_5_a_circle_is_refused(web: Web, clock: FixedClock, length: int) -> None:
    names = [f"https://types.example/{number}" for number in range(length)]
    for number, name in enumerate(names):
        web.put(name, extends=names[(number + 1) % length])
    with pytest.raises(MalformedTypeMetadata, match="extends itself"):
        TypeMetadataSource(clock, fetch=web).effective(names[0])
    assert len(web.asked) == length


def test_a_chain_without_end_is_refused(clock: FixedClock) -> None:
    asked: list[str] = []

    def fetch(url: str, _accept: str) -> bytes:
        asked.append(url)
        return json.dumps({"vct": url, "extends": url + "x"}).encode()

    with pytest.raises(MalformedTypeMetadata):
        TypeMetadataSource(clock, fetch=fetch).effective(VCT)
    assert len(asked) < 12


@pytest.mark.parametrize(
    "vct", ["urn:nl:x", "http://types.example/1", "https://a.example/#x", "", "https://a.example/" + "a" * 3_000]
)
def test_what_is_no_https_address_is_never_fetched(web: Web, clock: FixedClock, vct: str) -> None:
    with pytest.raises(TypeMetadataUnavailable):
        TypeMetadataSource(clock, fetch=web).effective(vct)
    assert web.asked == []


def test_what_is_bundled_is_never_fetched_and_without_fetch_nothing_is(web: Web, clock: FixedClock) -> None:
    body = json.dumps({"vct": VCT}).encode()
    assert TypeMetadataSource(clock, fetch=web, bundled={VCT: body}).effective(VCT).vct == VCT
    assert web.asked == []
    with pytest.raises(TypeMetadataUnavailable):
        TypeMetadataSource(clock, bundled={VCT: body}).effective(PARENT)


def test_5_3_4_with_its_integrity_a_document_is_kept_for_good(web: Web, clock: FixedClock) -> None:
    body = web.put(VCT)
    source = TypeMetadataSource(clock, fetch=web)
    for _ in range(2):
        source.effective(VCT, integrity_of(body))
        clock.advance(timedelta(days=365))
    assert len(web.asked) == 1
    # Another hash is another document.
    with pytest.raises(IntegrityMismatch):
        source.effective(VCT, integrity_of(b"{}"))
    assert len(web.asked) == 2


def test_5_3_4_without_integrity_it_is_kept_for_minutes(web: Web, clock: FixedClock) -> None:
    web.put(VCT)
    source = TypeMetadataSource(clock, fetch=web)
    source.effective(VCT)
    source.effective(VCT)
    assert len(web.asked) == 1
    clock.advance(timedelta(minutes=5))
    source.effective(VCT)
    assert len(web.asked) == 2


def test_a_failure_is_remembered_for_a_minute(web: Web, clock: FixedClock) -> None:
    source = TypeMetadataSource(clock, fetch=web)
    for _ in range(3):
        with pytest.raises(TypeMetadataUnavailable):
            source.effective(VCT)
    assert len(web.asked) == 1
    web.put(VCT)
    clock.advance(timedelta(minutes=1))
    assert source.effective(VCT).vct == VCT


def test_nothing_that_a_site_answers_breaks_more_than_the_look_up(web: Web, clock: FixedClock) -> None:
    for page in (b"", b"{", b"\xff", b"[" * 100_000, b"x" * 700_000, MalformedInput("x"), TimeoutError()):
        web.pages[VCT] = page
        with pytest.raises(BlauweKnopError):
            TypeMetadataSource(clock, fetch=web).effective(VCT)


def test_the_memory_for_types_is_bounded(web: Web, clock: FixedClock) -> None:
    source = TypeMetadataSource(clock, fetch=web)
    for number in range(300):
        source.effective(json.loads(web.put(f"https://types.example/{number}"))["vct"])
        with pytest.raises(TypeMetadataUnavailable):
            source.effective(f"https://types.example/none/{number}")
    assert len(source._kept) <= 256
    assert len(source._failed) <= 256


def test_no_more_is_kept_than_there_is_room_for(web: Web, clock: FixedClock) -> None:
    source = TypeMetadataSource(clock, fetch=web)
    for number in range(20):
        web.put(url := f"https://types.example/{number}", description="x" * 500_000)
        source.effective(url)
    assert sum(len(body) for body, _ in source._kept.values()) <= 8 << 20
    assert "https://types.example/19" in {vct for vct, _ in source._kept}
