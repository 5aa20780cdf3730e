"""What creditors would get of an amount: the figures of a known case, and rules that hold for any."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.debt_builders import agency, demo_document
from verifier.domain.distribution import Claim, Distribution, Place, distribute

FIRST, ORDINARY, OUTSIDE = Place.PREFERENTIAL, Place.ORDINARY, Place.OUTSIDE


def cents(of: Distribution) -> list[int | None]:
    return [share.cents for share in of.shares]


def test_samira_as_domain_says() -> None:
    found = distribute(90000, [Claim(100270, FIRST), Claim(199610, ORDINARY)])
    assert (found.preferential, found.ordinary, found.left) == (45105, 44895, 0)
    assert round(float(found.preferential_rate) * 100, 2) == 44.98
    assert round(float(found.ordinary_rate) * 100, 2) == 22.49


def test_samiras_own_debts_add_up_to_the_same() -> None:
    balances = {
        key: case.balance
        for key in ("belastingdienst", "cak", "cjib", "duo", "tilburg", "toeslagen")
        for case in demo_document(key, "samira").cases_at(agency(key))
    }
    claims = [Claim(cents, FIRST if key == "belastingdienst" else ORDINARY) for key, cents in balances.items()]
    found = distribute(90000, claims)
    assert found.preferential == 45105
    assert sum(share.cents or 0 for share in found.shares) == 90000


def test_who_is_left_out_gets_nothing_and_takes_nothing() -> None:
    assert cents(distribute(100, [Claim(100, OUTSIDE), Claim(200, ORDINARY)])) == [None, 100]
    assert distribute(100, [Claim(100, OUTSIDE)]).left == 100
    assert distribute(100, []).left == 100


def test_nobody_gets_more_than_is_owed() -> None:
    # Twice the rate would be 120 %: the first gets all, the others what is left.
    assert cents(distribute(180, [Claim(100, FIRST), Claim(100, ORDINARY)])) == [100, 80]
    found = distribute(500, [Claim(100, FIRST), Claim(100, ORDINARY)])
    assert (cents(found), found.left, found.ordinary_rate) == ([100, 100], 300, Fraction(1))


def test_left_over_cents_go_to_the_largest_parts_cut_off() -> None:
    assert cents(distribute(100, [Claim(100, ORDINARY), Claim(100, ORDINARY), Claim(100, ORDINARY)])) == [34, 33, 33]
    assert cents(distribute(10, [Claim(1, ORDINARY), Claim(99, ORDINARY)])) == [0, 10]
    # Equal parts: the larger claim first.
    assert cents(distribute(1, [Claim(1, ORDINARY), Claim(1, ORDINARY), Claim(2, ORDINARY)])) == [0, 0, 1]


CLAIMS = st.lists(st.builds(Claim, st.integers(1, 10**9), st.sampled_from(Place)), max_size=8)


@given(st.integers(0, 10**10), CLAIMS)
def test_the_shares_add_up_and_stay_within_what_is_owed(amount: int, claims: list[Claim]) -> None:
    found = distribute(amount, claims)
    given_ = [(share.cents, share.claim) for share in found.shares if share.cents is not None]
    assert sum(cents for cents, _ in given_) + found.left == amount
    assert found.preferential + found.ordinary + found.left == amount
    for cents_, claim in given_:
        assert 0 <= cents_ <= claim.balance
    if found.left:
        assert all(cents_ == claim.balance for cents_, claim in given_)


@given(st.integers(0, 10**10), CLAIMS)
def test_the_double_rate_is_kept_to_half_a_cent(amount: int, claims: list[Claim]) -> None:
    found = distribute(amount, claims)
    first = sum(claim.balance for claim in claims if claim.place is FIRST)
    others = sum(claim.balance for claim in claims if claim.place is ORDINARY)
    if not first or not others or 2 * amount >= 2 * first + others:
        return
    exact = Fraction(2 * first * amount, 2 * first + others)
    assert abs(found.preferential - exact) <= Fraction(1, 2)
