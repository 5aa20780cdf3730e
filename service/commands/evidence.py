"""`blauweknop verify` of an evidence bundle: what was proven on its date, and what nobody can see from it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, final

import typer
from rich.console import Console
from rich.text import Text

from credentials.encoding import JsonObject, JsonValue
from credentials.trust import TrustListExpired
from credentials.verification import words
from credentials.verification.evidence_bundle import AnswerReport, EvidenceReport, examine_evidence, verifiers_then
from service.commands.cross_check import Opinions, differs, opinions_of
from service.commands.formats import formats_with
from service.commands.printed_reports import MARKS, print_reports, told
from service.commands.reading import Unusable, plain, read_root, read_trust_list

verifier_then: Final = verifiers_then(formats_with)


@final
@dataclass(frozen=True, slots=True)
class Shown:
    """How the caller wants it told."""

    as_json: bool
    claims: bool
    cross_check: bool


def verify_evidence(
    data: bytes, trust_list: Path | None, trust_root: Path | None, today: datetime, shown: Shown
) -> int:
    """Print what a bundle proves; return the exit code. `trust_list` is one of today, for what has leaked since."""
    root = None if trust_root is None else read_root(trust_root)
    newest = None
    if trust_list is not None:
        if trust_root is None:
            raise Unusable("--trust-list needs --trust-root")
        try:
            newest = read_trust_list(trust_list, trust_root, today)
        except TrustListExpired as error:
            raise Unusable(f"{trust_list}: has expired; give one of today, or none") from error
    found = examine_evidence(data, root, verifier_then, now=today, newest=newest)
    opinions = [_opinions(each) if shown.cross_check else None for each in found.answers]
    if shown.as_json:
        answers: list[JsonValue] = [
            _to_dict(answer, others) for answer, others in zip(found.answers, opinions, strict=True)
        ]
        result: JsonObject = {
            "bewezen": found.proven,
            "bundel": found.to_dict(),
            "antwoorden": answers,
            "nietTeWeten": [*words.BUNDLE_UNKNOWN],
        }
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print(found)
        for answer, others in zip(found.answers, opinions, strict=True):
            _print_answer(answer)
            print_reports(answer.reports, others, with_claims=shown.claims)
        if found.holds:
            typer.echo("\nDit kan niemand aan de bundel zien:")
            for each in words.BUNDLE_UNKNOWN:
                typer.echo(f"- {each}")
    return 0 if found.proven and not any(differs(each) for others in opinions for each in others or ()) else 1


def _print(found: EvidenceReport) -> None:
    console = Console(highlight=False)
    word, style = MARKS[found.outcome]
    console.print(Text("Bundel: ", style="bold"), Text(word, style), plain(found.explanation), sep="  ")
    if found.fingerprint:
        console.print(plain(words.fingerprint_of(found.fingerprint)))
    console.print()


def _print_answer(answer: AnswerReport) -> None:
    console = Console(highlight=False)
    kept = answer.answer
    console.print(plain(words.examined_as_of(kept.checked_at)))
    console.print(plain(words.asked_for(kept.purpose, kept.legal_ground)))
    for each in answer.unlike:
        console.print(
            Text("Let op. ", "yellow"), plain(f"Bewijs {each.position + 1}. {words.then_otherwise(each.then)}"), sep=""
        )


def _opinions(answer: AnswerReport) -> Opinions:
    return opinions_of(answer.presented, lambda: answer.trust_list)


def _to_dict(answer: AnswerReport, opinions: Opinions | None) -> JsonObject:
    kept = answer.answer
    return {
        "ontvangenOp": _text(kept.received_at),
        "gecontroleerdOp": _text(kept.checked_at),
        "doel": kept.purpose,
        "grondslag": kept.legal_ground,
        "bewijzen": told(answer.reports, opinions),
        "toen": [each.outcome for each in kept.proofs],
    }


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
