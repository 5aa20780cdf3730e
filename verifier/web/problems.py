"""What the outside sees of each error: the one table of this party."""

from typing import Final

from credentials.openid.errors import OAuthError
from service.errors import AssuranceTooLow, LoginCancelled, LoginRefused, LoginUnavailable
from service.problems import Problem, ProblemMap
from verifier.domain.errors import (
    BadInput,
    EvidenceNotKept,
    EvidenceTooLarge,
    FileFull,
    NoMoreTime,
    NotAColleague,
    NotAllowedToAsk,
    NotAnswered,
    NotAttested,
    NotListed,
    NotSameBrowser,
    PasswordRefused,
    RefusedAnswer,
    RequestEnded,
    UnknownColleague,
    UnknownIntake,
    UnknownInvitation,
    UnknownNote,
    UnknownProof,
    UnknownRequest,
    UnknownSaidDebt,
    UnknownTemplate,
    WrongCode,
)

_ABSENT: Final = Problem(
    status=404,
    title="Dit is er niet, of het is niet van u",
    advice="Misschien klopt het adres niet, of is het dossier gesloten. Het kan ook van een collega zijn. "
    "Vraag het uw teamleider: die ziet van wie een dossier is, en kan het aan u overdragen.",
)

PROBLEMS: Final = ProblemMap(
    {
        UnknownIntake: _ABSENT,
        UnknownRequest: _ABSENT,
        UnknownSaidDebt: _ABSENT,
        UnknownNote: _ABSENT,
        UnknownInvitation: _ABSENT,
        UnknownProof: Problem(
            status=404,
            title="Dit is er niet, of het is niet van u",
            advice="Misschien klopt het adres niet, of is de tijd voorbij dat wij het bewaren.",
        ),
        UnknownColleague: Problem(status=404, title="Deze medewerker is hier niet bekend"),
        FileFull: Problem(
            status=409, title="Er past niets meer bij", advice="Voeg samen wat bij elkaar hoort, of haal iets weg."
        ),
        UnknownTemplate: Problem(status=400, title="Dit sjabloon kennen wij niet", show_detail=True),
        BadInput: Problem(status=400, title="Niet alles is goed ingevuld", show_detail=True),
        RequestEnded: Problem(
            status=400,
            title="Deze vraag is al beantwoord of verlopen",
            advice="Vraag uw schuldhulpverlener om een nieuwe QR-code.",
        ),
        NotAttested: Problem(
            status=503,
            title="Wij kunnen nu niets vragen",
            advice="De verklaring waarmee wij ons bekendmaken, is verlopen. Waarschuw de beheerder.",
        ),
        NotAllowedToAsk: Problem(
            status=403,
            title="Dit mag uw organisatie niet vragen",
            show_detail=True,
            advice="Laat wat uw organisatie mag vragen op de lijst van het stelsel bijwerken.",
        ),
        RefusedAnswer: Problem(status=400, title="Dit antwoord nemen wij niet aan"),
        WrongCode: Problem(status=400, title="Deze cijfers kloppen niet"),
        NotAnswered: Problem(
            status=409, title="Er is nog geen antwoord", advice="Wacht tot de cliënt de gegevens heeft gedeeld."
        ),
        EvidenceNotKept: Problem(
            status=409,
            title="Van dit antwoord is geen bewijsbundel te maken",
            advice="Het kwam binnen voordat wij bewaarden waarmee bewijzen zijn gecontroleerd. "
            "Controleer het antwoord opnieuw. Daarna kan het wel.",
        ),
        EvidenceTooLarge: Problem(
            status=409,
            title="Dit past niet in één bewijsbundel",
            advice="Sluit het dossier af en vraag de gegevens verdeeld over meer dossiers.",
        ),
        NotListed: Problem(
            status=503,
            title="Wij kunnen nu geen bewijsbundel maken",
            advice="Onze organisatie staat niet goed op de lijst van het stelsel. Niemand zou ons zegel geloven. "
            "Waarschuw de beheerder.",
        ),
        NoMoreTime: Problem(
            status=409, title="Meer tijd kan niet", advice="Maak een nieuwe QR-code. Dat houdt de gegevens veilig."
        ),
        PasswordRefused: Problem(status=401, title="Inloggen is niet gelukt"),
        LoginCancelled: Problem(
            status=403, title="U bent niet ingelogd", advice="U bent gestopt met inloggen. U kunt het opnieuw proberen."
        ),
        AssuranceTooLow: Problem(
            status=403,
            title="U moet sterker inloggen",
            advice="Log opnieuw in, en bevestig het met uw telefoon of een sleutel. Lukt dat niet? Vraag de beheerder.",
        ),
        NotAColleague: Problem(
            status=403,
            title="U hebt hier geen rol",
            advice="Uw account is goed, maar u mag deze dienst niet gebruiken. Vraag de beheerder om een rol.",
        ),
        LoginRefused: Problem(
            status=403, title="Het inloggen is niet gelukt", advice="Begin opnieuw bij het inloggen."
        ),
        LoginUnavailable: Problem(
            status=503,
            title="Inloggen lukt nu even niet",
            advice="De dienst waar u inlogt, antwoordt niet. Probeer het over een paar minuten opnieuw.",
        ),
        NotSameBrowser: Problem(
            status=403,
            title="Dit is niet dezelfde browser",
            advice="De vraag begon op een ander apparaat of in een andere browser. Ga daar verder. "
            "Dit is bedoeld om gegevens veilig te houden.",
        ),
        OAuthError: Problem(status=400, title="Dit antwoord nemen wij niet aan"),
    }
)
