"""Whatever is changed in a presentation, it is never proven by it and never an accident."""

import json
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue
from tests.unit.verification.scheme import Scheme

SCHEME: Final = Scheme()
SD_JWT: Final = str(SCHEME.shown("dc+sd-jwt"))
LDP: Final = json.dumps(SCHEME.shown("ldp_vc"))
TOKEN_LIST: Final = SCHEME.web["https://cjib.example/status/token"]

scalars = st.none() | st.booleans() | st.integers(-10, 1 << 70) | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SD_JWT) - 1), st.sampled_from([*"AZaz09-_.~= {\x00é", ""]))
def test_a_character_changed_in_an_sd_jwt(place: int, character: str) -> None:
    changed = SD_JWT[:place] + character + SD_JWT[place + 1 :]
    report = SCHEME.examine(changed)
    assert report.proven == (changed == SD_JWT)
    json.dumps(report.to_dict())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all(text: str) -> None:
    for presented in (text, text + "~", f"{text}.{text}.{text}~"):
        assert not SCHEME.examine(presented).proven


def places(value: JsonValue, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in members:
        found.extend(places(inner, (*path, name)))
    return found


PLACES: Final = places(json.loads(LDP))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), values, st.booleans())
def test_a_member_changed_in_a_json_ld_presentation(path: tuple[str | int, ...], value: JsonValue, drop: bool) -> None:
    original: JsonObject = json.loads(LDP)
    changed = json.loads(LDP)
    parent = changed
    for name in path[:-1]:
        parent = parent[name]
    if drop:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    report = SCHEME.examine(changed)
    assert not report.proven or means_the_same(path, value, drop=drop) or changed == original
    json.dumps(report.to_dict())


def means_the_same(path: tuple[str | int, ...], value: JsonValue, *, drop: bool) -> bool:
    """Say whether the graph is unchanged: what JSON-LD lets be left out, or be written as a list of one."""
    del value
    return drop and path[-1] == "holder"


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(TOKEN_LIST) - 1), st.sampled_from([b"A", b"_", b".", b"", b"\xff"]))
def test_a_byte_changed_in_a_status_list(place: int, byte: bytes) -> None:
    changed = TOKEN_LIST[:place] + byte + TOKEN_LIST[place + 1 :]
    scheme = SCHEME
    scheme.web["https://cjib.example/status/token"] = changed
    try:
        assert scheme.examine(SD_JWT).proven == (changed == TOKEN_LIST)
    finally:
        scheme.web["https://cjib.example/status/token"] = TOKEN_LIST
