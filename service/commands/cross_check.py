"""`--cross-check`: what other implementations make of each proof, where they are installed."""

from collections.abc import Iterator
from typing import Final

from credentials.encoding import JsonObject
from credentials.formats.base import Credential
from credentials.formats.ldp_vc import Canonicaliser
from credentials.formats.ldp_vc.second_opinion import SecondOpinion, Silence, Verdict, of_didkit, of_pyld
from credentials.formats.vcdm import is_envelope
from service.commands.formats import context_bundle

_WORDS: Final = {
    Verdict.AGREES: "komt op hetzelfde uit",
    Verdict.DIFFERS: "komt op iets anders uit; laat uitzoeken waarom",
}
_SILENCES: Final = {
    Silence.NOT_INSTALLED: "is niet geïnstalleerd",
    Silence.NOT_ITS_KIND: "kent dit soort bewijs niet",
    Silence.WOULD_FETCH: "zou de sleutel op internet moeten opzoeken, en hier wordt niets opgehaald",
    Silence.OURS_REFUSED: "is niet gevraagd: dit programma weigert het document zelf al",
}
_REMEDIES: Final = {
    "PyLD": "pip install pyld",
    "didkit": "pip install 'blauweknop[cross-check]', met Python 3.11 of 3.12",
}


def second_opinions(content: Credential) -> tuple[SecondOpinion, ...]:
    """Ask whoever can say something about a proof: PyLD about JSON-LD, didkit about the data model's version 1.1."""
    opinions = []
    if isinstance(content, dict):
        canonicaliser = Canonicaliser(context_bundle())
        opinions = [of_pyld(document, canonicaliser) for document in _documents(content)]
        canonicaliser.close()
    didkit = of_didkit(content)
    if didkit.silence is not Silence.NOT_ITS_KIND or not opinions:
        opinions.append(didkit)
    # The same answer about a presentation and about the credentials in it is said once.
    return tuple(dict.fromkeys(opinions))


def differs(opinions: tuple[SecondOpinion, ...]) -> bool:
    """Tell whether anyone came to another result."""
    return any(each.verdict is Verdict.DIFFERS for each in opinions)


def in_words(opinion: SecondOpinion) -> str:
    """Say an opinion in a sentence."""
    if opinion.silence is None:
        return f"Tweede mening: {opinion.by} {_WORDS[opinion.verdict]}."
    remedy = f": {_REMEDIES[opinion.by]}" if opinion.silence is Silence.NOT_INSTALLED else ""
    return f"Tweede mening: {opinion.by} {_SILENCES[opinion.silence]}{remedy}."


def to_dict(opinion: SecondOpinion) -> JsonObject:
    """Return an opinion as JSON."""
    result: JsonObject = {"door": opinion.by, "uitkomst": opinion.verdict.value}
    return result if opinion.silence is None else {**result, "reden": opinion.silence.value}


def _documents(content: JsonObject) -> Iterator[JsonObject]:
    yield content
    held = content.get("verifiableCredential")
    for each in held if isinstance(held, list) else [held]:
        if isinstance(each, dict) and not is_envelope(each):
            yield each
