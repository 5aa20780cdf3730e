"""The one mapping table between the FCID's field names and ours.

Of the standard only the first part of each public page could be read, so this project says "modelled on FCID", never
"conforms to FCID". Each name carries its mark (`fields.Mark`); when one is confirmed or turns out to be another, its
row is the one line that changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from credentials.debts.events import (
    EVENT_NAMES,
    Category,
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


@final
@dataclass(frozen=True, slots=True)
class Name:
    """A name that is no field of a table: of a part of the document, or a value."""

    name: str
    mark: Mark
    place: str


DOCUMENT_TYPE: Final = "FINANCIAL_CLAIMS_INFORMATION_DOCUMENT"

# The document itself.
TYPE: Final = "type"
VERSION: Final = "version"
BODY: Final = "body"
CASES: Final = "financiele_zaken"
BSN: Final = "bsn"
# Ours, in its place: by what a private creditor knows people, who may not process the citizen service number.
CUSTOMER_NUMBER: Final = "klantnummer"
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
    Field("id", EVENT_ID, TEXT, "S", required=True),
    Field("registered_at", "datumtijd_gebeurtenis", MOMENT, "L", required=True),
)
_DESCRIPTION: Final = Field("description", "omschrijving", PROSE, "M")
_IMPOSED_AT: Final = Field("imposed_at", "datumtijd_opgelegd", MOMENT, "L", required=True)
_AMOUNT: Final = Field("amount", "bedrag", CENTS, "V", required=True)
# On an event whose fields nobody could read.
_AMOUNT_UNSEEN: Final = Field("amount", "bedrag", CENTS, "M", required=True)
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
        Field("reference", "verplichtingskenmerk", TEXT, "M"),
        Field("decision_number", "beschikkingsnummer", TEXT, "L"),
        Field("primary", "primaire_verplichting", FLAG, "L", required=True),
        Field("type", "type", CLAIM_TYPE, "L", required=True),
        Field("category", "categorie", CATEGORY, "L"),
        _AMOUNT,
        _DESCRIPTION,
        Field("legal_ground", "juridische_grondslag_omschrijving", PROSE, "S"),
        Field("legal_source", "juridische_grondslag_bron", TEXT, "S"),
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
        "S",
        V3,
        Field("demand", "ingetrokken_gebeurtenis_kenmerk", TEXT, "M", required=True),
        _DESCRIPTION,
    ),
    _event(
        PaymentProcessed,
        "S",
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
        _AMOUNT_UNSEEN,
        Field("obligation", "kwijtgescholden_gebeurtenis_kenmerk", TEXT, "M"),
        _DESCRIPTION,
    ),
    _event(
        ObligationCorrected,
        "M",
        V4,
        Field("corrects", "gecorrigeerde_gebeurtenis_kenmerk", TEXT, "M", required=True),
        _AMOUNT_UNSEEN,
        _DESCRIPTION,
    ),
    _event(SetOff, "M", V4, _AMOUNT_UNSEEN, _PAYMENT_REFERENCE, _DESCRIPTION),
    _event(
        PaymentReversed,
        "M",
        V4,
        Field("payment", "ingetrokken_gebeurtenis_kenmerk", TEXT, "M", required=True),
        _AMOUNT_UNSEEN,
        _DESCRIPTION,
    ),
    _event(PaidOut, "M", V4, _AMOUNT_UNSEEN, _DESCRIPTION),
)

STRUCTURE: Final = (
    Name(CASES, "V", "the document"),
    Name("totaal_opgelegd", "V", "a case of version 3.0.0"),
    Name("totaal_financieel_verplicht", "V", "a case of version 4.1.0"),
    Name("totaal_financieel_vereffend", "V", "a case of version 4.1.0"),
    Name(BSN, "L", "an event"),
    Name(TYPE, "M", "the document"),
    Name(VERSION, "M", "the document"),
    Name(BODY, "M", "the document"),
    Name(DOCUMENT_TYPE, "M", f"the value of `{TYPE}`"),
    Name(BSN, "M", "the document, a case"),
    Name("totaal_reeds_betaald", "M", "a case of version 3.0.0"),
    Name(BALANCE, "M", "a case"),
    Name(EVENTS, "M", "a case"),
    Name(ARREARS, "M", "a case"),
    Name(EVENT_TYPE, "M", "an event"),
    Name(CUSTOMER_NUMBER, "I", "the document, a case, an event, of a private creditor"),
    Name(STATEMENTS, "I", "a case"),
    Name(ORGANISATIONS, "I", "the document"),
    *(Name(value.value, "I", "the values of `categorie`") for value in Category),
)
"""What is named outside the tables of fields, totals and values of code lists included."""

REMARKS: Final[Mapping[str, str]] = {
    EVENT_ID: "The label is one word, so `gebeurteniskenmerk` is as likely",
    "verplichtingskenmerk": "The name is in the standard's text; which event bears it is not",
    "vervaldatum": "A trial in the open has `vervalDatum`",
    "betaalwijze": "A trial in the open has it, as free text",
    "ingetrokken_gebeurtenis_kenmerk": "That a withdrawal names the event that it withdraws is in the standard's text",
    "gecorrigeerde_gebeurtenis_kenmerk": "That a correction names the event that it corrects is in the standard's text",
    "financiele_verplichtingen": "That a demand refers to an obligation is in the standard's text",
    ARREARS: "That arrears refer to a demand is in the standard's text",
    "datumtijd_gebeurtenis": "An example of others has `gebeurtenis_datetime`",
    EVENT_TYPE: "Examples of others have `event_type` and `eventType`",
}
"""What is known of a name beside its mark."""

REFERRING: Final[Mapping[type[Event], str]] = {
    # Which field of an event names another event: where a reference that does not resolve stands.
    DemandWithdrawn: "ingetrokken_gebeurtenis_kenmerk",
    PaymentReversed: "ingetrokken_gebeurtenis_kenmerk",
    ObligationCorrected: "gecorrigeerde_gebeurtenis_kenmerk",
    ObligationRemitted: "kwijtgescholden_gebeurtenis_kenmerk",
    PaymentDemanded: "financiele_verplichtingen",
}
