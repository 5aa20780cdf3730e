"""How the wallet asks leave for cards, by what the agency's metadata say; and what an agency's error means."""

import pytest

from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.issuer_metadata import CredentialConfiguration, IssuerMetadata
from wallet_api.clients.asking import what_to_ask
from wallet_api.domain import errors
from wallet_api.domain.errors import IssuerRefused, RequestNotUnderstood
from wallet_api.domain.refusals import DEFERRED, refusal

AT = "https://a.example"


def metadata(**scopes: str | None) -> IssuerMetadata:
    found = {id: CredentialConfiguration(id, {"format": "dc+sd-jwt"}, scope) for id, scope in scopes.items()}
    return IssuerMetadata(AT, f"{AT}/credential", found)


def server(types: tuple[str, ...] = (), scopes: tuple[str, ...] = ()) -> AuthorizationServerMetadata:
    return AuthorizationServerMetadata(AT, f"{AT}/token", authorization_details_types=types, scopes=scopes)


DETAILS = ("openid_credential",)


@pytest.mark.parametrize(
    ("known", "at", "scope", "details"),
    [
        # A scope first, wherever there is one.
        (metadata(a="s-a", b="s-b"), server(), ("s-a", "s-b"), ()),
        (metadata(a="s-a", b="s-b"), server(DETAILS), ("s-a", "s-b"), ()),
        (metadata(a="s-a", b="s-b"), server(("payment",), ("s-a", "s-b")), ("s-a", "s-b"), ()),
        # Details for what has none.
        (metadata(a=None, b=None), server(DETAILS), (), ("a", "b")),
        (metadata(a=None, b=None), server(), (), ("a", "b")),
        (metadata(a="s-a", b=None), server(DETAILS), ("s-a",), ("b",)),
        # A scope that the server does not list, as long as there is another way.
        (metadata(a="s-a", b="s-b"), server(DETAILS, ("s-a",)), ("s-a",), ("b",)),
        (metadata(a="s-a", b="s-b"), server(("payment",), ("s-a",)), ("s-a", "s-b"), ()),
        # One scope for two; and what is not one word is none.
        (metadata(a="s", b="s"), server(), ("s",), ()),
        (metadata(a="s", b="offline_access openid"), server(), ("s",), ("b",)),
        (metadata(a="s", b=""), server(), ("s",), ("b",)),
    ],
)
def test_what_the_metadata_support_is_asked(
    known: IssuerMetadata, at: AuthorizationServerMetadata, scope: tuple[str, ...], details: tuple[str, ...]
) -> None:
    assert what_to_ask(known, at, ["a", "b"]) == (scope, details)


def test_what_can_be_asked_in_no_way_is_not_asked() -> None:
    with pytest.raises(RequestNotUnderstood):
        what_to_ask(metadata(a=None), server(("payment",)), ["a"])


def test_an_error_is_told_by_what_can_be_done_about_it() -> None:
    assert isinstance(refusal("invalid_scope"), errors.RequestNotUnderstood)
    assert isinstance(refusal("invalid_client"), errors.WalletNotKnown)
    assert isinstance(refusal("credential_request_denied"), errors.CardsRefused)
    assert isinstance(refusal("invalid_grant"), errors.PermissionOver)
    assert isinstance(refusal("server_error"), errors.IssuerBroken)
    assert isinstance(refusal("unknown", 503), errors.IssuerBroken)
    assert isinstance(refusal("temporarily_unavailable", 503), errors.IssuerBusy)
    assert isinstance(refusal(DEFERRED), errors.CardsLater)


@pytest.mark.parametrize("text", ["", "unknown", "bel nu 0900-1234", "<script>", "INVALID_SCOPE", "x" * 10_000])
def test_an_error_in_words_of_its_own_is_not_repeated(text: str) -> None:
    error = refusal(text, 400)
    assert (type(error), error.reason) == (IssuerRefused, "unknown")
    assert text not in str(error) or text in ("", "unknown")
