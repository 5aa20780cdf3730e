"""The one table from the issuer's errors to what the outside sees: OAuth and OpenID codes, problem documents, pages.

Errors of `credentials.openid` know their own form on the wire; the classes here are the issuer's own.
"""

from typing import Final

from credentials.debts.errors import InvalidBsn, InvalidCustomerNumber, InvalidNotice, SourceError
from credentials.openid.errors import OAuthError
from issuer.domain import errors
from service.errors import AssuranceTooLow, LoginCancelled, LoginRefused, LoginUnavailable
from service.problems import Heard, Problem, ProblemMap

_AGAIN: Final = "Ga terug naar uw wallet en begin opnieuw."

PROBLEMS: Final[dict[type[Exception], Problem]] = {
    errors.SourceUnavailable: Problem(
        status=503,
        title="Wij kunnen uw gegevens nu niet ophalen",
        advice="Dit ligt aan ons. Probeer het later nog eens. Wij laten liever niets zien dan iets dat niet klopt.",
        code="temporarily_unavailable",
        headers={"Retry-After": "60"},
    ),
    # Told at the terminal; no request leads to it.
    errors.ImportOvertaken: Problem(status=409, title="Iemand anders leest nu ook gegevens in"),
    errors.BadSourceData: Problem(status=503, title="Wij kunnen uw gegevens nu niet ophalen", code="server_error"),
    SourceError: Problem(status=503, title="Wij kunnen uw gegevens nu niet ophalen", code="server_error"),
    # Told at the terminal; no request leads to it.
    errors.KeyStepRefused: Problem(status=409, title="Deze stap kan nu niet"),
    errors.KeysUnavailable: Problem(
        status=503,
        title="Wij kunnen nu geen bewijzen geven",
        advice="Dit ligt aan ons. Probeer het later nog eens.",
        code="temporarily_unavailable",
        headers={"Retry-After": "60"},
    ),
    errors.CertificateTooShort: Problem(
        status=503,
        title="Wij kunnen nu geen bewijzen geven",
        advice="Dit ligt aan ons. Probeer het later nog eens.",
        code="temporarily_unavailable",
        headers={"Retry-After": "3600"},
    ),
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
    errors.TooManyNotices: Problem(
        status=409,
        title="Er staan al zoveel meldingen als er in een overzicht passen: beëindig er eerst een",
    ),
    errors.NoticeNotFound: Problem(status=404, title="Deze melding is er niet, of is al beëindigd"),
    InvalidNotice: Problem(status=400, title="Deze melding klopt niet", show_detail=True),
    LoginCancelled: Problem(
        status=403, title="U bent niet ingelogd", advice="U bent gestopt met inloggen. U kunt het opnieuw proberen."
    ),
    AssuranceTooLow: Problem(
        status=403,
        title="U moet sterker inloggen",
        advice="Voor deze gegevens is DigiD met extra controle nodig. Log in met de DigiD-app en doe de ID-check.",
    ),
    errors.NotAnOperator: Problem(
        status=403,
        title="U hebt hier geen rol",
        advice="U bent ingelogd, maar u hebt geen toegang tot het beheer. Vraag uw functioneel beheerder om een rol.",
    ),
    errors.NoBsn: Problem(
        status=403,
        title="Wij kunnen niet zien wie u bent",
        advice="Bij het inloggen kregen wij geen geldig burgerservicenummer. Dit ligt niet aan u. Neem contact met ons "
        "op.",
    ),
    errors.BsnNotAllowed: Problem(
        status=403,
        title="Het inloggen is niet gelukt",
        advice="Bij het inloggen kregen wij een burgerservicenummer. Dat mogen wij niet gebruiken, en wij hebben het "
        "niet bewaard. Dit ligt niet aan u. Neem contact met ons op.",
    ),
    errors.WeakCustomerLogin: Problem(
        status=403,
        title="U moet sterker inloggen",
        advice="Voor deze gegevens is inloggen met een extra controle nodig. Log opnieuw in, en kies daar voor.",
    ),
    errors.NoCustomer: Problem(
        status=403,
        title="Wij kunnen niet zien welke klant u bent",
        advice="Bij het inloggen kregen wij geen geldig klantnummer. Dit ligt niet aan u. Neem contact met ons op.",
    ),
    errors.RepresentationRefused: Problem(
        status=403,
        title="U kunt hier niet inloggen namens iemand anders",
        advice="U logde in met een machtiging, of als wettelijk vertegenwoordiger. Dat kan op deze website niet. Wilt "
        "u uw eigen schulden zien? Log dan opnieuw in, voor uzelf. Regelt u het geld van iemand anders? Neem dan "
        "contact met ons op.",
    ),
    errors.ActsForAnother: Problem(
        status=403,
        title="Dit kan alleen de persoon zelf",
        advice="U kijkt namens iemand anders. Wat u vroeg, is voor de persoon zelf. U kunt wel het overzicht bekijken "
        "en downloaden.",
        code="access_denied",
    ),
    errors.WalletLoginOver: Problem(
        status=403,
        title="De tijd is voorbij",
        advice="Dit is bedoeld om uw gegevens veilig te houden. Begin opnieuw bij het inloggen.",
    ),
    errors.OtherBrowser: Problem(
        status=403,
        title="Dit is niet de browser waarin u begon",
        advice="Uw wallet opende een andere browser dan die waarin u op inloggen drukte. Begin opnieuw, in de browser "
        "die uw wallet gebruikt. Vroeg iemand anders u om uw wallet te gebruiken? Stop dan: misschien wil die persoon "
        "inloggen als u. Er is niets gebeurd.",
    ),
    errors.NoSuchPresentationRequest: Problem(
        status=404,
        title="Dit verzoek is er niet meer",
        advice="Ga terug naar de website en begin opnieuw bij het inloggen.",
        code="invalid_request",
    ),
    errors.PidRefused: Problem(status=400, title="Dit antwoord nemen wij niet aan", code="invalid_request"),
    LoginRefused: Problem(status=403, title="Het inloggen is niet gelukt", advice="Begin opnieuw bij het inloggen."),
    LoginUnavailable: Problem(
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
    InvalidCustomerNumber: Problem(status=400, title="Dit is geen klantnummer"),
    # For the screens: on protocol routes these speak for themselves.
    OAuthError: Problem(status=400, title="Er klopt iets niet aan dit verzoek", advice=_AGAIN),
}


def problem_map(heard: Heard | None = None) -> ProblemMap:
    """Return the table; `heard` is told of what goes wrong."""
    return ProblemMap(PROBLEMS, heard=heard)
