import pytest

from credentials.formats.vcdm import InvalidDocument, IssuerBinding, Problem


def test_an_issuer_controls_every_key_that_signed() -> None:
    IssuerBinding.REQUIRED.check("did:example:1", ["did:example:1", "did:example:1"])
    with pytest.raises(InvalidDocument) as caught:
        IssuerBinding.REQUIRED.check("did:example:1", ["did:example:1", "did:example:2"], "holder")
    assert (caught.value.problem, caught.value.path) == (Problem.CRYPTOGRAPHIC_SECURITY, "/holder")


def test_whoever_asks_for_it_gets_no_check() -> None:
    IssuerBinding.NOT_CHECKED.check("did:example:1", ["did:example:2"])
    IssuerBinding.REQUIRED.check(None, ["did:example:2"])
