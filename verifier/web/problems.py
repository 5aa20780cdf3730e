"""What the outside sees of each error: the one table of this party."""

from typing import Final

from credentials.openid.errors import OAuthError
from service.problems import Problem, ProblemMap
from verifier.domain.errors import (
    BadInput,
    LoginRefused,
    NoMoreTime,
    NotAnswered,
    NotSameBrowser,
    RefusedAnswer,
    RequestEnded,
    UnknownIntake,
    UnknownRequest,
    UnknownTemplate,
)

_ABSENT: Final = Problem(
    status=404, title="Dit is er niet", advice="Misschien is het dossier gesloten, of is het niet van u."
)

PROBLEMS: Final = ProblemMap(
    {
        UnknownIntake: _ABSENT,
        UnknownRequest: _ABSENT,
        UnknownTemplate: Problem(status=400, title="Dit sjabloon kennen wij niet", show_detail=True),
        BadInput: Problem(status=400, title="Niet alles is goed ingevuld", show_detail=True),
        RequestEnded: Problem(
            status=400,
            title="Deze vraag is al beantwoord of verlopen",
            advice="Vraag uw schuldhulpverlener om een nieuwe QR-code.",
        ),
        RefusedAnswer: Problem(status=400, title="Dit antwoord nemen wij niet aan"),
        NotAnswered: Problem(
            status=409, title="Er is nog geen antwoord", advice="Wacht tot de cliënt de gegevens heeft gedeeld."
        ),
        NoMoreTime: Problem(
            status=409, title="Meer tijd kan niet", advice="Maak een nieuwe QR-code. Dat houdt de gegevens veilig."
        ),
        LoginRefused: Problem(status=401, title="Inloggen is niet gelukt"),
        NotSameBrowser: Problem(
            status=403,
            title="Dit is niet dezelfde browser",
            advice="De vraag begon op een ander apparaat of in een andere browser. Ga daar verder. "
            "Dit is bedoeld om gegevens veilig te houden.",
        ),
        OAuthError: Problem(status=400, title="Dit antwoord nemen wij niet aan"),
    }
)
