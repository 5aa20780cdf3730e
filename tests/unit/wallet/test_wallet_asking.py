"""How the wallet asks leave for cards, by what the agency's metadata say; and what an agency's error means."""

import pytest

from credentials.encoding import JsonObject
from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.issuer_metadata import CredentialConfiguration, IssuerMetadata
from wallet_api.clients.asking import what_to_ask
from wallet_api.clients.issuer_metadata import kind_of
from wallet_api.domain import errors
from wallet_api.domain.errors import IssuerRefused, RequestNotUnderstood
from wallet_api.domain.issuance import ANY_CREDENTIAL, CASE
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


def a_configuration(format: str, types: list[str], algorithms: tuple[str, ...] = ("ES256",)) -> CredentialConfiguration:
    described: JsonObject = {"format": format, "credential_definition": {"type": list(types)}}
    return CredentialConfiguration("x", described, proof_algorithms=algorithms)


@pytest.mark.parametrize("format", ["ldp_vc", "vc+jwt", "vc+sd-jwt", "jwt_vc_json"])
def test_a_configuration_that_says_no_more_than_that_it_is_a_credential_is_one(format: str) -> None:
    kind = kind_of(a_configuration(format, ["VerifiableCredential"]))
    assert kind is not None
    assert (kind.type, kind.kept_here) == (ANY_CREDENTIAL, True)
    own = kind_of(a_configuration(format, ["VerifiableCredential", "FinancieleZaak"]))
    assert own is not None
    assert own.type == CASE


def test_a_configuration_without_any_type_or_for_keys_that_we_do_not_have_is_no_kind() -> None:
    assert kind_of(a_configuration("ldp_vc", [])) is None
    assert kind_of(a_configuration("ldp_vc", ["VerifiableCredential"], ("RS256",))) is None
