"""What is kept between calls has a bound, in number and in weight, whatever strangers send."""

from functools import partial
from typing import Final

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.formats.ldp_vc.kept import Kept

LONG: Final = "x" * 500_000
MADE: Final[list[str]] = []


def made(key: str) -> str:
    MADE.append(key)
    return key.upper()


def test_the_least_recently_used_goes_first() -> None:
    kept: Kept[str, str] = Kept(2)
    for key in ("a", "b", "a", "c", "a"):
        assert kept.get(key, partial(made, key)) == key.upper()
    assert "a" in kept
    assert "b" not in kept
    assert MADE == ["a", "b", "c"]


def test_weights_are_added_up() -> None:
    kept: Kept[str, int] = Kept(10, 6, len)
    for key in ("aaa", "bb", "cc", "dddddd", "e"):
        kept.get(key, lambda: 0)
    assert [key for key in ("aaa", "bb", "cc", "dddddd", "e") if key in kept] == ["e"]


def test_what_is_too_heavy_is_not_kept_and_drives_nothing_out() -> None:
    kept: Kept[str, int] = Kept(10, 6, len)
    for key in ("aaa", "bbbbbbb"):
        kept.get(key, lambda: 0)
    assert "aaa" in kept
    assert "bbbbbbb" not in kept


def test_large_options_are_forgotten() -> None:
    canonicaliser = Canonicaliser(ContextBundle())
    for number in range(5):
        options: JsonObject = {"@context": CREDENTIALS_V2, "type": "DataIntegrityProof", "nonce": f"{number}{LONG}"}
        assert canonicaliser.digest_of_options(options, "sha256") == canonicaliser.digest(options)
    assert sum(map(len, canonicaliser._small._values)) <= 1 << 20
