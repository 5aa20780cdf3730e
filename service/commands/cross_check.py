"""`--cross-check`: what software of others makes of each W3C proof, in words and as JSON."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.formats.base import Credential
from credentials.trust import PinnedKeys, TrustList
from credentials.verification.second_opinions import SecondOpinion, SecondOpinions, Silence, Verdict

Opinions: TypeAlias = Sequence[tuple[SecondOpinion, ...]]
"""What others say of each of some proofs, in their order."""

_WORDS: Final = {
    Verdict.AGREES: "komt op hetzelfde uit",
    Verdict.DIFFERS: "komt op iets anders uit; laat uitzoeken waarom",
}
_SILENCES: Final = {
    Silence.NOT_INSTALLED: "is niet geïnstalleerd",
    Silence.NOT_ITS_KIND: "kent dit soort bewijs niet",
    Silence.WOULD_FETCH: "zou de sleutel op internet moeten opzoeken, en hier wordt niets opgehaald",
    Silence.NO_KEY: "kan niets zeggen: de sleutel van dit bewijs is hier niet bekend",
    Silence.TOO_COSTLY: "kost te veel tijd of geheugen",
}
_REMEDY: Final = "pip install 'blauweknop[cross-check]', met Python 3.11 of 3.12"
_NOBODY: Final = "Tweede mening: niet gevraagd, dit is geen W3C-bewijs."


def opinions_of(proofs: Sequence[Credential], current: Callable[[], TrustList]) -> Opinions:
    """Ask about each proof what other software says, with the keys that the trust list pins."""
    return SecondOpinions(PinnedKeys(current, Resolver())).of(proofs)


def differs(opinions: tuple[SecondOpinion, ...]) -> bool:
    """Tell whether anyone came to another result."""
    return any(each.verdict is Verdict.DIFFERS for each in opinions)


def in_words(opinions: tuple[SecondOpinion, ...]) -> tuple[str, ...]:
    """Say opinions, a sentence each."""
    return tuple(map(_in_words, opinions)) or (_NOBODY,)


def _in_words(opinion: SecondOpinion) -> str:
    if opinion.silence is None:
        return f"Tweede mening: {opinion.by} {_WORDS[opinion.verdict]}."
    remedy = f": {_REMEDY}" if opinion.silence is Silence.NOT_INSTALLED else ""
    return f"Tweede mening: {opinion.by} {_SILENCES[opinion.silence]}{remedy}."


def to_dict(opinion: SecondOpinion) -> JsonObject:
    """Return an opinion as JSON."""
    result: JsonObject = {"door": opinion.by, "uitkomst": opinion.verdict.value}
    return result if opinion.silence is None else {**result, "reden": opinion.silence.value}
