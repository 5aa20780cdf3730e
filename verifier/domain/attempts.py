"""Why an answer was not taken, in words that a counsellor can act on.

Nothing of the answer is repeated: what is named is what was asked, and by whose names the type metadata calls it.
"""

from collections.abc import Mapping
from typing import Final

from credentials.debts.claim_table import LEAVES
from credentials.debts.document_paths import SUBJECT
from credentials.openid.errors import InvalidResponse, ResponseTooLarge, Unmet, UnsatisfiedQuery

_OTHERWISE: Final = (
    "Het antwoord was niet te lezen, of het hoort niet bij deze vraag. Maak een nieuwe QR-code en laat de cliënt die "
    "scannen. Blijft het zo, dan past deze wallet niet bij onze vraag."
)
_TOO_LARGE: Final = (
    "Het antwoord was te groot: meer kaartjes dan wij in één keer aannemen. Laat de cliënt in delen delen, of vraag "
    "een snelscan. Kan de wallet dat niet, vraag dan per groep organisaties."
)
_UNMET: Final[Mapping[Unmet, str]] = {
    Unmet.CARDS: "In het antwoord ontbreekt een kaartje dat u vroeg, of er zit er een te veel bij. Laat de cliënt het "
    "opnieuw delen, met alle kaartjes aangevinkt.",
    Unmet.KIND: "In het antwoord zit een ander soort kaartje dan u vroeg. Laat de cliënt het opnieuw delen, en let op "
    "welke kaartjes de wallet kiest.",
}
_MOST_NAMES: Final = 3

# What a last name in a path is called: of the claim itself, or of the object that it stands for.
_NAMES: Final[Mapping[str, str]] = {
    name: leaf.nl.removesuffix(" (eurocent)")
    for leaves in LEAVES.values()
    for leaf in reversed(leaves)
    for name in (leaf.path[-1], leaf.term)
    if len(leaf.path) == 1
}


_ERRORS: Final[Mapping[str, str]] = {
    "vp_formats_not_supported": "De wallet kent geen van de soorten kaartjes die u vraagt. Laat de cliënt een andere "
    "wallet gebruiken, of kaartjes ophalen die deze wallet kent.",
    "wallet_unavailable": "De wallet kon nu niet antwoorden. Laat de cliënt de wallet openen en opnieuw scannen.",
    "invalid_transaction_data": "De wallet kan niet ondertekenen wat u vraagt. Vraag het zonder ondertekening, of laat "
    "de cliënt een andere wallet gebruiken.",
    "server_error": "In de wallet ging iets mis. Laat de cliënt het opnieuw proberen.",
    "temporarily_unavailable": "De wallet heeft het nu te druk. Laat de cliënt het straks opnieuw proberen.",
}
_MISUNDERSTOOD: Final = (
    "De wallet begrijpt onze vraag niet, of kent ons niet. Dat ligt niet aan de cliënt. Laat de cliënt een andere "
    "wallet gebruiken."
)


def explain_error(error: str) -> str:
    """Say what it means that a wallet answered with an error (OpenID4VP 1.0 section 8.5), and what to do now."""
    return _ERRORS.get(error, _MISUNDERSTOOD)


def explain(refused: InvalidResponse) -> str:
    """Say why an answer was not taken, and what to do now."""
    if isinstance(refused, ResponseTooLarge):
        return _TOO_LARGE
    if not isinstance(refused, UnsatisfiedQuery):
        return _OTHERWISE
    if refused.unmet is not Unmet.CLAIMS:
        return _UNMET[refused.unmet]
    names = list(dict.fromkeys(_name(path) for path in refused.lacking))
    more = f" en nog {len(names) - _MOST_NAMES} gegevens" if len(names) > _MOST_NAMES else ""
    which = ", ".join(f"‘{name}’" for name in names[:_MOST_NAMES])
    return (
        f"Op een kaartje ontbreekt wat u vroeg: {which}{more}. "
        "Het is leeg, niet gedeeld, of niet de waarde die u vroeg. "
        "Laat de cliënt de gegevens opnieuw ophalen en nog eens delen. Helpt dat niet, vraag dan minder gegevens."
    )


def _name(path: tuple[str | int | None, ...]) -> str:
    names = [part for part in path if isinstance(part, str) and part != SUBJECT] or ["alles"]
    return _NAMES.get(names[-1], names[-1].replace("_", " "))[:60]
