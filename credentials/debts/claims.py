"""From a case or an overview to the claims of a credential: the one mapper, whatever secures the claims afterwards.

The tree has nested objects and scalar leaves only (reference 6: wallets show nothing else). Amounts are whole cents.
A card bears the lowest version whose members it has: 1.0, and 1.1 for an overview with notices of known deficient data.
So cards without a notice stay what they were, and who hides the notices of one that has them is found out by its
version, which every verifier sees. A case is tied to the overview of the same issuance by `digest`: a salted hash with
a fresh salt for every copy, so that no two copies share a value.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal, TypeAlias, final

from credentials.debts.agency import Agency, Organisation
from credentials.debts.case import Case
from credentials.debts.claim_table import (
    CASE_SLOTS,
    CASE_TYPE,
    EVENT_SLOTS,
    GROUPS,
    LEAVES,
    OVERVIEW_TYPE,
    SLOT,
    SLOT_MEMBERS,
    Leaf,
    case_slot,
    event_slot,
    notice_slot,
    slots_of,
)
from credentials.debts.dates import write_moment
from credentials.debts.errors import UnknownCredentialType
from credentials.debts.events import EVENT_NAMES, DemandWithdrawn, Event, PaymentDemanded
from credentials.debts.jsonld import from_jsonld, to_jsonld
from credentials.debts.notice import Notice
from credentials.debts.overview import DETAIL_SLOTS, Overview
from credentials.encoding import JsonObject, JsonValue, b64url_encode, json_compact

ClaimTree: TypeAlias = JsonObject

SCHEMA_VERSION: Final = "1.0"
NOTICES_VERSION: Final = "1.1"
"""The version of an overview that bears notices."""

NOTICES: Final = "meldingen"
ALL_KINDS: Final = "alle"
"""What `soorten` of a notice says where it is about every kind of claim."""

COVERAGE_UNKNOWN: Final = "onbekend"
"""What `dekking` says for an agency that did not say what its register holds."""

ALWAYS_DISCLOSED: Final[Mapping[str, frozenset[str]]] = {
    type: frozenset(leaf.path[0] for leaf in leaves if leaf.sd == "never") for type, leaves in LEAVES.items()
}
"""Per type the top-level claims that every verifier sees."""

WHOLE: Final[Mapping[str, frozenset[tuple[str, ...]]]] = {
    OVERVIEW_TYPE: frozenset(),
    CASE_TYPE: frozenset({("gebeurtenissen",)}),
}
"""Per type the members whose children are disclosed as one piece each."""

SLOTS: Final[Mapping[str, Mapping[tuple[str, ...], tuple[str, ...]]]] = {
    OVERVIEW_TYPE: {("zaken",): tuple(case_slot(number) for number in range(1, DETAIL_SLOTS + 1))},
    # A plan, a remedy or payment data: that there is one is told by nobody but the citizen.
    CASE_TYPE: {
        (): tuple(sorted({leaf.path[0] for leaf in LEAVES[CASE_TYPE] if len(leaf.path) > 1 and leaf.sd != "never"}))
    },
}
"""Per type what is always in sight, filled or not, so that what is in use cannot be told from outside."""


@final
@dataclass(frozen=True, slots=True)
class ClaimLabel:
    """What a claim is called, and whether it can be disclosed by itself (`sd` as in SD-JWT VC type metadata)."""

    path: tuple[str, ...]
    nl: str
    en: str
    mandatory: bool
    sd: Literal["always", "never"]


def overview_claims(overview: Overview, digests: Sequence[str]) -> ClaimTree:
    """Map an overview; `digests` are those of its open cases, in the order of `overview.open_cases`.

    The first twenty open cases are stated with details, all with their digest, up to `limits.OPEN_CASES`.
    Raises ValueError when there is not one digest per open case.
    """
    cases: JsonObject = {}
    for number, (case, digest) in enumerate(zip(overview.open_cases, digests, strict=True), start=1):
        if number <= CASE_SLOTS:
            cases[case_slot(number)] = _slot(case, digest, detailed=number <= DETAIL_SLOTS)
    version = NOTICES_VERSION if overview.notices else SCHEMA_VERSION
    stated = _without_nothing(
        {
            **_source(overview.agency, write_moment(overview.as_of), overview.fcid_version, version),
            # Every verifier sees this, so it is what the register holds, never what this citizen's cases are.
            "dekking": ",".join(overview.agency.coverage) or COVERAGE_UNKNOWN,
            "aantal_open_zaken": len(overview.open_cases),
            "saldo_totaal": overview.balance,
            "achterstand_totaal": overview.arrears,
            "verplicht_totaal": overview.owed,
            "vereffend_totaal": overview.settled,
            "hoogste_aanmaanfase": str(overview.highest_phase),
            "meer_dan_20": overview.more_than_detailed,
            "subject": {"bsn": overview.bsn.reveal()} if overview.bsn is not None else None,
            NOTICES: {notice_slot(number): _notice(notice) for number, notice in enumerate(overview.notices, start=1)},
        }
    )
    # Always there, also when empty: a format fills the slots that are not used, and so hides how many are.
    return {**stated, "zaken": cases}


def case_claims(case: Case, digest: str) -> ClaimTree:
    """Map a case. `digest` is the one that the overview of the same issuance and copy holds for it."""
    return {**_source(case.source, write_moment(case.as_of), case.fcid_version), "zaak_digest": digest, **_facts(case)}


def case_digest(salt: bytes, case: Case) -> str:
    """Hash a case with a fresh random salt of at least 16 bytes, for one copy of one issuance.

    Nobody recomputes it: equal digests in an overview and a case prove that they belong together.
    """
    if len(salt) < 16:
        raise ValueError("a digest needs a salt of at least 16 bytes")
    return b64url_encode(hashlib.sha256(salt + json_compact(_facts(case))).digest())


@lru_cache(maxsize=len(LEAVES))
def labels(type: str) -> Sequence[ClaimLabel]:
    """Return a label for every leaf that a credential of this type can have. Raises UnknownCredentialType."""
    if type not in LEAVES:
        raise UnknownCredentialType("this type has no claim labels")
    return tuple(label for leaf in LEAVES[type] for label in _labels(leaf))


@lru_cache(maxsize=len(LEAVES))
def every_label(type: str) -> Sequence[ClaimLabel]:
    """Return a label for every path that a credential of this type can have, objects before what they hold.

    Raises UnknownCredentialType.
    """
    found: dict[tuple[str, ...], ClaimLabel] = {}
    for label in labels(type):
        for length in range(1, len(label.path)):
            path = label.path[:length]
            # Objects stay in sight with digests inside, unless each is disclosed as one piece.
            sd: Literal["always", "never"] = "always" if path[:-1] in WHOLE[type] else "never"
            found.setdefault(path, ClaimLabel(path, *_group_names(path), label.mandatory, sd))
        found[label.path] = label
    return tuple(found.values())


def _group_names(path: tuple[str, ...]) -> tuple[str, str]:
    if len(path) == 1:
        return GROUPS[path[0]]
    prefix, nl, en = SLOT_MEMBERS[path[0]]
    number = int(path[1].removeprefix(prefix))
    return f"{nl} {number}", f"{en} {number}"


def _labels(leaf: Leaf) -> Iterator[ClaimLabel]:
    sd: Literal["always", "never"] = "always" if leaf.sd == "always" else "never"
    if SLOT not in leaf.path:
        yield ClaimLabel(leaf.path, leaf.nl, leaf.en, leaf.sd == "never", sd)
        return
    _, nl, en = SLOT_MEMBERS[leaf.path[0]]
    for number, slot in slots_of(leaf, detailed=DETAIL_SLOTS):
        path = tuple(slot if member == SLOT else member for member in leaf.path)
        yield ClaimLabel(path, f"{nl} {number}: {leaf.nl}", f"{en} {number}: {leaf.en}", mandatory=False, sd=sd)


def _source(agency: Agency, as_of: str, fcid_version: str, version: str = SCHEMA_VERSION) -> JsonObject:
    return {
        "bronorganisatie": {"oin": agency.oin, "naam": agency.name, "afkorting": agency.abbreviation},
        "peildatum": as_of,
        "schema_versie": version,
        "fcid_versie": fcid_version,
    }


def _slot(case: Case, digest: str, *, detailed: bool) -> JsonObject:
    if not detailed:
        return {"digest": digest}
    return _without_nothing(
        {
            "digest": digest,
            "type": case.type,
            "omschrijving": case.description,
            "saldo": case.balance,
            "achterstand": case.arrears,
            "fase": str(case.phase),
            "eerst_vervalt": _day(case.next_due_date),
        }
    )


def _notice(notice: Notice) -> JsonObject:
    return {
        "van": _day(notice.first_day),
        "tot_en_met": _day(notice.last_day),
        "hersteld_op": _day(notice.expected_end),
        "soorten": ",".join(notice.kinds) or ALL_KINDS,
        "omschrijving": notice.what,
    }


def _facts(case: Case) -> JsonObject:
    ground, payment, plan, remedy = case.legal_ground, case.payment, case.plan, case.remedy
    return _without_nothing(
        {
            "zaakkenmerk": case.reference,
            "beschikkingsnummer": case.decision_number,
            "opgelegd_door": _organisation(case.imposed_by),
            "uitgevoerd_door": _organisation(case.executed_by),
            "type": case.type,
            "omschrijving": case.description,
            "juridische_grondslag": ground and {"omschrijving": ground.description, "bron": ground.source},
            "primair_bedrag": case.principal,
            "verhogingen": case.increases,
            "administratiekosten": case.administration_costs,
            "rente": case.interest,
            "kosten_overig": case.other_costs,
            "verplicht": case.owed,
            "vereffend": case.settled,
            "saldo": case.balance,
            "saldo_datumtijd": write_moment(case.as_of),
            "achterstand": case.arrears,
            "ontstaansdatum": _day(case.origin_date),
            "laatste_gebeurtenis_datum": _day(case.last_event_date),
            "fase": str(case.phase),
            "eerst_vervalt_datum": _day(case.next_due_date),
            "eerst_vervalt_bedrag": case.next_due_amount,
            "betaling": payment and {"iban": payment.iban, "tnv": payment.holder, "kenmerk": payment.reference},
            "regeling": plan
            and {
                "termijnbedrag": plan.terms.instalment,
                "termijnen": plan.terms.instalments,
                "start": _day(plan.terms.start),
                "nagekomen": plan.kept,
            },
            "preferentie": {"waarde": str(case.preference.value), "grondslag": case.preference.ground},
            "saneerbaar": str(case.dischargeable),
            "rechtsmiddel": remedy
            and {
                "soort": remedy.kind,
                "instantie": remedy.body,
                "einddatum": _day(remedy.end_date),
                "url": remedy.url,
            },
            "aantal_gebeurtenissen": len(case.events),
            "gebeurtenissen": {
                event_slot(number): _event(event) for number, event in enumerate(case.events[-EVENT_SLOTS:], start=1)
            },
        }
    )


def _event(event: Event) -> JsonObject:
    return {
        "type": EVENT_NAMES[type(event)],
        "datumtijd": write_moment(event.registered_at),
        "bedrag": None if isinstance(event, DemandWithdrawn) else event.amount,
        "omschrijving": event.description or (str(event.stage) if isinstance(event, PaymentDemanded) else None),
        "kenmerk": event.id,
    }


def _organisation(organisation: Organisation) -> JsonObject:
    return {"oin": organisation.oin, "naam": organisation.name}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _without_nothing(tree: JsonObject) -> JsonObject:
    # A claim that has no value is left out, and so is an object without claims: no credential states `null`.
    kept: JsonObject = {}
    for name, value in tree.items():
        pruned: JsonValue = _without_nothing(value) if isinstance(value, dict) else value
        if pruned is not None and pruned != {}:
            kept[name] = pruned
    return kept


__all__ = [
    "ALL_KINDS",
    "ALWAYS_DISCLOSED",
    "CASE_TYPE",
    "NOTICES",
    "NOTICES_VERSION",
    "OVERVIEW_TYPE",
    "SCHEMA_VERSION",
    "SLOTS",
    "WHOLE",
    "ClaimLabel",
    "ClaimTree",
    "case_claims",
    "case_digest",
    "every_label",
    "from_jsonld",
    "labels",
    "overview_claims",
    "to_jsonld",
]
