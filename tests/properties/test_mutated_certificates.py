"""A certificate with any byte changed is refused with our own error, never with the library's."""

from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import MalformedInput
from credentials.keys import SoftwareSigner
from credentials.trust.x509 import aki, check_authority, issuer_of, ski, verify_chain
from tests.unit.trust.certificates import NOW, a_leaf, an_authority

AUTHORITY = an_authority()
LEAF = a_leaf(AUTHORITY, SoftwareSigner.generate())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_byte_changed_in_a_leaf(data: st.DataObject) -> None:
    changed = mutated(data, LEAF)
    for use in (ski, aki, lambda der: issuer_of((der,))):
        try:
            use(changed)
        except MalformedInput:
            continue
    try:
        verify_chain((changed,), (AUTHORITY.der,), NOW)
    except MalformedInput:
        return
    assert changed == LEAF


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_byte_changed_in_an_authority(data: st.DataObject) -> None:
    # An anchor is trusted as it stands in the signed list, so a changed one may still fit; it may not fail otherwise.
    changed = mutated(data, AUTHORITY.der)
    for use in (check_authority, lambda der: verify_chain((LEAF,), (der,), NOW)):
        try:
            use(changed)
        except MalformedInput:
            continue


def mutated(data: st.DataObject, der: bytes) -> bytes:
    place = data.draw(st.integers(0, len(der) - 1))
    return der[:place] + data.draw(st.binary(max_size=2)) + der[place + 1 :]
