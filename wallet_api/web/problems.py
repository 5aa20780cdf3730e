"""The one table from error class to what citizens and programs see."""

from typing import Final

from credentials.debts.errors import SourceError
from credentials.openid.dcql import InvalidChoice
from credentials.openid.errors import PeerRefused
from credentials.trust import TrustListExpired
from service.errors import AddressRefused, SealBroken
from service.problems import Problem, ProblemMap
from wallet_api.domain.errors import (
    AlreadyAnswered,
    CardRefused,
    CardsLater,
    CardsRefused,
    ChangedMeanwhile,
    CitizenDeclined,
    Expired,
    IssuerBroken,
    IssuerBusy,
    IssuerMixedUp,
    IssuerRefused,
    LastWayIn,
    NotAsShown,
    NotDelivered,
    NothingOffered,
    NothingSelected,
    NotRecognised,
    PasskeyRefused,
    PasskeysOff,
    PermissionOver,
    RequestNotUnderstood,
    RequestRefused,
    TooLargeForThem,
    TooManyAttempts,
    TooManyPapers,
    TooManyPasskeys,
    TooMuchAtOnce,
    TransactionCodeWrong,
    UnknownHost,
    UnknownPasskey,
    UnknownRequester,
    UnknownStep,
    UnknownWallet,
    UnlistedIssuer,
    UnreadablePaper,
    UnreadableWalletFile,
    WalletNotEmpty,
    WalletNotKnown,
    WeakPin,
)

_AGAIN: Final = "Probeer het opnieuw. Er is niets van u verloren."

PROBLEMS: Final = ProblemMap(
    {
        UnknownWallet: Problem(
            status=401,
            title="Dit nummer, deze pincode of deze herstelcode klopt niet",
            advice="Kijk goed na wat u hebt ingevuld.",
        ),
        TooManyAttempts: Problem(
            status=429,
            title="U hebt te vaak een verkeerde pincode of code ingevuld",
            advice="Wacht even. Probeer het daarna opnieuw.",
            headers={"Retry-After": "60"},
        ),
        UnknownPasskey: Problem(
            status=401,
            title="Bij deze passkey hoort hier geen wallet",
            advice="Open uw wallet op een andere manier.",
        ),
        PasskeyRefused: Problem(status=400, title="De passkey gaf geen goed antwoord", advice="Probeer het opnieuw."),
        PasskeysOff: Problem(
            status=409,
            title="Met passkeys kan deze wallet niet werken",
            advice="Kies een nummer met een pincode.",
        ),
        LastWayIn: Problem(
            status=409,
            title="Dit kunt u niet weghalen",
            advice="U opent er uw wallet mee. Maak eerst een andere passkey of een nummer met pincode.",
        ),
        TooManyPasskeys: Problem(status=409, title="U hebt al te veel passkeys", advice="Haal er eerst een weg."),
        WeakPin: Problem(status=400, title="Deze pincode is te makkelijk te raden", advice="Kies een andere pincode."),
        UnreadableWalletFile: Problem(
            status=400,
            title="Dit bestand gaat niet open",
            advice="Kijk of het wachtwoord klopt, en of het een bestand van een wallet is.",
        ),
        WalletNotEmpty: Problem(
            status=409,
            title="Deze wallet is niet leeg",
            advice="Maak een nieuwe wallet en zet het bestand daar terug.",
        ),
        UnknownStep: Problem(
            status=400,
            title="Deze stap kennen wij niet",
            advice="Misschien is hij al gedaan, of kwam het antwoord van een andere plek. Ga terug naar het overzicht.",
        ),
        Expired: Problem(
            status=410, title="Sorry, de tijd is voorbij", advice=f"Dit houdt uw gegevens veilig. {_AGAIN}"
        ),
        IssuerMixedUp: Problem(
            status=400,
            title="Het antwoord kwam van een andere plek",
            advice="Daarom bewaren wij het niet. Probeer het opnieuw vanuit uw wallet.",
        ),
        CitizenDeclined: Problem(status=409, title="U bent gestopt bij de organisatie", advice=_AGAIN),
        IssuerRefused: Problem(
            status=502,
            title="De organisatie gaf geen kaartjes",
            advice="Zij gaf een foutmelding die wij niet kennen. Vraag de organisatie om een nieuw aanbod.",
        ),
        WalletNotKnown: Problem(
            status=502,
            title="De organisatie kent deze wallet niet",
            advice="Dat ligt niet aan u. Meld het bij de hulp van deze wallet.",
        ),
        RequestNotUnderstood: Problem(
            status=502,
            title="De organisatie begrijpt deze wallet niet",
            advice="Zij geeft de kaartjes op een andere manier dan deze wallet ze vraagt. Dat ligt niet aan u. "
            "Meld het bij de hulp van deze wallet.",
        ),
        CardsRefused: Problem(
            status=502, title="De organisatie geeft u deze kaartjes niet", advice="Vraag de organisatie waarom."
        ),
        PermissionOver: Problem(
            status=502,
            title="Het aanbod is al gebruikt of verlopen",
            advice="Vraag de organisatie om een nieuw aanbod.",
        ),
        IssuerBroken: Problem(
            status=502,
            title="Bij de organisatie ging iets mis",
            advice="Dat ligt niet aan u. Probeer het later opnieuw.",
        ),
        IssuerBusy: Problem(
            status=502, title="De organisatie heeft het nu te druk", advice="Probeer het straks opnieuw."
        ),
        CardsLater: Problem(
            status=502,
            title="De organisatie heeft nog tijd nodig",
            advice="Uw kaartjes zijn nog niet klaar. Haal ze later opnieuw op.",
        ),
        PeerRefused: Problem(status=502, title="De organisatie gaf een foutmelding", advice=_AGAIN),
        TransactionCodeWrong: Problem(
            status=400, title="Deze code klopt niet", advice="Kijk goed na welke code u hebt gekregen."
        ),
        CardRefused: Problem(
            status=502,
            title="Dit kaartje konden wij niet bewijzen",
            advice="Daarom bewaren wij het niet. Neem contact op met de organisatie.",
        ),
        UnlistedIssuer: Problem(
            status=403,
            title="Wij kennen deze organisatie niet",
            advice="Zij staat niet op de lijst van bekende organisaties. Daarom nemen wij niets van haar aan. "
            "Twijfelt u? Bel de organisatie zelf, met een nummer dat u zelf opzoekt.",
        ),
        UnreadablePaper: Problem(
            status=400,
            title="Dit bestand kunnen wij niet lezen",
            advice="Er is niets bewaard. Kies een ander bestand.",
        ),
        TooManyPapers: Problem(
            status=400, title="U hebt al te veel bestanden van elders", advice="Gooi er eerst een weg."
        ),
        NothingOffered: Problem(
            status=409, title="Er is niets voor u om op te halen", advice="De organisatie heeft geen passende kaartjes."
        ),
        NotRecognised: Problem(
            status=400,
            title="Dit kennen wij niet",
            advice="Scan of plak een QR-code van een organisatie. Een gewone website werkt hier niet.",
        ),
        RequestRefused: Problem(
            status=403, title="Wij beantwoorden dit verzoek niet", advice="Het verzoek houdt zich niet aan de regels."
        ),
        UnknownHost: Problem(
            status=409,
            title="Wij kennen dit adres niet",
            advice="Het staat niet op de lijst van bekende organisaties. Wij hebben er nog niets opgehaald en niets "
            "verstuurd. Wilt u toch kijken wat zij vragen, zeg het dan uitdrukkelijk.",
        ),
        UnknownRequester: Problem(
            status=409,
            title="Wij kennen deze organisatie niet",
            advice="Er is niets verstuurd. Deel alleen als u zelf zeker weet wie dit is, en zeg dat uitdrukkelijk.",
        ),
        AlreadyAnswered: Problem(
            status=409, title="U hebt hier al op geantwoord", advice="Kijk bij Gedeeld wat u hebt gedeeld."
        ),
        NotDelivered: Problem(
            status=502,
            title="Het antwoord kwam niet aan",
            advice="De organisatie nam het niet aan. Vraag om een nieuw verzoek en probeer het opnieuw.",
        ),
        TooLargeForThem: Problem(
            status=502,
            title="Het antwoord was te groot",
            advice="De organisatie neemt niet zo veel in één keer aan. Er is niets aangekomen. Vraag om een nieuw "
            "verzoek en kies minder kaartjes.",
        ),
        TooMuchAtOnce: Problem(
            status=409,
            title="Dit is te veel voor één keer",
            advice="Er is niets verstuurd. Kies minder kaartjes, of vraag de organisatie om een kleinere vraag.",
        ),
        NotAsShown: Problem(
            status=409,
            title="Wat u zou delen, is net veranderd",
            advice="Er is niets verstuurd. Kijk opnieuw wat u deelt. Beslis daarna.",
        ),
        NothingSelected: Problem(
            status=400,
            title="U hebt niets gekozen om te delen",
            advice="Kies minstens één kaartje, of kies Niet delen.",
        ),
        InvalidChoice: Problem(
            status=400,
            title="Met deze keuze is het antwoord niet compleet",
            advice="Kies wat de organisatie nodig heeft, of kies Niet delen.",
        ),
        ChangedMeanwhile: Problem(
            status=409, title="Dit is net in een ander venster veranderd", advice="Ververs de pagina."
        ),
        AddressRefused: Problem(
            status=403, title="Dit adres is niet veilig", advice="Wij halen daar niets op. Vertrouw deze QR-code niet."
        ),
        SealBroken: Problem(status=500, title="Wij kunnen dit niet openen", advice="Open uw wallet opnieuw."),
        TrustListExpired: Problem(
            status=503,
            title="Wij kunnen nu niet nakijken wie echt is",
            advice="De lijst van bekende organisaties is niet bereikbaar. Probeer het later opnieuw.",
            headers={"Retry-After": "60"},
        ),
        SourceError: Problem(status=502, title="De organisatie gaf een antwoord dat wij niet begrijpen", advice=_AGAIN),
    }
)
