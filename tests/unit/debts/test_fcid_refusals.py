"""Documents that are refused: by name, with file, line and field, and never with the value."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from credentials.debts.errors import (
    DuplicateMember,
    EventAfterBalanceDate,
    EventCollision,
    ForeignCurrency,
    InconsistentCase,
    InvalidField,
    MalformedSource,
    MissingField,
    SourceError,
    TotalsMismatch,
    UnknownEventType,
    UnresolvedReference,
    UnsupportedVersion,
)
from credentials.debts.events import ObligationRemitted
from credentials.debts.fcid import parse_document, write_document
from credentials.debts.fcid.positions import dotted, line_of, members
from tests.debt_builders import AS_OF, CJIB, a_document, agency, changed, demanded, imposed, on, paid

Body = dict[str, Any]
Change = Callable[[Body], object]


def case(body: Body) -> dict[str, Any]:
    return body["financiele_zaken"][0]  # type: ignore[no-any-return]


def event(body: Body, index: int) -> dict[str, Any]:
    return case(body)["gebeurtenissen"][index]  # type: ignore[no-any-return]


def refusal(data: bytes, **more: Any) -> SourceError:  # what the parser takes
    with pytest.raises(SourceError) as caught:
        parse_document(data, file="debts.json", **more)
    error = caught.value
    assert error.file == "debts.json"
    assert str(error).startswith(error.code)
    return error


ZAAK = "body.financiele_zaken[0]"
EVENT = f"{ZAAK}.gebeurtenissen"

REFUSALS: dict[str, tuple[Change, type[SourceError], str]] = {
    "an event id used twice with other content": (
        lambda b: case(b)["gebeurtenissen"].append(event(b, 2) | {"bedrag": 401}),
        EventCollision,
        f"{EVENT}[3].gebeurtenis_kenmerk",
    ),
    "an event after the balance date": (
        lambda b: event(b, 2).update(datumtijd_gebeurtenis="2026-11-01T00:00:00+01:00"),
        EventAfterBalanceDate,
        f"{EVENT}[2].datumtijd_gebeurtenis",
    ),
    "another currency in an event": (
        lambda b: event(b, 2).update(valuta="USD"),
        ForeignCurrency,
        f"{EVENT}[2].valuta",
    ),
    "another currency in a case": (lambda b: case(b).update(currency="GBP"), ForeignCurrency, f"{ZAAK}.currency"),
    "another currency in the document": (lambda b: b.update(valuta="USD"), ForeignCurrency, "body.valuta"),
    "an unknown event type": (
        lambda b: event(b, 2).update(gebeurtenis_type="GeldVerdwenen"),
        UnknownEventType,
        f"{EVENT}[2].gebeurtenis_type",
    ),
    "an event type that is no text": (
        lambda b: event(b, 2).update(gebeurtenis_type=["BetalingVerwerkt"]),
        UnknownEventType,
        f"{EVENT}[2].gebeurtenis_type",
    ),
    "no event type": (lambda b: event(b, 2).pop("gebeurtenis_type"), MissingField, f"{EVENT}[2].gebeurtenis_type"),
    "a wrong total owed": (
        lambda b: case(b).update(totaal_financieel_verplicht=999),
        TotalsMismatch,
        f"{ZAAK}.totaal_financieel_verplicht",
    ),
    "a wrong total settled": (
        lambda b: case(b).update(totaal_financieel_vereffend=401),
        TotalsMismatch,
        f"{ZAAK}.totaal_financieel_vereffend",
    ),
    "a wrong balance": (lambda b: case(b).update(saldo=601), TotalsMismatch, f"{ZAAK}.saldo"),
    "a balance that is no whole number": (lambda b: case(b).update(saldo=600.0), InvalidField, f"{ZAAK}.saldo"),
    "no balance": (lambda b: case(b).pop("saldo"), MissingField, f"{ZAAK}.saldo"),
    "the totals of the other version": (
        lambda b: case(b).update(totaal_opgelegd=case(b).pop("totaal_financieel_verplicht")),
        MissingField,
        f"{ZAAK}.totaal_financieel_verplicht",
    ),
    "a float amount": (lambda b: event(b, 2).update(bedrag=400.5), InvalidField, f"{EVENT}[2].bedrag"),
    "a text amount": (lambda b: event(b, 2).update(bedrag="400"), InvalidField, f"{EVENT}[2].bedrag"),
    "a yes for an amount": (lambda b: event(b, 2).update(bedrag=True), InvalidField, f"{EVENT}[2].bedrag"),
    "a negative amount": (lambda b: event(b, 2).update(bedrag=-400), InvalidField, f"{EVENT}[2].bedrag"),
    "no amount": (lambda b: event(b, 2).pop("bedrag"), MissingField, f"{EVENT}[2].bedrag"),
    "a null amount": (lambda b: event(b, 2).update(bedrag=None), MissingField, f"{EVENT}[2].bedrag"),
    "a moment without offset": (
        lambda b: event(b, 2).update(datumtijd_gebeurtenis="2026-01-25T09:00:00"),
        InvalidField,
        f"{EVENT}[2].datumtijd_gebeurtenis",
    ),
    "a day that does not exist": (
        lambda b: event(b, 1).update(vervaldatum="2026-02-30"),
        InvalidField,
        f"{EVENT}[1].vervaldatum",
    ),
    "an unknown category": (lambda b: event(b, 0).update(categorie="Boete"), InvalidField, f"{EVENT}[0].categorie"),
    "an unknown stage": (lambda b: event(b, 1).update(type="Sommatie"), InvalidField, f"{EVENT}[1].type"),
    "no stage": (lambda b: event(b, 1).pop("type"), MissingField, f"{EVENT}[1].type"),
    "a malformed claim type": (lambda b: event(b, 0).update(type="CJIB-Wahv"), InvalidField, f"{EVENT}[0].type"),
    "an IBAN with a wrong check number": (
        lambda b: event(b, 1).update(rekeningnummer="NL00FICT0000000001"),
        InvalidField,
        f"{EVENT}[1].rekeningnummer",
    ),
    "a text without end": (
        lambda b: event(b, 0).update(omschrijving="x" * 2001),
        InvalidField,
        f"{EVENT}[0].omschrijving",
    ),
    "no primary obligation": (
        lambda b: event(b, 0).update(primaire_verplichting=False),
        InconsistentCase,
        EVENT,
    ),
    "two primary obligations": (
        lambda b: case(b)["gebeurtenissen"].append(event(b, 0) | {"gebeurtenis_kenmerk": "f9"}),
        InconsistentCase,
        f"{EVENT}[3].primaire_verplichting",
    ),
    "no events": (lambda b: case(b).update(gebeurtenissen=[]), InconsistentCase, EVENT),
    "events that are no list": (lambda b: case(b).update(gebeurtenissen={}), InvalidField, EVENT),
    "an event that is no object": (
        lambda b: case(b)["gebeurtenissen"].append("geld"),
        InvalidField,
        f"{EVENT}[3]",
    ),
    "another citizen in a case": (lambda b: case(b).update(bsn="999990019"), InvalidField, f"{ZAAK}.bsn"),
    "another citizen in an event": (lambda b: event(b, 1).update(bsn="999990019"), InvalidField, f"{EVENT}[1].bsn"),
    "another case in an event": (
        lambda b: event(b, 1).update(zaakkenmerk="ZAAK-2"),
        InvalidField,
        f"{EVENT}[1].zaakkenmerk",
    ),
    "a BSN that fails the eleven test": (lambda b: b.update(bsn="999990008"), InvalidField, "body.bsn"),
    "a BSN that is a number": (lambda b: b.update(bsn=999990007), InvalidField, "body.bsn"),
    "no BSN": (lambda b: b.pop("bsn"), MissingField, "body.bsn"),
    "no source": (lambda b: b.pop("aangeleverd_door"), MissingField, "body.aangeleverd_door"),
    "a source that is no OIN": (lambda b: b.update(aangeleverd_door="CJIB"), InvalidField, "body.aangeleverd_door"),
    "no cases": (lambda b: b.pop("financiele_zaken"), MissingField, "body.financiele_zaken"),
    "one case twice": (
        lambda b: b["financiele_zaken"].append(json.loads(json.dumps(case(b)))),
        InconsistentCase,
        "body.financiele_zaken[1].zaakkenmerk",
    ),
    "arrears of no demand": (
        lambda b: case(b).update(achterstanden=["b1", "f1"]),
        UnresolvedReference,
        f"{ZAAK}.achterstanden[1]",
    ),
    "an unknown phase": (
        lambda b: case(b).update(aanvullende_gegevens={"fase": "kwijt"}),
        InvalidField,
        f"{ZAAK}.aanvullende_gegevens.fase",
    ),
    "half a plan": (
        lambda b: case(b).update(aanvullende_gegevens={"regeling": {"termijnbedrag": 100}}),
        MissingField,
        f"{ZAAK}.aanvullende_gegevens.regeling.termijnen",
    ),
    "an organisation without name": (
        lambda b: b.update(organisaties=[{"oin": "0" * 20}]),
        MissingField,
        "body.organisaties[0].naam",
    ),
}


@pytest.mark.parametrize(("change", "kind", "field"), REFUSALS.values(), ids=REFUSALS)
def test_a_bad_document_is_refused_by_name_and_place(change: Change, kind: type[SourceError], field: str) -> None:
    data = changed(a_document(), change)
    error = refusal(data)
    assert type(error) is kind
    assert error.field == field
    # The line holds the last name of the path, or is that of the object in which it is missing.
    line = data.decode().splitlines()[error.line - 1]
    name = field.rpartition(".")[2].partition("[")[0]
    assert kind is MissingField or name in line or field.endswith("]")


def test_no_refusal_repeats_what_stood_there() -> None:
    for change, _, _ in REFUSALS.values():
        text = str(refusal(changed(a_document(), change)))
        for secret in (
            "999990007",
            "999990019",
            "999990008",
            "GeldVerdwenen",
            "ZAAK-",
            "401",
            "601",
            "NL00",
            "Sommatie",
        ):
            assert secret not in text


def test_the_same_event_twice_is_one_event() -> None:
    data = changed(a_document(), lambda b: case(b)["gebeurtenissen"].append(dict(event(b, 2))))
    assert parse_document(data, file="x") == parse_document(write_document(a_document()), file="x")


def test_one_event_id_in_two_cases_is_a_collision() -> None:
    def second(body: Body) -> None:
        other = json.loads(json.dumps(case(body)).replace("ZAAK-1", "ZAAK-2"))
        body["financiele_zaken"].append(other)

    error = refusal(changed(a_document(), second))
    assert isinstance(error, EventCollision)
    assert error.field == "body.financiele_zaken[1].gebeurtenissen[0].gebeurtenis_kenmerk"


def test_a_reference_to_nothing_names_the_referring_field() -> None:
    def withdraw(body: Body) -> None:
        kept = {name: event(body, 2)[name] for name in ("datumtijd_gebeurtenis", "zaakkenmerk", "bsn")}
        case(body)["gebeurtenissen"].append(
            kept
            | {
                "gebeurtenis_type": "BetalingsverplichtingIngetrokken",
                "gebeurtenis_kenmerk": "w1",
                "ingetrokken_gebeurtenis_kenmerk": "b9",
            }
        )

    error = refusal(changed(a_document(), withdraw))
    assert isinstance(error, UnresolvedReference)
    assert error.field == f"{EVENT}[3].ingetrokken_gebeurtenis_kenmerk"


def test_a_document_of_another_agency_is_refused() -> None:
    data = write_document(a_document())
    assert parse_document(data, file="x", agency=CJIB).source_oin == CJIB.oin
    assert refusal(data, agency=agency("duo")).field == "body.aangeleverd_door"


def test_an_event_without_id_gets_a_stable_one() -> None:
    data = changed(a_document(), lambda b: event(b, 2).pop("gebeurtenis_kenmerk"))
    null = changed(a_document(), lambda b: event(b, 2).update(gebeurtenis_kenmerk=None))
    one, same = parse_document(data, file="x"), parse_document(null, file="y")
    assert one == same
    assert one.cases[0].events[2].id.startswith("sha256-")


def test_an_event_of_which_no_id_can_be_made_is_refused() -> None:
    error = refusal(changed(a_document(), lambda b: event(b, 2).update(gebeurtenis_kenmerk=None, extra=2**60)))
    assert error.field == f"{EVENT}[2].gebeurtenis_kenmerk"


@pytest.mark.parametrize("version", ["2.0.1", "4.2.0", "", None, 4.1])
def test_an_unknown_version_is_refused(version: object) -> None:
    root = json.loads(write_document(a_document())) | {"version": version}
    error = refusal(json.dumps(root).encode())
    assert isinstance(error, UnsupportedVersion)
    assert error.field == "version"


def test_a_document_of_another_kind_is_refused() -> None:
    root = json.loads(write_document(a_document())) | {"type": "INVOICE"}
    assert isinstance(refusal(json.dumps(root).encode()), UnsupportedVersion)


def test_version_3_knows_four_events() -> None:
    remission = ObligationRemitted(id="k1", registered_at=on(30), amount=100)
    with pytest.raises(UnsupportedVersion):
        write_document(a_document(imposed("f1", 1000), remission, version="3.0.0"))
    root = json.loads(write_document(a_document(imposed("f1", 1000), remission)))
    root["version"] = "3.0.0"
    zaak = root["body"]["financiele_zaken"][0]
    zaak |= {"totaal_opgelegd": 1000, "totaal_reeds_betaald": 100}
    assert isinstance(refusal(json.dumps(root).encode()), UnknownEventType)


def test_version_3_has_its_own_totals_and_no_stage() -> None:
    document = a_document(version="3.0.0")
    zaak = json.loads(write_document(document))["body"]["financiele_zaken"][0]
    assert (zaak["totaal_opgelegd"], zaak["totaal_reeds_betaald"], zaak["saldo"]) == (1000, 400, 600)
    assert "totaal_financieel_verplicht" not in zaak
    assert "type" not in zaak["gebeurtenissen"][1]
    assert parse_document(write_document(document), file="x") == document


def test_two_members_of_one_name_are_refused() -> None:
    data = write_document(a_document()).replace(b'"saldo": 600', b'"saldo": 600,\n        "saldo": 0')
    error = refusal(data)
    assert isinstance(error, DuplicateMember)
    assert error.field == f"{ZAAK}.saldo"
    assert data.decode().splitlines()[error.line - 1].strip() == '"saldo": 0,'


def test_an_odd_member_name_is_not_repeated() -> None:
    error = refusal(b'{"999990007": 1, "999990007": 2}')
    assert (error.line, error.field) == (1, "?")


@pytest.mark.parametrize(
    ("data", "line"),
    [(b'{\n"a": }', 2), (b'{"a": 1}\n\n}', 3), (b'{"a":\n"\xff"}', 2), (b"[1]", 0), (b"", 1), (b'{"a": NaN}', 0)],
)
def test_what_is_no_json_object_is_refused(data: bytes, line: int) -> None:
    error = refusal(data)
    assert isinstance(error, MalformedSource)
    assert error.line == line


def test_a_document_that_is_too_large_is_refused() -> None:
    assert isinstance(refusal(write_document(a_document()), max_bytes=100), MalformedSource)


def test_fields_that_are_not_known_are_left_alone() -> None:
    data = changed(a_document(), lambda b: (b.update(contactopties=[{}]), event(b, 0).update(nieuw={"veld": [1]})))
    assert parse_document(data, file="x") == a_document()


def test_an_iban_may_be_written_with_spaces() -> None:
    data = changed(a_document(), lambda b: event(b, 1).update(rekeningnummer="NL91 ABNA 0417 1643 00"))
    (case_,) = parse_document(data, file="x").cases
    assert case_.events[1] == demanded("b1", 1000, 1, due=30, iban="NL91ABNA0417164300")


def test_a_document_is_not_restated_for_the_past() -> None:
    document = a_document()
    assert document.restated(AS_OF + timedelta(days=1)).overview(CJIB).as_of == AS_OF + timedelta(days=1)
    with pytest.raises(InconsistentCase):
        document.restated(AS_OF - timedelta(days=1))
    with pytest.raises(InconsistentCase):
        document.with_event("nowhere", paid("x", 1, 400))


def test_a_later_reference_date_tells_no_more_than_the_document_knows() -> None:
    document = a_document()
    later, earlier = AS_OF + timedelta(days=90), on(5)
    assert document.overview(CJIB, later).as_of == AS_OF
    assert document.cases_at(CJIB, later)[0].as_of == AS_OF
    assert document.overview(CJIB, earlier).balance == 1000
    assert document.overview(CJIB, on(-1)).cases == ()


# Places in a text.

TEXT = """{
  "a": [
    {"b": "x, ]"},
    {"b": {"c": 1,
      "d": "\\"}"}}
  ],
  "e": 2
}"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("a",), 2),
        (("a", 0), 3),
        (("a", 1), 4),
        (("a", 1, "b", "c"), 4),
        (("a", 1, "b", "d"), 5),
        (("a", 1, "b", "missing"), 4),
        (("a", 7), 2),
        (("e",), 7),
    ],
)
def test_a_path_has_a_line(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, path) == line


def test_a_path_is_written_with_dots_and_positions() -> None:
    assert dotted(("body", "zaken", 2, "saldo")) == "body.zaken[2].saldo"
    assert dotted((0, "a b")) == "[0].?"


@pytest.mark.parametrize("text", ["}}}", "{{{", "[,,,", '{"a', "{:}", ",", "{1:2}", '{"\\ud8": 1}', "]" * 9])
def test_a_text_that_makes_no_sense_does_no_harm(text: str) -> None:
    assert line_of(text, ("a", 0)) == 1
    list(members(text))
