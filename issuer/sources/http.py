"""An FCID document over HTTP, one per question: for an agency that already serves the national overview.

The person stands in the body of a POST, never in an address, which ends up in logs. The answer is read as a file would
be, and nothing of it is kept. Whatever else comes back (a redirect, a page, a document of somebody else, no answer in
time) is no debts of this person, and not zero either.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, final

from credentials.clock import dutch
from credentials.debts.agency import Agency
from credentials.debts.errors import InvalidField, InvalidPerson, SourceError
from credentials.debts.fcid import MAX_DOCUMENT_BYTES, FcidDocument, parse_document
from credentials.debts.person import Person
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.masking import Secret
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Condition, Known
from issuer.sources.documents import known_from
from issuer.sources.fcid_directory import Refused
from service.http import Answer, OutboundClient
from service.processing_log.actions import outgoing

_FILE: Final = "the answer of the register"
_MOST_PEOPLE_BYTES: Final = 256 << 20
_LONG: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and how to ask.

    In values of `body`, `{bsn}` or `{klantnummer}` is the person's number and `{peildatum}` the moment.
    """

    url: str
    body: Mapping[str, str] | None = None
    """What is sent; when left out, the person's number alone, by its name."""
    headers: Mapping[str, str] = field(default_factory=dict)
    token: Secret | None = None
    people_url: str | None = None
    unknown_is_nothing: bool = False
    """Whether 404 means that this person has no debts here, and not that something is wrong."""
    checked_references: bool = False


@final
class HttpFcidSource:
    """The port `DebtSource` on somebody's HTTP service."""

    def __init__(self, agency: Agency, endpoint: Endpoint, http: OutboundClient, *, refused: Refused) -> None:
        self._agency = agency
        self._endpoint = endpoint
        self._http = http
        self._refused = refused
        self._answers = True

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, person: Person, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        document = self._document(person, as_of)
        return Known((), as_of) if document is None else known_from(document, self._agency, as_of)

    def people(self) -> Iterable[Person]:
        """Go through everyone whom the service names. Raises SourceUnavailable, also when it names nobody."""
        if self._endpoint.people_url is None:
            raise SourceUnavailable("the register does not say whom it knows")
        answer = self._asked(lambda: self._http.get(
            str(self._endpoint.people_url), headers=self._headers(), max_bytes=_MOST_PEOPLE_BYTES, seconds=_LONG
        ))  # fmt: skip
        if not answer.ok:
            raise SourceUnavailable("the register did not say whom it knows")
        try:
            numbers = answer.json("the list of people").get(f"{self._agency.numbering.value}s")
        except MalformedInput as error:
            raise SourceUnavailable("the list of people cannot be read") from error
        if not isinstance(numbers, list):
            raise SourceUnavailable("the list of people cannot be read")
        numbering = self._agency.numbering
        found: dict[Person, None] = {}
        for place, number in enumerate(numbers, 1):
            try:
                found[numbering.read(number if isinstance(number, str) else "")] = None
            except InvalidPerson:
                self._refused(InvalidField("the list of people", place, numbering.value, numbering.fault))
                raise SourceUnavailable("the list of people cannot be read") from None
        return list(found)

    def condition(self, as_of: datetime, *, wait: bool = True) -> Condition:
        """Say whether the last question was answered; with `wait`, and a list of people, whether that is to be had."""
        del as_of
        listed = self._endpoint.people_url is not None
        if wait and listed:
            try:
                self.people()
            except SourceUnavailable:
                return Condition(readable=False, serving=self._answers, faults=1)
        return Condition(readable=self._answers, serving=True, faults=int(not self._answers), listed=listed)

    def close(self) -> None:
        """Close all connections to the service."""
        self._http.close()

    def _document(self, person: Person, as_of: datetime) -> FcidDocument | None:
        number = self._agency.numbering.value
        asked = {number: f"{{{number}}}"} if self._endpoint.body is None else self._endpoint.body
        values = {f"{{{number}}}": person.reveal(), "{peildatum}": dutch(as_of).isoformat(timespec="seconds")}
        body = {name: values.get(value, value) for name, value in asked.items()}
        answer = self._asked(
            lambda: self._http.post_json(
                self._endpoint.url, body, headers=self._headers(), max_bytes=MAX_DOCUMENT_BYTES
            )
        )
        if answer.status == 404 and self._endpoint.unknown_is_nothing:
            return None
        if not answer.ok:
            raise SourceUnavailable(f"the register answered with status {answer.status}")
        try:
            document = parse_document(
                answer.body,
                file=_FILE,
                agency=self._agency,
                checked_references=self._endpoint.checked_references,
            )
            if document.person != person:
                raise InvalidField(_FILE, 0, f"body.{number}", "a document of another person than was asked for")
        except SourceError as error:
            self._refused(error)
            raise SourceUnavailable("the document of this person cannot be read") from None
        return document

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        try:
            answer = ask()
        except BlauweKnopError as error:
            self._answers = False
            raise SourceUnavailable(f"the register does not answer: {error.detail or error.code}") from error
        # Who answers that it cannot is there, and no use.
        self._answers = answer.status < 500 and answer.status not in {401, 403}
        return answer

    def _headers(self) -> Mapping[str, str]:
        token = self._endpoint.token
        authorization = {} if token is None else {"authorization": f"Bearer {token.reveal()}"}
        # Where this is part of, for who keeps a processing log there too (LDV 1.0.0 section 3.3.1).
        return {**self._endpoint.headers, **outgoing(), **authorization}
