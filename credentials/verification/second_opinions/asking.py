"""Ask for second opinions in a process that is killed when it costs too much: what runs there has no bounds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, final

from credentials.encoding import JsonObject, json_compact
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats.base import Credential, KeyResolver
from credentials.formats.ldp_vc.second_opinion import SecondOpinion, Silence, Verdict
from credentials.killable import Program, RefusedJob
from credentials.verification.second_opinions.within import proofs_within

TOGETHER: Final = 20
"""How many presentations one process is asked about."""

ANYBODY: Final = "andere software"

_PROGRAM: Final = Program(Path(__file__).with_name("process.py"), seconds=60.0)


@final
class SecondOpinions:
    """What software of others says of W3C proofs. `keys` finds the keys that they name; nothing else is looked up."""

    def __init__(self, keys: KeyResolver) -> None:
        self._keys = keys

    def of(self, contents: Sequence[Credential]) -> tuple[tuple[SecondOpinion, ...], ...]:
        """Return what is said of each presentation, in order; nothing of what has no W3C proof.

        Raises Unavailable where no process can be started.
        """
        found: list[tuple[SecondOpinion, ...]] = []
        for start in range(0, len(contents), TOGETHER):
            some = contents[start : start + TOGETHER]
            try:
                found += self._asked(some)
            except LimitExceeded:
                # So that one that costs too much takes no other along.
                found += [self._alone(each) for each in some]
        return tuple(found)

    def _alone(self, content: Credential) -> tuple[SecondOpinion, ...]:
        try:
            return self._asked([content])[0]
        except LimitExceeded:
            return (SecondOpinion.none(ANYBODY, Silence.TOO_COSTLY),)

    def _asked(self, contents: Sequence[Credential]) -> list[tuple[SecondOpinion, ...]]:
        if not any(_has_proofs(each) for each in contents):
            return [() for _ in contents]
        job: JsonObject = {"contents": list(contents), "keys": {**self._found(contents)}}
        try:
            told = json.loads(_PROGRAM.run(json_compact(job)))
        except RefusedJob:
            # A fault of the program itself: whatever it was asked about is not confirmed.
            return [(SecondOpinion.none(ANYBODY, Silence.TOO_COSTLY),) for _ in contents]
        return [tuple(_read(*said) for said in each) for each in told]

    def _found(self, contents: Sequence[Credential]) -> Mapping[str, JsonObject]:
        named = {proof.named for content in contents for proof in proofs_within(content)}
        found: dict[str, JsonObject] = {}
        for method, purpose in (each for each in named if each is not None):
            try:
                found[f"{purpose} {method}"] = self._keys.resolve(method, purpose).to_dict()
            except BlauweKnopError:
                continue
        return found


def _has_proofs(content: Credential) -> bool:
    return next(proofs_within(content), None) is not None


def _read(by: str, verdict: str, silence: str | None) -> SecondOpinion:
    return SecondOpinion(by, Verdict(verdict), None if silence is None else Silence(silence))
