"""The one mapping table between the FCID's field names and ours.

The standard's attribute tables could only be read in part (reference, "the most important limit"), so this project says
"modelled on FCID", never "conforms to FCID". Each row carries its mark; when a name is confirmed or turns out to be
another, its row is the one line that changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from credentials.debts.events import (
    EVENT_NAMES,
    DemandWithdrawn,
    Event,
    ObligationCorrected,
    ObligationImposed,
    ObligationRemitted,
    PaidOut,
    PaymentDemanded,
    PaymentProcessed,
    PaymentReversed,
    SetOff,
)
from credentials.debts.fcid.fields import (
    CATEGORY,
    CENTS,
    CLAIM_TYPE,
    COUNT,
    DAY,
    DISCHARGEABLE,
    FLAG,
    IBAN,
    MOMENT,
    OIN,
    PHASE,
    PROSE,
    RANK,
    STAGE,
    TEXT,
    TEXTS,
    V3,
    V4,
    Field,
    Mark,
)


@final
@dataclass(frozen=True, slots=True)
class EventFields:
    """One type of event: our class, the standard's name, and its fields."""

    event: type[Event]
    name: str
    mark: Mark
    since: str
    fields: tuple[Field, ...]


DOCUMENT_TYPE: Final = "FINANCIAL_CLAIMS_INFORMATION_DOCUMENT"

# The document itself. [M] all but `financiele_zaken`.
TYPE: Final = "type"
VERSION: Final = "version"
BODY: Final = "body"
CASES: Final = "financiele_zaken"
BSN: Final = "bsn"
DOCUMENT: Final = (
    Field("source_oin", "aangeleverd_door", OIN, "M", required=True),
    Field("created_at", "document_datumtijd", MOMENT, "M", required=True),
)

# One case. The totals have other names in each version: see `v3_0` and `v4_1`.
REFERENCE: Final = "zaakkenmerk"
BALANCE: Final = "saldo"
EVENTS: Final = "gebeurtenissen"
ARREARS: Final = "achterstanden"
CASE: Final = (
    Field("reference", REFERENCE, TEXT, "V", required=True),
    Field("balance_at", "saldo_datumtijd", MOMENT, "V", required=True),
)

# Where a source says in which currency its amounts are. The standard knows euros only, and no such field.
CURRENCIES: Final = ("valuta", "currency", "munteenheid")
EURO: Final = "EUR"

# Ours: what the standard has no field for, and a citizen or counsellor needs.
STATEMENTS: Final = "aanvullende_gegevens"
PLAN: Final = "regeling"
REMEDY: Final = "rechtsmiddel"
PREFERENCE: Final = "preferentie"
ORGANISATIONS: Final = "organisaties"
STATEMENT_FIELDS: Final = (
    Field("phase", "fase", PHASE, "I"),
    Field("dischargeable", "saneerbaar", DISCHARGEABLE, "I"),
)
PLAN_FIELDS: Final = (
    Field("instalment", "termijnbedrag", CENTS, "I", required=True),
    Field("instalments", "termijnen", COUNT, "I", required=True),
    Field("start", "start", DAY, "I", required=True),
)
REMEDY_FIELDS: Final = (
    Field("kind", "soort", TEXT, "I", required=True),
    Field("body", "instantie", TEXT, "I"),
    Field("end_date", "einddatum", DAY, "I"),
    Field("url", "url", TEXT, "I"),
)
PREFERENCE_FIELDS: Final = (
    Field("value", "waarde", RANK, "I", required=True),
    Field("ground", "grondslag", TEXT, "I"),
)
ORGANISATION_FIELDS: Final = (
    Field("oin", "oin", OIN, "I", required=True),
    Field("name", "naam", TEXT, "I", required=True),
)

# One event.
EVENT_TYPE: Final = "gebeurtenis_type"
EVENT_ID: Final = "gebeurtenis_kenmerk"
_REGISTERED: Final = (
    Field("id", EVENT_ID, TEXT, "V", required=True),
    Field("registered_at", "datumtijd_gebeurtenis", MOMENT, "V", required=True),
)
_DESCRIPTION: Final = Field("description", "omschrijving", PROSE, "M")
_IMPOSED_AT: Final = Field("imposed_at", "datumtijd_opgelegd", MOMENT, "V", required=True)
_AMOUNT: Final = Field("amount", "bedrag", CENTS, "V", required=True)
PAYMENT_REFERENCE: Final = "betalingskenmerk"
_PAYMENT_REFERENCE: Final = Field("payment_reference", PAYMENT_REFERENCE, TEXT, "V")


def _event(event: type[Event], mark: Mark, since: str, *fields: Field) -> EventFields:
    return EventFields(event, EVENT_NAMES[event], mark, since, (*_REGISTERED, *fields))


EVENT_TABLE: Final = (
    _event(
        ObligationImposed,
        "V",
        V3,
        _IMPOSED_AT,
        Field("reference", "verplichtingskenmerk", TEXT, "V"),
        Field("decision_number", "beschikkingsnummer", TEXT, "V"),
        Field("primary", "primaire_verplichting", FLAG, "V", required=True),
        Field("type", "type", CLAIM_TYPE, "V", required=True),
        Field("category", "categorie", CATEGORY, "V"),
        _AMOUNT,
        _DESCRIPTION,
        Field("legal_ground", "juridische_grondslag_omschrijving", PROSE, "V"),
        Field("legal_source", "juridische_grondslag_bron", TEXT, "V"),
        Field("imposed_by", "opgelegd_door", OIN, "M"),
        Field("executed_by", "uitgevoerd_door", OIN, "M"),
    ),
    _event(
        PaymentDemanded,
        "V",
        V3,
        _IMPOSED_AT,
        Field("stage", "type", STAGE, "V", required=True, since=V4),
        _AMOUNT,
        Field("description", "omschrijving", PROSE, "V", since=V4),
        Field("due", "vervaldatum", DAY, "M"),
        Field("method", "betaalwijze", TEXT, "M"),
        Field("payee", "te_betalen_aan", TEXT, "M"),
        Field("iban", "rekeningnummer", IBAN, "M"),
        Field("iban_holder", "rekeningnummer_tenaamstelling", TEXT, "M"),
        _PAYMENT_REFERENCE,
        Field("obligations", "financiele_verplichtingen", TEXTS, "M"),
    ),
    _event(
        DemandWithdrawn,
        "V",
        V3,
        Field("demand", "ingetrokken_gebeurtenis_kenmerk", TEXT, "M", required=True),
        _DESCRIPTION,
    ),
    _event(
        PaymentProcessed,
        "V",
        V3,
        Field("received_at", "datumtijd_ontvangen", MOMENT, "M"),
        _AMOUNT,
        _PAYMENT_REFERENCE,
        Field("received_by", "ontvangen_door", TEXT, "M"),
        Field("processed_by", "verwerkt_door", TEXT, "M"),
        _DESCRIPTION,
    ),
    _event(
        ObligationRemitted,
        "V",
        V4,
        _AMOUNT,
        Field("obligation", "kwijtgescholden_gebeurtenis_kenmerk", TEXT, "M"),
        _DESCRIPTION,
    ),
    _event(
        ObligationCorrected,
        "M",
        V4,
        Field("corrects", "gecorrigeerde_gebeurtenis_kenmerk", TEXT, "M", required=True),
        Field("amount", "bedrag", CENTS, "M", required=True),
        _DESCRIPTION,
    ),
    _event(SetOff, "M", V4, _AMOUNT, _PAYMENT_REFERENCE, _DESCRIPTION),
    _event(
        PaymentReversed,
        "M",
        V4,
        Field("payment", "ingetrokken_gebeurtenis_kenmerk", TEXT, "M", required=True),
        _AMOUNT,
        _DESCRIPTION,
    ),
    _event(PaidOut, "M", V4, _AMOUNT, _DESCRIPTION),
)

REFERRING: Final[Mapping[type[Event], str]] = {
    # Which field of an event names another event: where a reference that does not resolve stands.
    DemandWithdrawn: "ingetrokken_gebeurtenis_kenmerk",
    PaymentReversed: "ingetrokken_gebeurtenis_kenmerk",
    ObligationCorrected: "gecorrigeerde_gebeurtenis_kenmerk",
    ObligationRemitted: "kwijtgescholden_gebeurtenis_kenmerk",
    PaymentDemanded: "financiele_verplichtingen",
}
