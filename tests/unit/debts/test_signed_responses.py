"""A document as one signed response: it says what the cases say, and is changed by nobody."""

from dataclasses import replace
from pathlib import Path

import pytest

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Statements
from credentials.debts.errors import SourceError
from credentials.debts.fcid import (
    FcidDocument,
    SignedResponse,
    document_of,
    parse_document,
    sign_response,
    write_document,
)
from credentials.debts.fcid.stating import NEWEST
from credentials.debts.phase import Phase
from credentials.encoding import JsonObject, b64_encode, b64url_decode, b64url_encode, json_object
from credentials.errors import LimitExceeded, MalformedInput
from credentials.jose import InvalidToken, sign_compact
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner
from tests.debt_builders import (
    AS_OF,
    CJIB,
    DEMO,
    SAMIRA,
    a_document,
    agency,
    demanded,
    imposed,
    many_cases,
    on,
    paid,
    withdrawn,
)

SIGNER = SoftwareSigner.generate()
CERTIFICATE = b"whatever stands in x5c"
DOCUMENT = a_document(imposed("f1", 10_000, primary=True), demanded("b1", 10_000, 1, due=30), paid("p1", 2_500, 2))


def signed(document: FcidDocument = DOCUMENT) -> str:
    return sign_response(document, SIGNER, (CERTIFICATE,))


def payload_of(compact: str) -> JsonObject:
    return json_object(b64url_decode(compact.split(".")[1]))


def documents() -> list[object]:
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in sorted(DEMO.rglob("*.json"))]


@pytest.mark.parametrize("path", documents())
def test_what_a_source_read_is_written_down_again_without_loss(path: Path) -> None:
    source = agency(path.parent.name)
    read = parse_document(path.read_bytes(), file=path.name, agency=source)
    cases = read.cases_at(source)
    written = write_document(document_of(source, read.person, cases, created_at=read.created_at))
    again = parse_document(written, file="written", agency=source)
    assert again.cases_at(source) == cases
    # Where there are no cases there is no version either, and the newest serves.
    assert (again.version, again.person, again.created_at) == (
        read.version if cases else NEWEST,
        read.person,
        read.created_at,
    )


def test_what_had_not_happened_or_was_not_stated_yet_is_not_written_down() -> None:
    document = a_document(
        imposed("f1", 10_000, primary=True),
        demanded("b1", 10_000, 1, due=30),
        paid("p1", 2_500, 40),
        statements=Statements(stated_at=on(50), phase=Phase.FINAL_NOTICE, arrears=frozenset({"b1"})),
    )
    earlier = document_of(CJIB, SAMIRA, document.cases_at(CJIB, on(10)), created_at=on(10))
    (case,) = earlier.cases
    assert [event.id for event in case.events] == ["f1", "b1"]
    assert (case.statements.phase, case.statements.arrears) == (None, frozenset())
    assert parse_document(write_document(earlier), file="x").cases_at(CJIB)[0].phase is Phase.NOTICE


def test_no_cases_are_a_document_too() -> None:
    document = document_of(CJIB, SAMIRA, (), created_at=AS_OF)
    assert SignedResponse.parse(signed(document)).document() == document


def test_the_payload_is_the_document_and_nothing_else() -> None:
    compact = signed()
    assert payload_of(compact) == json_object(write_document(DOCUMENT))
    response = SignedResponse.parse(compact)
    assert response.token.header == {
        "alg": "ES256",
        "typ": "fcid+jws",
        "kid": SIGNER.public_jwk.thumbprint,
        "x5c": [b64_encode(CERTIFICATE)],
    }
    response.verify(SIGNER.public_jwk)
    assert response.document() == DOCUMENT
    assert response.x5c == (CERTIFICATE,)


def test_a_response_that_was_changed_or_is_of_another_key_is_refused() -> None:
    header, payload, signature = signed().split(".")
    other = b64url_encode(b64url_decode(payload).replace(b"2500", b"9900"))
    with pytest.raises(InvalidSignature):
        SignedResponse.parse(f"{header}.{other}.{signature}").verify(SIGNER.public_jwk)
    with pytest.raises(InvalidSignature):
        SignedResponse.parse(signed()).verify(SoftwareSigner.generate().public_jwk)
    with pytest.raises(InvalidToken):
        SignedResponse.parse(signed()).verify(SoftwareSigner.generate(Algorithm.EDDSA).public_jwk)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "fcid+jws", "kid": "k"},
        {"typ": "fcid+jws", "kid": "k", "x5c": []},
        {"typ": "fcid+jws", "kid": "k", "x5c": "AA=="},
        {"typ": "fcid+jws", "kid": "k", "x5c": [7]},
        {"typ": "fcid+jws", "kid": "k", "x5c": ["no base64"]},
        {"typ": "fcid+jws", "kid": "k", "x5c": ["AA=="], "jku": "https://attacker.example"},
        {"typ": "dc+sd-jwt", "kid": "k", "x5c": ["AA=="]},
        {"kid": "k", "x5c": ["AA=="]},
    ],
)
def test_another_header_is_no_response(header: JsonObject) -> None:
    with pytest.raises(MalformedInput):
        SignedResponse.parse(sign_compact(header, payload_of(signed()), SIGNER))


def test_a_signed_text_that_is_no_sound_document_says_nothing() -> None:
    wrong = payload_of(signed())
    body = wrong["body"]
    assert isinstance(body, dict)
    body["financiele_zaken"][0]["saldo"] = 1  # type: ignore[index,call-overload]  # a list of cases
    header: JsonObject = {"typ": "fcid+jws", "kid": "k", "x5c": ["AA=="]}
    for payload in (wrong, {}, {"type": "x"}):
        with pytest.raises(SourceError):
            SignedResponse.parse(sign_compact(header, payload, SIGNER)).document()


def test_a_response_describes_itself_and_nothing_else_does() -> None:
    assert SignedResponse.describes_itself(signed())
    for other in ("", "a.b.c", signed().rpartition(".")[0], sign_compact({"typ": "JWT"}, {}, SIGNER), "{}"):
        assert not SignedResponse.describes_itself(other)


def test_hundreds_of_cases_fit_and_a_flood_does_not() -> None:
    document = document_of(CJIB, SAMIRA, many_cases(2_500), created_at=AS_OF)
    compact = signed(document)
    assert len(b64url_decode(compact.split(".")[1])) > 1 << 20, "larger than most tokens may be"
    response = SignedResponse.parse(compact)
    response.verify(SIGNER.public_jwk)
    assert len(response.document().cases) == 2_500
    with pytest.raises(LimitExceeded):
        SignedResponse.parse(f"{compact.partition('.')[0]}.{'A' * (26 << 20)}.AA")


def test_names_of_other_organisations_go_along() -> None:
    other = Agency("00000000900000010000", "DUO (fictief)", "duo")
    named = replace(
        a_document(imposed("f1", 10_000, primary=True, imposed_by=other.oin)), organisations={other.oin: other.name}
    )
    again = document_of(CJIB, SAMIRA, named.cases_at(CJIB), created_at=AS_OF)
    assert again.organisations == {other.oin: other.name}
    assert again.person == Bsn(SAMIRA.reveal())


def test_a_register_that_numbers_events_per_case_makes_a_sound_document() -> None:
    history = (
        imposed("1", 10_000, primary=True),
        imposed("2", 1_000, 1),
        demanded("3", 11_000, 2, due=30, obligations=("1", "2")),
        withdrawn("4", "3", 3),
        demanded("5", 11_000, 4, due=30),
    )
    statements = Statements(arrears=frozenset({"5"}))
    first = a_document(*history, statements=statements).cases[0]
    other = replace(first, reference="ZAAK-2", events=(*history, paid("p", 500, 5)))
    cases = replace(DOCUMENT, cases=(first, other)).cases_at(CJIB)
    document = document_of(CJIB, SAMIRA, cases, created_at=AS_OF)
    read = SignedResponse.parse(signed(document)).document()
    ids = [event.id for case in read.cases for event in case.events]
    assert len(set(ids)) == len(ids) == 11
    assert "p" in ids, "an id that stands once stays as it is"
    assert document_of(CJIB, SAMIRA, cases, created_at=AS_OF) == document, "the same on every reading"
    for case, known in zip(read.cases_at(CJIB), cases, strict=True):
        assert (case.balance, case.arrears, case.phase) == (known.balance, known.arrears, known.phase)
        assert [type(event) for event in case.events] == [type(event) for event in known.events]
        assert len(case.demands) == len(known.demands)
