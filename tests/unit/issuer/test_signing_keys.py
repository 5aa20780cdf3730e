"""The life of a signing key: which steps there are, and that each leaves one key that signs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.keys import SoftwareSigner
from issuer.domain.errors import KeyStepRefused
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import MAX_PUBLISHED, ActiveKey, KeyRing, MadeKey, Stage, algorithm_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_key(name: str, purpose: Purpose = Purpose.SIGNER) -> MadeKey:
    return MadeKey(name, purpose, SoftwareSigner.generate(algorithm_of(purpose)).public_jwk, NOW)


def a_ring(purpose: Purpose = Purpose.SIGNER) -> KeyRing:
    return KeyRing(ActiveKey(a_key(purpose.value, purpose), NOW))


def stages(ring: KeyRing) -> list[tuple[str, str]]:
    return [(stage.value, key.name) for stage, key in ring.staged()]


def test_a_key_goes_from_next_to_active_to_verify_only_to_retired() -> None:
    ring = a_ring().prepare(a_key("signer-2"))
    assert stages(ring) == [("active", "signer"), ("next", "signer-2")]
    ring = ring.activate(NOW + DAY)
    assert stages(ring) == [("active", "signer-2"), ("verify-only", "signer")]
    assert ring.verify_only[0].needed_until(90 * DAY) == NOW + 91 * DAY
    ring = ring.retire("signer", NOW + 91 * DAY)
    assert stages(ring) == [("active", "signer-2"), ("retired", "signer")]


def test_others_know_all_keys_but_the_retired_ones() -> None:
    ring = a_ring().prepare(a_key("signer-2")).activate(NOW).prepare(a_key("signer-3"))
    assert [key.name for key in ring.published] == ["signer-2", "signer-3", "signer"]
    assert [key.name for key in ring.retire("signer", NOW).published] == ["signer-2", "signer-3"]


def test_a_next_key_that_never_signed_can_be_retired() -> None:
    ring = a_ring().prepare(a_key("signer-2")).retire("signer-2", NOW)
    assert stages(ring) == [("active", "signer"), ("retired", "signer-2")]


def test_a_name_is_never_given_twice() -> None:
    ring = a_ring()
    given = []
    for _ in range(4):
        given.append(ring.fresh_name)
        ring = ring.prepare(a_key(ring.fresh_name)).retire(given[-1], NOW)
    assert given == ["signer-2", "signer-3", "signer-4", "signer-5"]


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (lambda ring: ring.activate(NOW), "no next key"),
        (lambda ring: ring.retire("signer", NOW), "is the active key"),
        (lambda ring: ring.retire("signer-9", NOW), "no such key"),
        (lambda ring: ring.prepare(a_key("signer-2")).prepare(a_key("signer-3")), "the next key already"),
        (lambda ring: ring.prepare(a_key("signer-2")).retire("signer-2", NOW).retire("signer-2", NOW), "retired"),
    ],
)
def test_a_step_that_is_not_in_this_life_is_refused(step: Any, why: str) -> None:
    with pytest.raises(KeyStepRefused, match=why):
        step(a_ring())


def test_no_more_keys_are_known_than_fit_the_trust_list() -> None:
    ring = a_ring()
    for _ in range(MAX_PUBLISHED - 1):
        ring = ring.prepare(a_key(ring.fresh_name)).activate(NOW)
    with pytest.raises(KeyStepRefused, match="are known"):
        ring.prepare(a_key(ring.fresh_name))


def test_the_first_time_that_a_key_was_seen_on_the_trust_list_counts_unless_it_went_away() -> None:
    ring = a_ring().prepare(a_key("signer-2"))
    listed = ring.with_listing(NOW, listed=True).with_listing(NOW + DAY, listed=True)
    assert listed.next is not None
    assert listed.next.listed_at == NOW
    gone = listed.with_listing(NOW + DAY, listed=False).with_listing(NOW + 2 * DAY, listed=True)
    assert gone.next is not None
    assert gone.next.listed_at == NOW + 2 * DAY
    assert a_ring().with_listing(NOW, listed=True).next is None


def test_every_stage_has_its_word() -> None:
    assert {each.value for each in Stage} == {"next", "active", "verify-only", "retired"}
