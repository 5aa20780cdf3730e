"""One contract for every kind of register: what a source of debts promises, whatever the debts are kept in."""

import http.server
import json as notation
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from credentials.debts.bsn import Bsn
from credentials.debts.errors import SourceError
from credentials.debts.fcid import DocumentCase, FcidDocument, parse_document, write_document
from credentials.errors import ConfigurationError
from credentials.masking import Secret
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Condition, DebtSource, Known
from issuer.sources import (
    Columns,
    Endpoint,
    FcidDirectorySource,
    HttpFcidSource,
    SqlDatabaseSource,
    SqlQueries,
    TableFileSource,
    csv_table,
    fcid_directory,
    json_table,
    recent,
    spreadsheet_table,
)
from issuer.sources import patience as patience_module
from issuer.sources.patience import Patience
from service.http import OutboundClient, OutboundPolicy
from tests.debt_builders import AS_OF, CJIB, SAMIRA, demanded, imposed, paid
from tests.debt_files import a_workbook, an_ods, an_ods_row

NOBODY = Bsn("111222333")
STAMP = recent.Stamp("samira.json", 1, 1, 1, 1)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

HEADER = "BSN;Zaak;Soort;Nummer;Datum;Opgelegd;Bedrag;Hoofd;Vordering;Vervalt;Fase;Stand"
COLUMNS = Columns(
    {
        "bsn": "BSN",
        "zaakkenmerk": "Zaak",
        "gebeurtenis_type": "Soort",
        "gebeurtenis_kenmerk": "Nummer",
        "datumtijd_gebeurtenis": "Datum",
        "datumtijd_opgelegd": "Opgelegd",
        "bedrag": "Bedrag",
        "primaire_verplichting": "Hoofd",
        "type": "Vordering",
        "vervaldatum": "Vervalt",
        "saldo_datumtijd": "Stand",
    },
    events={
        "opgelegd": "FinancieleVerplichtingOpgelegd",
        "brief": "BetalingsverplichtingOpgelegd",
        "betaald": "BetalingVerwerkt",
    },
    decimal="comma",
)


@dataclass(slots=True)
class Register:
    """A register under test, with hands to fill and to spoil it."""

    source: DebtSource
    fill: Callable[[], None]
    pay: Callable[[], None]
    spoil: Callable[[], None]
    hide: Callable[[], None]
    tells_all: bool = True
    """Whether its condition tells of faults in debts that nobody asked for."""
    refused: list[SourceError] = field(default_factory=list)


def a_document_of_a_case() -> FcidDocument:
    events = (imposed("f1", 1000, primary=True, type="cjib_wahv"), demanded("b1", 1000, 1, due=30))
    return FcidDocument(
        version="4.1.0",
        source_oin=CJIB.oin,
        created_at=AS_OF,
        person=SAMIRA,
        cases=(DocumentCase(reference="ZAAK-1", balance_at=AS_OF, events=events),),
    )


def fcid(folder: Path) -> Register:
    refused: list[SourceError] = []
    directory = folder / "debts"
    directory.mkdir()
    file = directory / "samira.json"
    document = a_document_of_a_case()
    later = document.with_event("ZAAK-1", paid("p1", 400, registered_at=AS_OF))
    return Register(
        FcidDirectorySource(CJIB, directory, refused=refused.append),
        fill=lambda: _void(file.write_bytes(write_document(document))),
        pay=lambda: _void(file.write_bytes(write_document(later))),
        spoil=lambda: _void(
            file.write_bytes(write_document(document).replace(b'"bedrag": 1000', b'"bedrag": 1001', 1))
        ),
        hide=lambda: _void(directory.rename(folder / "gone")),
        refused=refused,
    )


def csv(folder: Path) -> Register:
    refused: list[SourceError] = []
    file = folder / "debts.csv"
    moment, stand = "2026-01-05T09:00:00+01:00", "2026-10-31T23:59:59+01:00"
    rows = [
        HEADER,
        f"{SAMIRA.reveal()};ZAAK-1;opgelegd;f1;{moment};{moment};10,00;ja;cjib_wahv;;;{stand}",
        f"{SAMIRA.reveal()};ZAAK-1;brief;b1;{moment};{moment};10,00;;Aanschrijving;2026-02-04;;{stand}",
    ]
    paid_row = f"{SAMIRA.reveal()};ZAAK-1;betaald;p1;2026-03-01T09:00:00+01:00;;4,00;;;;;{stand}"
    file.write_text(HEADER + "\n")

    def write(*lines: str) -> None:
        file.write_text("\n".join(lines) + "\n")

    return Register(
        TableFileSource(CJIB, file, COLUMNS, csv_table, refused=refused.append),
        fill=lambda: write(*rows),
        pay=lambda: write(*rows, paid_row),
        spoil=lambda: write(*rows[:2], rows[2].replace("10,00", "10.00")),
        hide=lambda: _void(file.rename(folder / "gone")),
        refused=refused,
    )


def _records(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the three rows as records with values of their own kinds."""
    moment, stand = "2026-01-05T09:00:00+01:00", "2026-10-31T23:59:59+01:00"
    shared = {"BSN": SAMIRA.reveal(), "Zaak": "ZAAK-1", "Stand": stand}
    rows = [
        {"Soort": "opgelegd", "Nummer": "f1", "Datum": moment, "Opgelegd": moment, "Bedrag": 10, "Hoofd": True}
        | {"Vordering": "cjib_wahv"},
        {"Soort": "brief", "Nummer": "b1", "Datum": moment, "Opgelegd": moment, "Bedrag": 10}
        | {"Vordering": "Aanschrijving", "Vervalt": "2026-02-04"},
        {"Soort": "betaald", "Nummer": "p1", "Datum": "2026-03-01T09:00:00+01:00", "Bedrag": 4},
    ]
    return [shared | row | change for row, change in zip(rows, changes, strict=False)]


def json(folder: Path) -> Register:
    refused: list[SourceError] = []
    file = folder / "debts.json"
    file.write_text("[]")

    def write(*changes: dict[str, Any]) -> None:
        file.write_text(notation.dumps(_records(*changes), indent=1))

    return Register(
        TableFileSource(CJIB, file, COLUMNS, json_table, refused=refused.append),
        fill=lambda: write({}, {}),
        pay=lambda: write({}, {}, {}),
        spoil=lambda: write({}, {"Bedrag": "10.00"}),
        hide=lambda: _void(file.rename(folder / "gone")),
        refused=refused,
    )


def xlsx(folder: Path) -> Register:
    refused: list[SourceError] = []
    file = folder / "debts.xlsx"

    def write(*changes: dict[str, Any]) -> None:
        a_workbook(
            file, [HEADER.split(";"), *([row.get(each) for each in HEADER.split(";")] for row in _records(*changes))]
        )

    write()
    return Register(
        TableFileSource(CJIB, file, COLUMNS, spreadsheet_table, refused=refused.append),
        fill=lambda: write({}, {}),
        pay=lambda: write({}, {}, {}),
        spoil=lambda: write({}, {"Bedrag": "10.00"}),
        hide=lambda: _void(file.rename(folder / "gone")),
        refused=refused,
    )


def ods(folder: Path) -> Register:
    refused: list[SourceError] = []
    file = folder / "debts.ods"

    def write(*changes: dict[str, Any]) -> None:
        titles = HEADER.split(";")
        rows = [titles, *([row.get(each) for each in titles] for row in _records(*changes))]
        an_ods(file, ("Blad1", "".join(map(an_ods_row, rows))))

    write()
    return Register(
        TableFileSource(CJIB, file, COLUMNS, spreadsheet_table, refused=refused.append),
        fill=lambda: write({}, {}),
        pay=lambda: write({}, {}, {}),
        spoil=lambda: write({}, {"Bedrag": "10.00"}),
        hide=lambda: _void(file.rename(folder / "gone")),
        refused=refused,
    )


EVENTS = (
    "CREATE TABLE events (bsn TEXT, zaak TEXT, soort TEXT, nummer TEXT, datum TEXT, opgelegd TEXT, bedrag NUMERIC, "
    "hoofd INTEGER, vordering TEXT, stand TEXT)"
)
DUE = "CREATE TABLE due (nummer TEXT, dag DATE)"
FIELDS_OF_EVENTS = {
    "zaakkenmerk": "zaak",
    "gebeurtenis_type": "soort",
    "gebeurtenis_kenmerk": "nummer",
    "datumtijd_gebeurtenis": "datum",
    "datumtijd_opgelegd": "opgelegd",
    "primaire_verplichting": "hoofd",
    "type": "vordering",
    "saldo_datumtijd": "stand",
}


def database(url: str) -> Register:
    """Keep events in one table, and the days on which demands fall due in another."""
    refused: list[SourceError] = []
    writing = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)

    def execute(*statements: str) -> None:
        with writing.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def write(*changes: dict[str, Any]) -> None:
        execute("DELETE FROM events", "DELETE FROM due")
        with writing.begin() as connection:
            for row in _records(*changes):
                values = {"hoofd": None, "vordering": None, "opgelegd": None} | {k.lower(): v for k, v in row.items()}
                values["hoofd"] = None if values["hoofd"] is None else int(values["hoofd"])
                if "vervalt" in values:
                    day = {"nummer": values["nummer"], "dag": values["vervalt"]}
                    connection.execute(text("INSERT INTO due VALUES (:nummer, :dag)"), day)
                connection.execute(
                    text(
                        "INSERT INTO events VALUES (:bsn, :zaak, :soort, :nummer, :datum, :opgelegd, :bedrag, :hoofd, "
                        ":vordering, :stand)"
                    ),
                    values,
                )

    execute(EVENTS, DUE)
    queries = SqlQueries(
        of_person=["SELECT * FROM events WHERE bsn = :bsn AND soort <> 'betaald' ORDER BY nummer",
            ("SELECT zaak, soort, nummer, datum, bedrag, stand FROM events WHERE bsn = :bsn "
            "AND soort = 'betaald'")],
        people="SELECT DISTINCT bsn FROM events",
        fields={"vervaldatum": "SELECT dag FROM due WHERE nummer = :gebeurtenis_kenmerk"},
    )  # fmt: skip
    columns = replace(COLUMNS, columns={"bsn": "bsn"} | FIELDS_OF_EVENTS)
    return Register(
        SqlDatabaseSource(CJIB, url, queries, columns, refused=refused.append, patience=timedelta(seconds=20)),
        fill=lambda: write({}, {}),
        pay=lambda: write({}, {}, {}),
        spoil=lambda: write({"Soort": "vreemd"}, {}),
        hide=lambda: execute("ALTER TABLE events RENAME TO gone"),
        tells_all=False,
        refused=refused,
    )


def sqlite(folder: Path) -> Register:
    return database(f"sqlite:///{folder / 'debts.db'}")


class Service:
    """Somebody's HTTP service with one document."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.status: int | None = None
        self.delay = threading.Event()
        self.delay.set()
        service = self

        class Answering(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.asked.append((self.path, dict(self.headers), body))
                service.delay.wait(20)
                found = service.documents.get(notation.loads(body)["persoon"])
                self._answer(200 if found else 404, found or b"{}")

            def do_GET(self) -> None:
                self._answer(200, notation.dumps({"bsns": list(service.documents)}).encode())

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(service.status or status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.delay.set()
        self._server.shutdown()
        self._server.server_close()


def over_http(service: Service, *, seconds: float = 20, **more: Any) -> Register:
    refused: list[SourceError] = []
    document = a_document_of_a_case()
    later = document.with_event("ZAAK-1", paid("p1", 400, registered_at=AS_OF))
    policy = OutboundPolicy(allow_insecure_localhost=True, total_seconds=seconds)
    endpoint = Endpoint(
        url=f"{service.url}/fcid",
        people_url=f"{service.url}/people",
        body={"persoon": "{bsn}", "op": "{peildatum}", "versie": "4"},
        token=Secret("geheim"),
        unknown_is_nothing=True,
        **more,
    )

    def put(data: bytes) -> None:
        service.documents[SAMIRA.reveal()] = data

    return Register(
        HttpFcidSource(CJIB, endpoint, OutboundClient(policy), refused=refused.append),
        fill=lambda: put(write_document(document)),
        pay=lambda: put(write_document(later)),
        spoil=lambda: put(write_document(document).replace(b'"bedrag": 1000', b'"bedrag": 1001', 1)),
        hide=lambda: setattr(service, "status", 503),
        tells_all=False,
        refused=refused,
    )


def _void(_result: object) -> None:
    return None


def _noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the name of each document that is read from here on."""
    read: list[str] = []

    def noted(data: bytes, **more: Any) -> FcidDocument:
        read.append(more["file"])
        return parse_document(data, **more)

    monkeypatch.setattr(fcid_directory, "parse_document", noted)
    return read


def _written_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "debts" / "samira.json").stat().st_ctime, UTC)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.stop()


@pytest.fixture(
    params=[
        "fcid",
        "csv",
        "json",
        "xlsx",
        "ods",
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        "http",
    ]
)
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    match request.param:
        case "postgresql":
            made = database(request.getfixturevalue("postgresql_url"))
        case "http":
            made = over_http(request.getfixturevalue("service"))
        case kind:
            made = {"fcid": fcid, "csv": csv, "json": json, "xlsx": xlsx, "ods": ods, "sqlite": sqlite}[kind](tmp_path)
    yield made
    made.source.close()


class TestEveryRegister:
    def test_a_person_has_their_cases(self, register: Register) -> None:
        register.fill()
        known = register.source.cases_of(SAMIRA, NOW)
        (case,) = known.cases
        assert (case.reference, case.balance, case.source) == ("ZAAK-1", 1000, CJIB)
        assert case.type == "cjib_wahv"
        assert case.next_due_amount == 1000
        assert known.as_of <= NOW

    def test_who_is_not_in_it_has_no_debts_here(self, register: Register) -> None:
        register.fill()
        known = register.source.cases_of(NOBODY, NOW)
        assert (known.cases, known.as_of) == ((), NOW)

    def test_what_changed_is_seen_at_once(self, register: Register) -> None:
        register.fill()
        register.source.cases_of(SAMIRA, NOW)
        register.pay()
        (case,) = register.source.cases_of(SAMIRA, NOW).cases
        assert case.balance == 600

    def test_who_is_added_is_seen_at_once(self, register: Register) -> None:
        assert register.source.cases_of(SAMIRA, NOW).cases == ()
        register.fill()
        assert len(register.source.cases_of(SAMIRA, NOW).cases) == 1

    def test_it_can_be_gone_through(self, register: Register) -> None:
        register.fill()
        assert list(register.source.people()) == [SAMIRA]
        assert register.source.condition(NOW) == Condition(readable=True, serving=True)

    def test_a_fault_says_nothing_about_the_person_not_even_zero(self, register: Register) -> None:
        register.spoil()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        assert register.source.condition(NOW).readable is not register.tells_all

    def test_a_fault_is_told_by_file_line_and_field_and_never_by_value(self, register: Register) -> None:
        register.spoil()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        fault = register.refused[0]
        assert fault.file
        assert fault.line > 1
        assert fault.field
        assert "10.00" not in str(fault)
        assert SAMIRA.reveal() not in str(fault)

    def test_it_works_again_when_the_fault_is_mended(self, register: Register) -> None:
        register.spoil()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        register.fill()
        assert len(register.source.cases_of(SAMIRA, NOW).cases) == 1

    def test_a_register_that_is_gone_is_no_zero(self, register: Register) -> None:
        register.fill()
        register.hide()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(NOBODY, NOW)


class TestDatabase:
    made: ClassVar[list[SqlDatabaseSource]] = []

    @pytest.fixture(autouse=True)
    def closed(self) -> Iterator[None]:
        yield
        while self.made:
            self.made.pop().close()

    def a_source(self, url: str, *of_person: str, seconds: float = 20, **more: Any) -> SqlDatabaseSource:
        queries = SqlQueries(of_person=of_person, **({"people": "SELECT bsn FROM events"} | more))
        columns = replace(COLUMNS, columns={"bsn": "bsn"} | FIELDS_OF_EVENTS)
        source = SqlDatabaseSource(
            CJIB, url, queries, columns, refused=lambda _: None, patience=timedelta(seconds=seconds)
        )
        self.made.append(source)
        return source

    @pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
    def url(self, request: pytest.FixtureRequest, tmp_path: Path) -> str:
        sqlite = request.param == "sqlite"
        url: str = f"sqlite:///{tmp_path / 'debts.db'}" if sqlite else request.getfixturevalue("postgresql_url")
        database(url).source.close()
        return url

    def test_nothing_can_be_written(self, url: str) -> None:
        source = self.a_source(url, "DELETE FROM events WHERE bsn = :bsn")
        with pytest.raises(SourceUnavailable):
            source.cases_of(SAMIRA, NOW)

    SEVERAL = "SELECT 1; COMMIT; BEGIN READ WRITE; CREATE TABLE written (x INTEGER); COMMIT"
    ROW = (
        "SELECT 'Z' AS zaak, 'opgelegd' AS soort, 'f' AS nummer, '2026-01-05T09:00:00Z' AS datum, 1 AS bedrag, "
        "1 AS hoofd, '2026-01-05T09:00:00Z' AS opgelegd, 'cjib_wahv' AS vordering WHERE :bsn <> ''"
    )

    @pytest.mark.parametrize(
        "queries",
        [
            {"of_person": [f"{ROW}; COMMIT; CREATE TABLE written (x INTEGER)"]},
            {"of_person": [ROW], "people": SEVERAL},
            {"of_person": [ROW], "fields": {"vervaldatum": SEVERAL}},
            {"of_person": [ROW], "fields": {"vervaldatum": f"{SEVERAL}; SELECT :bsn"}},
        ],
    )
    def test_several_statements_are_no_query(self, url: str, queries: dict[str, Any]) -> None:
        more = {name: each for name, each in queries.items() if name != "of_person"}

        def ask() -> None:
            source = self.a_source(url, *queries["of_person"], **more)
            source.cases_of(SAMIRA, NOW)
            source.people()

        with pytest.raises((SourceUnavailable, ConfigurationError)):
            ask()
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text("SELECT * FROM written"))

    def test_a_query_without_end_is_given_up(self, url: str) -> None:
        forever = (
            "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x WHERE :bsn <> ''"
        )
        with pytest.raises(SourceUnavailable):
            self.a_source(url, forever, seconds=0.5).cases_of(SAMIRA, NOW)

    def test_rows_of_somebody_else_are_nobodys(self, url: str) -> None:
        row = "SELECT '111222333' AS bsn, 'Z' AS zaak, 'betaald' AS soort, :bsn AS nummer, 1 AS bedrag"
        with pytest.raises(SourceUnavailable):
            self.a_source(url, row).cases_of(SAMIRA, NOW)

    def test_a_payment_without_what_it_is_for_is_no_answer(self, url: str) -> None:
        row = (
            "SELECT 'ZAAK-2' AS zaak, 'betaald' AS soort, 'p1' AS nummer, '2026-03-01T09:00:00+01:00' AS datum, "
            "4 AS bedrag WHERE :bsn <> ''"
        )
        refused: list[SourceError] = []
        source = self.a_source(url, row)
        source._refused = refused.append
        with pytest.raises(SourceUnavailable):
            source.cases_of(SAMIRA, NOW)
        assert [(each.file, each.line, each.field) for each in refused] == [("query 1 of a person", 1, "hoofd")]

    @pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
    def test_what_is_no_number_is_no_amount_and_no_name(self, url: str) -> None:
        for name in ("bedrag", "zaak", "nummer", "datum", "hoofd"):
            values = {"zaak": "'Z'", "soort": "'betaald'", "nummer": "'p'", "datum": "'x'", "bedrag": "1", "hoofd": "1"}
            row = ", ".join(f"{value} AS {key}" for key, value in (values | {name: "'NaN'::numeric"}).items())
            with pytest.raises(SourceUnavailable):
                self.a_source(url, f"SELECT {row} WHERE :bsn <> ''").cases_of(SAMIRA, NOW)

    def test_more_rows_than_may_be_are_no_answer(self, url: str) -> None:
        count = "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 9)"
        rows = f"{count} SELECT n FROM x WHERE :bsn <> ''"
        with pytest.raises(SourceUnavailable):
            self.a_source(url, rows, most_rows=8).cases_of(SAMIRA, NOW)

    def test_a_query_that_is_wrong_is_told_without_its_parameters(self, url: str) -> None:
        with pytest.raises(SourceUnavailable) as refused:
            self.a_source(url, "SELECT nothing FROM nowhere WHERE bsn = :bsn").cases_of(SAMIRA, NOW)
        assert SAMIRA.reveal() not in str(refused.value)

    def test_a_number_that_is_nobodys_makes_absence_mean_nothing(self, url: str) -> None:
        source = self.a_source(url, "SELECT * FROM events WHERE bsn = :bsn", people="SELECT '123456789'")
        assert not source.condition(NOW).readable
        with pytest.raises(SourceUnavailable):
            source.people()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"of_person": ["SELECT 1"]},
            {"of_person": ["SELECT :bsn, :naam"]},
            {"of_person": ["SELECT :bsn"], "fields": {"kleur": "SELECT 1"}},
            {"of_person": ["SELECT :bsn"], "fields": {"vervaldatum": "SELECT :kleur"}},
            {"of_person": ["SELECT :bsn"], "fields": {"vervaldatum": "SELECT 1"}},
        ],
    )
    def test_a_query_with_other_parameters_is_a_fault_of_the_settings(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError):
            SqlDatabaseSource(
                CJIB, "sqlite:///x.db", SqlQueries(people="SELECT 1", **wrong), COLUMNS, refused=lambda _: None,
                patience=timedelta(seconds=1),
            )  # fmt: skip

    @pytest.mark.parametrize("url", ["", "x", "nothing://host/x", "postgresql+none://host/x"])
    def test_an_address_of_no_database_is_a_fault_of_the_settings(self, url: str) -> None:
        with pytest.raises(ConfigurationError):
            self.a_source(url, "SELECT :bsn")


class TestHttp:
    made: ClassVar[list[Register]] = []

    @pytest.fixture(autouse=True)
    def closed(self) -> Iterator[None]:
        yield
        while self.made:
            self.made.pop().source.close()

    def asking(self, service: Service, **more: Any) -> Register:
        self.made.append(over_http(service, **more))
        return self.made[-1]

    def test_the_person_stands_in_the_body_and_the_token_in_its_header(self, service: Service) -> None:
        register = self.asking(service)
        register.fill()
        register.source.cases_of(SAMIRA, NOW)
        ((path, headers, body),) = service.asked
        assert path == "/fcid"
        assert headers["authorization"] == "Bearer geheim"
        assert notation.loads(body) == {
            "persoon": SAMIRA.reveal(), "op": "2026-11-23T13:00:00+01:00", "versie": "4"
        }  # fmt: skip

    def test_a_service_that_does_not_answer_in_time_is_no_zero_and_no_hang(self, service: Service) -> None:
        register = self.asking(service, seconds=0.3)
        register.fill()
        service.delay.clear()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        assert not register.source.condition(NOW, wait=False).readable

    @pytest.mark.parametrize("status", [302, 401, 404, 500])
    def test_another_answer_than_a_document_is_no_zero(self, service: Service, status: int) -> None:
        register = self.asking(service)
        register.fill()
        service.status = status
        if status == 404:
            assert register.source.cases_of(SAMIRA, NOW).cases == ()
            register = self.asking(service)
            register.source._endpoint = replace(register.source._endpoint, unknown_is_nothing=False)  # type: ignore[attr-defined]
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)

    def test_a_document_of_somebody_else_is_nobodys(self, service: Service) -> None:
        register = self.asking(service)
        register.fill()
        service.documents[NOBODY.reveal()] = service.documents[SAMIRA.reveal()]
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(NOBODY, NOW)
        assert SAMIRA.reveal() not in str(register.refused[0])

    def test_without_a_list_of_people_it_cannot_be_gone_through(self, service: Service) -> None:
        register = self.asking(service)
        register.source._endpoint = replace(register.source._endpoint, people_url=None)  # type: ignore[attr-defined]
        assert not register.source.condition(NOW).listed
        with pytest.raises(SourceUnavailable):
            register.source.people()


def hanging(real: Callable[..., Any], let_go: threading.Event) -> Callable[..., Any]:
    """Return a call of the file system that does not come back before it is let go."""

    def call(*arguments: Any, **more: Any) -> Any:
        let_go.wait(60)
        return real(*arguments, **more)

    return call


class TestFileSystemThatHangs:
    MOMENT = timedelta(seconds=0.2)

    def a_folder(self, folder: Path) -> FcidDirectorySource:
        fcid(folder).fill()
        return FcidDirectorySource(CJIB, folder / "debts", refused=lambda _: None, patience=self.MOMENT)

    def a_table(self, folder: Path) -> TableFileSource:
        csv(folder).fill()
        return TableFileSource(
            CJIB, folder / "debts.csv", COLUMNS, csv_table, refused=lambda _: None, patience=self.MOMENT
        )

    @pytest.mark.parametrize("kind", ["folder", "table"])
    def test_it_is_no_zero_and_no_hang_and_answers_once_it_is_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        source = self.a_folder(tmp_path) if kind == "folder" else self.a_table(tmp_path)
        let_go = threading.Event()
        with monkeypatch.context() as patched:
            patched.setattr(Path, "stat", hanging(Path.stat, let_go))
            with pytest.raises(SourceUnavailable):
                source.cases_of(SAMIRA, NOW)
            condition = source.condition(NOW, wait=False)
            assert (condition.readable, condition.serving, condition.reading) == (False, False, True)
        let_go.set()
        assert len(_soon(lambda: source.cases_of(SAMIRA, NOW)).cases) == 1


def _soon(ask: Callable[[], Known]) -> Known:
    """Ask until there is an answer: what was left behind comes first."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return ask()
        except SourceUnavailable:
            if time.monotonic() > deadline:
                raise


class TestPatience:
    def test_others_wait_for_room_while_everybody_is_answered(self) -> None:
        patience = Patience(timedelta(seconds=30))
        here = threading.Barrier(patience_module._MOST_WAITING)
        asking = [threading.Thread(target=patience, args=(lambda: here.wait(30),)) for _ in range(here.parties)]
        for each in asking:
            each.start()
        assert patience(lambda: 7) == 7
        for each in asking:
            each.join()

    def test_a_register_that_keeps_everybody_waiting_is_not_asked_until_it_answers(self) -> None:
        patience = Patience(timedelta(seconds=0.01))
        let_go = threading.Event()
        for _ in range(patience_module._MOST_WAITING):
            with pytest.raises(SourceUnavailable):
                patience(lambda: let_go.wait(30))
        asked: list[int] = []
        with pytest.raises(SourceUnavailable):
            patience(lambda: asked.append(1), time=timedelta(seconds=30))
        assert asked == []
        let_go.set()
        deadline = time.monotonic() + 30
        while patience._left_behind and time.monotonic() < deadline:
            time.sleep(0.01)
        assert patience(lambda: 7, time=timedelta(seconds=30)) == 7

    def test_what_goes_wrong_is_raised_to_who_asked(self) -> None:
        def wrong() -> None:
            raise ConfigurationError("x")

        with pytest.raises(ConfigurationError):
            Patience(timedelta(seconds=30))(wrong)

    def test_who_asks_is_known_to_the_log(self) -> None:
        whose: ContextVar[str] = ContextVar("whose", default="nobody's")
        whose.set("a request's")
        assert Patience(timedelta(seconds=30))(whose.get) == "a request's"


class TestFcidDirectory:
    def test_a_file_of_nobody_knows_whom_makes_absence_mean_nothing(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        register.fill()
        (tmp_path / "debts" / "broken.json").write_text("{")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(NOBODY, NOW)
        assert len(register.source.cases_of(SAMIRA, NOW).cases) == 1

    def test_a_spoiled_file_hides_its_own_person_only(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        register.spoil()
        assert register.source.cases_of(NOBODY, NOW).cases == ()

    def test_two_files_about_one_person_are_one_too_many(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        register.fill()
        debts = tmp_path / "debts"
        (debts / "copy.json").write_bytes((debts / "samira.json").read_bytes())
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)

    def test_a_document_is_read_once_while_its_file_is_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register, read = fcid(tmp_path), _noted(monkeypatch)
        register.fill()
        later = _written_at(tmp_path) + timedelta(seconds=4)
        first = register.source.cases_of(SAMIRA, later)
        read.clear()
        assert register.source.cases_of(SAMIRA, later) == first
        assert read == []
        register.pay()
        (case,) = register.source.cases_of(SAMIRA, later).cases
        assert (case.balance, len(read)) == (600, 1)

    def test_what_was_read_is_forgotten_though_nobody_comes_any_more(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recent, "HELD", timedelta(milliseconds=50))
        register = fcid(tmp_path)
        register.fill()
        register.source.cases_of(SAMIRA, _written_at(tmp_path) + timedelta(seconds=4))
        remembered = register.source._recent  # type: ignore[attr-defined]  # of this kind of register
        deadline = time.monotonic() + 20
        while len(remembered) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(remembered) == 0
        assert remembered._sweeper is None

    def test_what_was_read_of_few_people_is_remembered(self) -> None:
        remembered = recent.Recent()
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        numbers = (f"99990{number:04}" for number in range(1_000))
        people = [
            Bsn(each) for each in numbers if sum(w * int(d) for w, d in zip(weights, each, strict=True)) % 11 == 0
        ]
        assert len(people) > 2 * recent.MOST
        for bsn in people:
            remembered.keep(bsn, recent.Read(STAMP, (), NOW, NOW))
        assert len(remembered) == recent.MOST
        assert remembered.of(people[0], STAMP, NOW) is None
        assert remembered.of(people[-1], STAMP, NOW) is not None
        assert remembered.of(people[-1], STAMP._replace(size=2), NOW) is None
        assert remembered.of(people[-1], STAMP, NOW + timedelta(seconds=30)) is None
        assert remembered.of(people[-1], STAMP, NOW - timedelta(seconds=1)) is None

    def test_a_file_that_changed_just_now_is_read_each_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Its next change may bear the same time.
        register, read = fcid(tmp_path), _noted(monkeypatch)
        register.fill()
        now = _written_at(tmp_path) + timedelta(seconds=1)
        register.source.cases_of(SAMIRA, now)
        read.clear()
        register.source.cases_of(SAMIRA, now)
        assert read == ["samira.json"]

    def test_a_citizens_number_in_a_files_name_stays_out_of_the_fault(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        (tmp_path / "debts" / f"{SAMIRA.reveal()}.json").write_text("{")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        assert SAMIRA.reveal() not in register.refused[0].file


ROW = "999990007;ZAAK-1;opgelegd;f1;2026-01-05T09:00:00+01:00;2026-01-05T09:00:00+01:00;10,00;ja;cjib_wahv;;;"
DEMAND = "999990007;ZAAK-1;brief;b1;2026-01-06T09:00:00+01:00;2026-01-06T09:00:00+01:00;10,00;;Aanschrijving;{due};;"


class TestCsvFile:
    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (ROW.replace("999990007", "999990008"), "BSN"),
            (ROW.replace("opgelegd;", "vreemd;", 1), "Soort"),
            (ROW.replace("ZAAK-1", ""), "Zaak"),
            (ROW.replace("10,00", "tien"), "Bedrag"),
            (ROW.replace("10,00", ""), "Bedrag"),
            (ROW.replace(";ja;", ";misschien;"), "Hoofd"),
            (ROW.replace("2026-01-05T09", "gisteren", 1), "Datum"),
            (ROW.replace("cjib_wahv", "Boete!"), "Vordering"),
            (ROW + "2026-13-01", "Stand"),
        ],
    )
    def test_a_cell_that_does_not_map_is_named_by_its_column(self, tmp_path: Path, row: str, column: str) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW}\n{row}\n")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        fault = register.refused[0]
        assert (fault.file, fault.line, fault.field) == ("debts.csv", 3, column)

    @pytest.mark.parametrize(
        "row",
        [
            "999990007;ZAAK-2;betaald;p1;2026-03-01T09:00:00+01:00;;4,00;;;;;",
            DEMAND.format(due="2026-02-04").replace("ZAAK-1", "ZAAK-2"),
            ROW.replace("ZAAK-1", "ZAAK-2").replace(";ja;", ";nee;"),
        ],
    )
    def test_a_case_without_its_obligation_is_named_and_not_left_out(self, tmp_path: Path, row: str) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW}\n{row}\n")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        (fault,) = register.refused
        assert (fault.file, fault.line, fault.field) == ("debts.csv", 3, "Hoofd")
        assert "ZAAK-2" not in str(fault)

    @pytest.mark.parametrize(
        "text", ["BSN;Zaak\n", f"{HEADER}\n{ROW};te;veel\n", f'{HEADER}\n"{ROW}\n', f"{HEADER}\n\xff"]
    )
    def test_a_file_of_another_shape_is_refused(self, tmp_path: Path, text: str) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_bytes(text.encode("latin-1"))
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)

    def test_a_lost_leading_zero_is_put_back(self, tmp_path: Path) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW.replace('999990007', '12345672')}\n")
        assert len(register.source.cases_of(Bsn("012345672"), NOW).cases) == 1

    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("2026-11-28", date(2026, 11, 28)),
            ("2026-11-27T23:00:00Z", date(2026, 11, 28)),
            ("2026-12-31T23:00:00Z", date(2027, 1, 1)),
            ("2026-06-30T22:00:00+00:00", date(2026, 7, 1)),
        ],
    )
    def test_a_day_written_as_a_moment_is_the_day_in_the_netherlands(
        self, tmp_path: Path, written: str, day: date
    ) -> None:
        register = csv(tmp_path)
        demand = DEMAND.format(due=written)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW}\n{demand}\n")
        (case,) = register.source.cases_of(SAMIRA, NOW).cases
        assert case.next_due_date == day

    def test_commas_points_and_constants_are_declared(self, tmp_path: Path) -> None:
        file = tmp_path / "debts.csv"
        file.write_text("bsn,zaak,bedrag,op\n999990007,Z,12.50,2026-01-05T09:00:00Z\n")
        columns = Columns(
            {
                "bsn": "bsn",
                "zaakkenmerk": "zaak",
                "bedrag": "bedrag",
                "datumtijd_gebeurtenis": "op",
                "datumtijd_opgelegd": "op",
            },
            constants={
                "gebeurtenis_type": "FinancieleVerplichtingOpgelegd",
                "type": "cjib_wahv",
                "primaire_verplichting": "ja",
            },
            delimiter=",",
            decimal="point",
        )
        (case,) = TableFileSource(CJIB, file, columns, csv_table, refused=lambda _: None).cases_of(SAMIRA, NOW).cases
        assert case.balance == 1250

    @pytest.mark.parametrize(
        "mapping",
        [
            {"columns": {"bsn": "b"}},
            {"columns": {**COLUMNS.columns, "kleur": "Kleur"}},
            {"columns": COLUMNS.columns, "events": {"x": "Iets"}},
        ],
    )
    def test_a_mapping_to_nowhere_is_a_fault_of_the_settings(self, mapping: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError):
            Columns(**mapping)
