"""The one table from the issuer's errors to what the outside sees: OAuth and OpenID codes, problem documents, pages.

Errors of `credentials.openid` know their own form on the wire; the classes here are the issuer's own.
"""

from typing import Final

from credentials.debts.errors import InvalidBsn, SourceError
from credentials.openid.errors import OAuthError
from issuer.domain import errors
from service.problems import Problem, ProblemMap

_AGAIN: Final = "Ga terug naar uw wallet en begin opnieuw."

_PROBLEMS: Final[dict[type[Exception], Problem]] = {
    errors.SourceUnavailable: Problem(
        status=503,
        title="Wij kunnen uw gegevens nu niet ophalen",
        advice="Dit ligt aan ons. Probeer het later nog eens. Wij laten liever niets zien dan iets dat niet klopt.",
        code="temporarily_unavailable",
        headers={"Retry-After": "60"},
    ),
    errors.BadSourceData: Problem(status=503, title="Wij kunnen uw gegevens nu niet ophalen", code="server_error"),
    SourceError: Problem(status=503, title="Wij kunnen uw gegevens nu niet ophalen", code="server_error"),
    errors.OfferNotFound: Problem(
        status=404,
        title="Dit aanbod is er niet meer",
        advice="Een aanbod is maar kort geldig en kan één keer worden gebruikt. Maak een nieuw aanbod.",
    ),
    errors.InvalidGrant: Problem(status=400, title="Deze code is niet geldig", code="invalid_grant", show_detail=True),
    errors.TxCodeMissing: Problem(status=400, title="De extra code ontbreekt", code="invalid_request"),
    errors.TxCodeUnexpected: Problem(status=400, title="Er is geen extra code nodig", code="invalid_request"),
    errors.InvalidClient: Problem(
        status=400,
        title="Wij kunnen u niet naar deze app terugsturen",
        advice=_AGAIN,
        code="invalid_client",
        show_detail=True,
    ),
    errors.UnattestedWallet: Problem(
        status=400, title="Deze wallet is niet bekend", code="invalid_client", show_detail=True
    ),
    errors.UnboundToken: Problem(
        status=400, title="Deze wallet bewijst haar sleutel niet", code="invalid_dpop_proof", show_detail=True
    ),
    errors.ForbiddenByProfile: Problem(status=400, title="Dit aanbod past niet bij het profiel", show_detail=True),
    errors.InvalidScope: Problem(status=400, title="Dit bewijs geven wij niet", code="invalid_scope", show_detail=True),
    errors.UnknownConfiguration: Problem(
        status=400, title="Dit soort bewijs geven wij niet", code="unknown_credential_configuration"
    ),
    errors.ConfigurationNotGranted: Problem(
        status=400,
        title="Voor dit bewijs is geen toestemming gegeven",
        code="unknown_credential_configuration",
        show_detail=True,
    ),
    errors.UnknownIdentifier: Problem(status=400, title="Dit bewijs is er niet", code="unknown_credential_identifier"),
    errors.SeveralDatasets: Problem(
        status=400, title="Zeg welk bewijs u wilt", code="invalid_credential_request", show_detail=True
    ),
    errors.NothingToIssue: Problem(
        status=400, title="Er is niets om een bewijs van te geven", code="credential_request_denied", show_detail=True
    ),
    errors.TooManyRequests: Problem(
        status=400, title="Er zijn te veel bewijzen gevraagd", code="credential_request_denied", show_detail=True
    ),
    errors.StatusListNotFound: Problem(status=404, title="Deze statuslijst is er niet"),
    errors.NothingIssued: Problem(
        status=404, title="Er is niets uitgegeven dat hierbij past", advice="Kijk of de gegevens kloppen."
    ),
    errors.LoginCancelled: Problem(
        status=403, title="U bent niet ingelogd", advice="U bent gestopt met inloggen. U kunt het opnieuw proberen."
    ),
    errors.AssuranceTooLow: Problem(
        status=403,
        title="U moet sterker inloggen",
        advice="Voor deze gegevens is DigiD met extra controle nodig. Log in met de DigiD-app en doe de ID-check.",
    ),
    errors.LoginRefused: Problem(
        status=403, title="Het inloggen is niet gelukt", advice="Begin opnieuw bij het inloggen."
    ),
    errors.LoginUnavailable: Problem(
        status=503,
        title="Inloggen lukt nu even niet",
        advice="Probeer het over een paar minuten nog eens.",
        headers={"Retry-After": "60"},
    ),
    errors.SomebodyElse: Problem(
        status=403,
        title="Dit aanbod is voor iemand anders",
        advice="U bent ingelogd als een andere persoon dan voor wie dit aanbod is gemaakt. Log uit, en log in als "
        "degene voor wie het aanbod is.",
        code="access_denied",
    ),
    errors.AuthorisationEnded: Problem(
        status=400,
        title="Dit verzoek is verlopen",
        advice=f"Dit is bedoeld om uw gegevens veilig te houden. {_AGAIN}",
        code="invalid_request",
    ),
    InvalidBsn: Problem(status=400, title="Dit is geen burgerservicenummer"),
    # For the screens: on protocol routes these speak for themselves.
    OAuthError: Problem(status=400, title="Er klopt iets niet aan dit verzoek", advice=_AGAIN),
}


def problem_map() -> ProblemMap:
    """Return the table."""
    return ProblemMap(_PROBLEMS)
