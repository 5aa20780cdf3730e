"""A private creditor: known by customer numbers everywhere; a citizen service number is refused wherever it comes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from credentials.debts.agency import Agency
from credentials.debts.errors import InvalidCustomerNumber, InvalidField, MissingField, SourceError
from credentials.debts.fcid import parse_document, write_document
from credentials.debts.person import CustomerNumber, Numbering
from credentials.errors import ConfigurationError
from issuer.app.numbering import keep_numbering
from issuer.app.wallet_login import question_of
from issuer.domain.errors import BsnNotAllowed, NoCustomer, RepresentationRefused, SourceUnavailable, WeakCustomerLogin
from issuer.domain.facts import Hiding
from issuer.domain.kept_person import read_written, written
from issuer.domain.secrets import Derivation
from issuer.identity import CustomerRules
from issuer.identity.oidc.customer import customer_of
from issuer.settings import (
    AgencySection,
    CustomerClaim,
    CustomerLoginSection,
    CustomersSection,
    DigidSection,
    HttpSource,
    PidSection,
    TrustListSection,
)
from issuer.sources import Columns, SqlDatabaseSource, SqlQueries, csv_table
from issuer.sources.customers import CustomerFile
from issuer.sources.rows import Reading, read_table
from service.database import Database
from service.kept import KeptText
from service.migrations import migrate
from tests.debt_builders import SAMIRA, a_document
from tests.debt_files import COLUMNS, HEADER, a_demand, a_file, an_obligation
from tests.flows.issuance_kit import settings_for

OIN = "00000000900000013000"
ENERGY = Agency(OIN, "Energie Zonneweide (fictief)", "zonneweide", ("priv_energielevering",), private=True)
CUSTOMER = CustomerNumber("ZW-402311")
MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_bill(**changed: Any) -> dict[str, Any]:
    """Return a document of the company about a customer, with members of its body changed."""
    document = replace(a_document(), person=CUSTOMER, source_oin=OIN)
    whole: dict[str, Any] = json.loads(write_document(document).replace(b"cjib_wahv", b"priv_energielevering"))
    whole["body"].update(changed)
    return whole


def refusal(document: Mapping[str, Any]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse_document(json.dumps(document).encode(), file="bill.json", agency=ENERGY)
    return caught.value


class TestNumbers:
    @pytest.mark.parametrize("number", ["1", "ZW-402311", "2026/00017.b", "x" * 40, "999990007"])
    def test_a_customer_number_is_what_a_creditor_makes_of_it(self, number: str) -> None:
        customer = CustomerNumber(number)
        assert customer.reveal() == number
        assert number not in f"{customer} {customer!r}"
        assert read_written(written(customer)) == customer

    @pytest.mark.parametrize("number", ["", "-1", "1-", "a b", "é", "x" * 41, "1\n", "klant:1", "' OR 1=1"])
    def test_and_not_just_anything(self, number: str) -> None:
        with pytest.raises(InvalidCustomerNumber):
            CustomerNumber(number)

    def test_the_same_digits_are_not_the_same_person(self) -> None:
        alike, hiding = CustomerNumber(SAMIRA.reveal()), Hiding(Derivation(b"k" * 32))
        assert alike != SAMIRA
        assert hiding.subject(alike) != hiding.subject(SAMIRA)
        assert read_written(written(alike)) == alike
        assert read_written(written(SAMIRA)) == read_written(SAMIRA.reveal()) == SAMIRA


class TestDocuments:
    def test_a_document_about_a_customer_is_read_and_written(self) -> None:
        data = json.dumps(a_bill()).encode()
        read = parse_document(data, file="bill.json", agency=ENERGY)
        assert read.person == CUSTOMER
        assert json.loads(write_document(read)) == a_bill()
        assert read.overview(ENERGY, with_bsn=True).bsn is None

    def test_a_citizen_service_number_is_refused_wherever_it_stands(self) -> None:
        beside, in_its_place, in_a_case, in_an_event = (a_bill() for _ in range(4))
        beside["body"]["bsn"] = SAMIRA.reveal()
        in_its_place["body"]["bsn"] = in_its_place["body"].pop("klantnummer")
        in_a_case["body"]["financiele_zaken"][0]["bsn"] = SAMIRA.reveal()
        in_an_event["body"]["financiele_zaken"][0]["gebeurtenissen"][0]["bsn"] = SAMIRA.reveal()
        for document in (beside, in_its_place, in_a_case, in_an_event):
            found = refusal(document)
            assert isinstance(found, InvalidField)
            assert found.field.endswith("bsn")

    def test_what_is_no_customer_of_this_creditor_is_refused(self) -> None:
        assert isinstance(refusal(a_bill(klantnummer=None)), MissingField)
        assert refusal(a_bill(klantnummer=402311)).field == "body.klantnummer"
        whole = json.loads(json.dumps(a_bill()).replace("priv_energielevering", "cjib_wahv"))
        assert refusal(whole).field.endswith("type")


CUSTOMERS = replace(
    COLUMNS,
    columns={"klantnummer": "BSN", **{name: each for name, each in COLUMNS.columns.items() if name != "bsn"}},
    numbering=Numbering.CUSTOMER_NUMBER,
)


def rows_of(*rows: str, columns: Columns = CUSTOMERS) -> Reading:
    return read_table(csv_table, a_file(*rows, header=HEADER), columns, file="bills.csv", source_oin=OIN, at=MOMENT)


class TestTables:
    ROWS = (
        an_obligation("10,00", BSN="00417", Code="priv_energielevering"),
        a_demand("10,00", BSN="00417"),
    )

    def test_rows_are_of_customers_with_their_zeros(self) -> None:
        assert [*rows_of(*self.ROWS).people] == [CustomerNumber("00417")]

    def test_a_wrong_number_or_kind_of_claim_is_told_by_row_and_column(self) -> None:
        (fault,) = rows_of(self.ROWS[0].replace("00417", "4 17")).faults
        assert (fault.line, fault.field) == (2, "BSN")
        (fault,) = rows_of(an_obligation("10,00", BSN="00417", Code="cjib_wahv"), self.ROWS[1]).faults
        assert (fault.line, fault.field) == (2, "Code")

    def test_a_mapping_with_a_citizen_service_number_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="no ground"):
            replace(CUSTOMERS, columns={**CUSTOMERS.columns, "bsn": "BSN"})
        with pytest.raises(ConfigurationError, match="no field klantnummer"):
            replace(CUSTOMERS, numbering=Numbering.BSN)


class TestDatabases:
    def a_source(self, folder: Path, person: str, query: str) -> SqlDatabaseSource:
        url = f"sqlite:///{folder / 'bills.db'}"
        with create_engine(url).begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS bills (klantnummer, zaakkenmerk)"))
        queries = SqlQueries(of_person=[query], people="SELECT klantnummer FROM bills", person=person)  # type: ignore[arg-type]
        names = ("klantnummer", "zaakkenmerk", "gebeurtenis_type", "datumtijd_gebeurtenis")
        columns = Columns({name: name for name in names}, numbering=Numbering.CUSTOMER_NUMBER)
        return SqlDatabaseSource(ENERGY, url, queries, columns, refused=print, patience=timedelta(seconds=5))

    def test_who_is_not_in_it_has_no_bills_here(self, tmp_path: Path) -> None:
        source = self.a_source(tmp_path, "text", "SELECT * FROM bills WHERE klantnummer = :klantnummer")
        assert source.cases_of(CUSTOMER, MOMENT).cases == ()

    def test_a_number_that_the_database_cannot_have_is_no_answer(self, tmp_path: Path) -> None:
        source = self.a_source(tmp_path, "number", "SELECT * FROM bills WHERE klantnummer = :klantnummer")
        assert source.cases_of(CustomerNumber("417"), MOMENT).cases == ()
        for number in ("00417", "ZW-417"):
            with pytest.raises(SourceUnavailable):
                source.cases_of(CustomerNumber(number), MOMENT)

    def test_a_query_by_citizen_service_number_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=":klantnummer"):
            self.a_source(tmp_path, "text", "SELECT * FROM bills WHERE bsn = :bsn")


RULES = CustomerRules("klantnummer")


class TestLogin:
    def test_a_customer_is_who_the_provider_says(self) -> None:
        said = {"sub": "p", "klantnummer": CUSTOMER.reveal(), "name": "Samira", "acr": "mfa"}
        person = customer_of(said, said, replace(RULES, minimum_assurance=("mfa",)))
        assert (person.person, person.name, person.representative) == (CUSTOMER, "Samira", None)

    @pytest.mark.parametrize("number", [None, "", 402311, "a b", ["1"]])
    def test_without_a_customer_number_nobody_is_let_in(self, number: Any) -> None:
        with pytest.raises(NoCustomer):
            customer_of({"klantnummer": number}, {}, RULES)

    @pytest.mark.parametrize(
        "more",
        [
            {"bsn": SAMIRA.reveal()},
            {"nin": "s00000000:999990007"},
            {"urn:x": "S00000000:999990007"},
            {"sub": SAMIRA.reveal(), "sub_id_type": "urn:nl-eid-gdi:1.0:id:BSN"},
        ],
    )
    def test_a_provider_that_states_a_citizen_service_number_is_refused(self, more: Any) -> None:
        with pytest.raises(BsnNotAllowed):
            customer_of({"klantnummer": "1", **more}, {}, RULES)

    def test_so_is_who_acts_for_another_and_who_logged_in_weakly(self) -> None:
        with pytest.raises(RepresentationRefused):
            customer_of({"klantnummer": "1", "represents": {}}, {}, RULES)
        with pytest.raises(WeakCustomerLogin):
            customer_of({"klantnummer": "1"}, {"acr": "low"}, replace(RULES, minimum_assurance=("mfa",)))


class TestCustomers:
    SAID: ClassVar = {"achternaam": "de Vries-Gómez", "geboortedatum": "1985-03-30"}
    FILE = """klantnummer;geboortedatum;achternaam
ZW-1;30-3-1985;De  VRIES-GO\u0301MEZ
ZW-2;1985-03-31;de Vries-Gómez
ZW-3;2-1-1990;Jansen
ZW-4;02-01-1990;JANSEN
ZW-5;;Bakker
"""

    def find(self, folder: Path, said: Mapping[str, str], text: str = FILE) -> CustomerNumber | None:
        file = folder / "klanten.csv"
        file.write_text(text, "utf-8")
        faults: list[SourceError] = []
        try:
            return customers_in(file, faults.append).find(said)
        finally:
            self.faults = [(each.line, each.field) for each in faults]

    def test_exactly_one_is_found_however_the_name_is_written(self, tmp_path: Path) -> None:
        assert self.find(tmp_path, self.SAID) == CustomerNumber("ZW-1")

    @pytest.mark.parametrize(
        "changed",
        [
            {"geboortedatum": "1985-03-29"},
            {"achternaam": "de Vries Gómez"},
            {"achternaam": "de Vries-Gomez"},
            {"achternaam": ""},
            {"geboortedatum": "30-3-1985"},
            {"achternaam": "Jansen", "geboortedatum": "1990-01-02"},
            {"achternaam": "Bakker", "geboortedatum": ""},
        ],
        ids=["another day", "another name", "without accent", "no name", "no day", "two who are alike", "unknown day"],
    )
    def test_nobody_else_is(self, tmp_path: Path, changed: dict[str, str]) -> None:
        assert self.find(tmp_path, {**self.SAID, **changed}) is None

    @pytest.mark.parametrize(
        ("before", "after", "place"),
        [
            ("ZW-3", "Z W", (4, "klantnummer")),
            ("2-1-1990", "31-2-1990", (4, "geboortedatum")),
            (";Jansen", "", (4, "")),
            ("achternaam", "naam", (1, "achternaam")),
        ],
    )
    def test_a_wrong_row_is_told_and_nobody_is_found(
        self, tmp_path: Path, before: str, after: str, place: tuple[int, str]
    ) -> None:
        with pytest.raises(SourceUnavailable):
            self.find(tmp_path, self.SAID, self.FILE.replace(before, after, 1))
        assert self.faults == [place]

    def test_a_file_that_changed_is_read_anew_and_one_that_is_gone_says_nothing(self, tmp_path: Path) -> None:
        self.find(tmp_path, self.SAID)
        file = tmp_path / "klanten.csv"
        customers = customers_in(file, print)
        assert customers.find(self.SAID) == CustomerNumber("ZW-1")
        file.write_text(self.FILE.replace("ZW-1", "ZW-99"), "utf-8")
        assert customers.find(self.SAID) == CustomerNumber("ZW-99")
        file.unlink()
        with pytest.raises(SourceUnavailable):
            customers.find(self.SAID)


def customers_in(file: Path, refused: Callable[[SourceError], None]) -> CustomerFile:
    return CustomerFile(file, number="klantnummer", texts=["achternaam"], days=["geboortedatum"], refused=refused)


def a_creditor(folder: Path, **more: Any) -> Any:
    section = AgencySection(
        oin=OIN, name=ENERGY.name, abbreviation="zonneweide", coverage=ENERGY.coverage, private=True
    )
    login = CustomerLoginSection(issuer="https://account.example", client_id="zonneweide")
    return settings_for(folder, **{"agency": section, "digid": None, "customer_login": login, **more})


FAMILY_NAME = CustomerClaim(column="achternaam", claim=("family_name",), element=("urn:eudi:pid:nl:1", "family_name"))
BIRTH_DATE = CustomerClaim(
    column="geboortedatum", claim=("birthdate",), element=("urn:eudi:pid:nl:1", "birth_date"), kind="day"
)


def by_name_and_day(folder: Path) -> CustomersSection:
    return CustomersSection(file=folder / "klanten.csv", match=(FAMILY_NAME, BIRTH_DATE))


def a_list(folder: Path) -> TrustListSection:
    return TrustListSection(source="https://stelsel.example/list.jwt", key=folder / "scheme.jwk")


class TestSettings:
    def test_a_creditor_has_its_own_login_or_a_wallets(self, tmp_path: Path) -> None:
        assert a_creditor(tmp_path).login.issuer == "https://account.example"
        with pytest.raises(ValidationError, match="nobody could log in"):
            a_creditor(tmp_path, customer_login=None)

    def test_digid_is_for_who_has_a_law_for_it(self, tmp_path: Path) -> None:
        digid = DigidSection(issuer="https://digid.example", client_id="zonneweide")
        with pytest.raises(ValidationError, match="no ground for DigiD"):
            a_creditor(tmp_path, digid=digid)
        with pytest.raises(ValidationError, match="digid is missing"):
            settings_for(tmp_path, digid=None)
        with pytest.raises(ValidationError, match="private = true"):
            settings_for(tmp_path, customer_login=a_creditor(tmp_path).customer_login)

    def test_a_wallet_is_asked_for_a_name_and_a_day_and_for_no_number(self, tmp_path: Path) -> None:
        with pytest.raises(ValidationError, match=r"pid\.customers"):
            a_creditor(tmp_path, pid=PidSection(providers=()), trust_list=a_list(tmp_path))
        pid = PidSection(customers=by_name_and_day(tmp_path))
        settings = a_creditor(tmp_path, pid=pid, trust_list=a_list(tmp_path))
        assert "bsn" not in str(question_of(settings, pid).query.to_json())
        with pytest.raises(ValidationError, match="private = true"):
            settings_for(tmp_path, pid=pid, trust_list=a_list(tmp_path))
        with pytest.raises(ValidationError, match="a name alone"):
            CustomersSection(file=tmp_path, match=(FAMILY_NAME, FAMILY_NAME))

    def test_a_service_is_not_asked_by_citizen_service_number(self, tmp_path: Path) -> None:
        source = HttpSource(kind="http", url="https://register.example", body={"wie": "{bsn}"})
        with pytest.raises(ValidationError, match="klantnummer"):
            a_creditor(tmp_path, source=source)


class TestRecords:
    """An agency that was there before goes on, and its records never become those of a private creditor."""

    @pytest.fixture
    def before(self, tmp_path: Path) -> Database:
        database = Database(f"sqlite:///{tmp_path / 'issuer.db'}")
        migrate(database, "issuer")
        return database

    def test_records_of_before_go_on_as_they_were_and_as_nothing_else(self, before: Database) -> None:
        with before.write() as connection:
            connection.execute(
                text("INSERT INTO issuer_debts (subject_hash, import_id, sealed) VALUES ('h', 'i', :sealed)"),
                {"sealed": b""},
            )
        with pytest.raises(ConfigurationError, match="by bsn"):
            keep_numbering(before, Numbering.CUSTOMER_NUMBER, "zonneweide")
        assert KeptText(before, "numbering").load() is None, "a refused start changes nothing"
        keep_numbering(before, Numbering.BSN, "zonneweide")
        keep_numbering(before, Numbering.BSN, "zonneweide")

    def test_an_empty_one_is_of_whoever_begins(self, before: Database) -> None:
        keep_numbering(before, Numbering.CUSTOMER_NUMBER, "zonneweide")
        with pytest.raises(ConfigurationError, match="by klantnummer"):
            keep_numbering(before, Numbering.BSN, "zonneweide")
