"""The counsellor's desk: open a file, ask, ask anew, give more time, close. Nothing here knows pages or HTTP."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.jose import EncryptionKey
from credentials.masking import Secret
from credentials.openid.dcql import DcqlQuery, parse_query
from credentials.openid.errors import InvalidPresentationRequest, InvalidTransactionData
from credentials.openid.transaction_data import AGREEMENT, TransactionData, parse_transaction_data
from credentials.openid.vp_formats import SD_JWT, VP_FORMATS
from verifier.domain.attestation import Attestation
from verifier.domain.errors import BadInput, NotAttested, RequestEnded
from verifier.domain.evidence import Body
from verifier.domain.permission import Permission
from verifier.domain.query import of_later_part, only_of, query_of
from verifier.domain.read_back import typed_code
from verifier.domain.reference import checked_reference
from verifier.domain.request import (
    Binding,
    ClientIdPrefix,
    Intake,
    Open,
    ResponseMode,
    VerificationRequest,
)
from verifier.domain.templates import OWN_QUERY, Template, own_query, template_of
from verifier.ports import Files, Secrets

_FORMATS: Final = ", ".join(VP_FORMATS)


@dataclass(frozen=True, slots=True)
class AskPolicy:
    """How requests are made here: `unsigned_allowed` in development only, `attestation` where somebody vouches.

    `may_ask` says what the trust list lets us ask now.
    """

    lifetime: timedelta = timedelta(minutes=5)
    extensions: int = 3
    prefix: ClientIdPrefix = "x509_hash"
    response_mode: ResponseMode = "direct_post.jwt"
    unsigned_allowed: bool = False
    attestation: Attestation | None = None
    may_ask: Callable[[], Permission] = Permission


@final
class Desk:
    """What one counsellor, or one case system, does with their own files."""

    def __init__(
        self,
        files: Files,
        secrets: Secrets,
        clock: Clock,
        policy: AskPolicy,
    ) -> None:
        self._intakes = files.intakes
        self._requests = files.requests
        self._held = files.held
        self._secrets = secrets
        self._clock = clock
        self._policy = policy

    def open(self, owner: str, reference: str, template_key: str, *, remote: bool = False) -> Intake:
        """Open a file for a client, as long as one can be asked. Raises BadInput, UnknownTemplate, NotAttested.

        A `remote` client is not in the room: an answer is held until they have read out its code.
        """
        checked, template = checked_reference(reference), template_of(template_key)
        self._policy.may_ask().demand(template)
        self._demand_attested(self._policy.prefix)
        return self._open(owner, checked, template, remote=remote)

    def file(self, owner: str, intake_id: str) -> Intake:
        """Return one file. Raises UnknownIntake."""
        return self._intakes.get(owner, intake_id)

    def newest(self, owner: str, intake_id: str) -> VerificationRequest | None:
        """Return the newest request of a file."""
        return self._requests.newest(owner, intake_id)

    def requests(self, owner: str, intake_id: str) -> Sequence[VerificationRequest]:
        """Return all requests of a file, newest first."""
        return self._requests.of_intake(owner, intake_id)

    def request(self, owner: str, request_id: str) -> VerificationRequest:
        """Return one request. Raises UnknownRequest."""
        return self._requests.get(owner, request_id)

    def ask(self, owner: str, intake_id: str, *, browser: str | None = None) -> VerificationRequest:
        """Make a new request in a file; an open one before it is withdrawn. Raises UnknownIntake, NotAttested.

        With `browser` the wallet is on this very device: its answer counts only once it has come back here. A client
        at a distance has no wallet on it.
        """
        intake = self._intakes.get(owner, intake_id)
        if intake.remote:
            browser = None
        self._demand_attested(self._policy.prefix)
        return self._ask(intake, template_of(intake.template), self._policy.response_mode, self._policy.prefix, browser)

    def ask_invited(self, owner: str, intake_id: str, *, browser: str | None) -> VerificationRequest:
        """Make a new request in a file for a client who opened an invitation, as `ask`; its answer is held.

        `browser` is the client's own, where their wallet is on that device.
        """
        intake = replace(self._intakes.get(owner, intake_id), remote=True)
        self._demand_attested(self._policy.prefix)
        mode, prefix = self._policy.response_mode, self._policy.prefix
        return self._ask(intake, template_of(intake.template), mode, prefix, browser, invited=True)

    def ask_rest(self, owner: str, intake_id: str, bodies: Collection[Body]) -> VerificationRequest:
        """Make a new request in a file, of these organisations alone. Raises UnknownIntake, NotAttested, BadInput.

        What came before stands, and what comes is added up with it (`verifier.domain.together`).
        """
        intake = self._intakes.get(owner, intake_id)
        numbers = {each.oin for each in bodies if each.oin}
        if not numbers:
            raise BadInput("organisaties", "er is niets dat ontbreekt")
        self._demand_attested(self._policy.prefix)
        template = template_of(intake.template)
        return self._ask(
            intake,
            template,
            self._policy.response_mode,
            self._policy.prefix,
            None,
            query=only_of(query_of(template), numbers),
        )

    def ask_for_system(
        self,
        owner: str,
        *,
        template_key: str | None,
        query: JsonObject | None,
        response_mode: ResponseMode | None,
        prefix: ClientIdPrefix | None,
        formats: Sequence[str] = (),
        transactions: Sequence[JsonObject] = (),
    ) -> VerificationRequest:
        """Make a request for a case system: a template, in these formats if any are named, or a query of its own.

        `transactions` is what the holder must agree to (OpenID4VP 1.0 section 8.4): objects with a `type` and whatever
        that type has, and the `credential_ids` that may authorise it; without these, every SD-JWT that is asked.

        Raises BadInput, UnknownTemplate, NotAttested.
        """
        if (template_key is None) == (query is None):
            raise BadInput("sjabloon", "geef of een sjabloon, of een dcqlQuery")
        chosen = prefix or self._policy.prefix
        if chosen == "redirect_uri" and not self._policy.unsigned_allowed:
            raise BadInput("clientIdPrefix", "een verzoek zonder handtekening kan hier niet")
        if chosen == "verifier_attestation" and self._policy.attestation is None:
            raise BadInput("clientIdPrefix", "deze verifier heeft geen attest (instelling attestation)")
        if formats and query is not None:
            raise BadInput("formaten", "een eigen vraag noemt haar formaten zelf")
        if any(each not in VP_FORMATS for each in formats):
            raise BadInput("formaten", f"noem alleen {_FORMATS}")
        template = own_query(_checked_query(query)) if query is not None else template_of(template_key or "")
        mode = response_mode or self._policy.response_mode
        if transactions and SD_JWT not in (formats or (SD_JWT,)):
            raise BadInput("transacties", f"alleen {SD_JWT} kan een akkoord dragen")
        named = (SD_JWT,) if transactions and query is None else tuple(dict.fromkeys(formats))
        agreed = _checked_transactions(transactions, template)
        self._policy.may_ask().demand(template)
        self._demand_attested(chosen)
        # Only now: what is refused leaves no file behind.
        intake = self._open(owner, "", template)
        return self._ask(intake, template, mode, chosen, None, formats=named, transactions=agreed)

    def extend(self, owner: str, request_id: str) -> None:
        """Give an open request more time. Raises UnknownRequest, RequestEnded, NoMoreTime."""
        now = self._clock.now()
        self._requests.extend(owner, request_id, now + self._policy.lifetime, now=now, most=self._policy.extensions)

    def confirm(self, owner: str, request_id: str, *, return_code: str, browser: str) -> VerificationRequest:
        """Accept the answer of a wallet on this device. Raises UnknownRequest, NotSameBrowser."""
        self._requests.get(owner, request_id)
        self._requests.confirm(request_id, return_code=return_code, browser=browser, now=self._clock.now())
        return self._requests.get(owner, request_id)

    def release(self, owner: str, intake_id: str, typed: str) -> None:
        """Open the answer that waits in a file for its code. Raises UnknownIntake, RequestEnded, WrongCode."""
        self._intakes.get(owner, intake_id)
        newest = self._requests.newest(owner, intake_id)
        if newest is None:
            raise RequestEnded
        self._held.release(owner, newest.id, typed_code(typed), self._clock.now())

    def close(self, owner: str, intake_id: str) -> None:
        """Delete a file with everything in it, now. Raises UnknownIntake."""
        self._intakes.close(owner, intake_id, self._clock.now())

    def purge(self) -> int:
        """Delete what must no longer be kept; return how many files."""
        return self._intakes.purge(self._clock.now())

    def _demand_attested(self, prefix: ClientIdPrefix) -> None:
        if prefix == "verifier_attestation":
            attestation = self._policy.attestation
            if attestation is None or not attestation.holds(self._clock.now()):
                raise NotAttested

    def _open(self, owner: str, reference: str, template: Template, *, remote: bool = False) -> Intake:
        now = self._clock.now()
        intake = Intake(
            id=self._secrets.fresh(),
            owner=owner,
            reference=reference,
            template=template.key,
            opened_at=now,
            delete_after=now + template.retention,
            remote=remote,
        )
        self._intakes.add(intake)
        return intake

    def _ask(
        self,
        intake: Intake,
        template: Template,
        mode: ResponseMode,
        prefix: ClientIdPrefix,
        browser: str | None,
        *,
        invited: bool = False,
        query: JsonObject | None = None,
        formats: tuple[str, ...] = (),
        transactions: tuple[str, ...] = (),
    ) -> VerificationRequest:
        self._policy.may_ask().demand(template)
        now = self._clock.now()
        request = VerificationRequest(
            id=self._secrets.fresh(),
            intake_id=intake.id,
            owner=intake.owner,
            template=template.key,
            query=query or query_of(template),
            response_mode=mode,
            client_id_prefix=prefix,
            binding=self._binding(mode, transactions),
            created_at=now,
            expires_at=now + self._policy.lifetime,
            extensions=0,
            state=Open(),
            browser=browser,
            formats=formats,
            remote=intake.remote,
            invited=invited,
        )
        self._requests.add(request)
        return request

    def next_part(self, answered: VerificationRequest, *, cards: int, left: int) -> VerificationRequest:
        """Make, but do not keep, the request for the part that follows one with so many cards; `left` are to come."""
        now = self._clock.now()
        return replace(
            answered,
            id=self._secrets.fresh(),
            query=of_later_part(answered.query),
            binding=self._binding(answered.response_mode),
            created_at=now,
            expires_at=now + self._policy.lifetime,
            extensions=0,
            state=Open(),
            attempts=(),
            first=answered.series,
            part=answered.part + 1,
            parts=answered.part + left,
            taken=answered.taken + cards,
        )

    def _binding(self, mode: ResponseMode, transactions: tuple[str, ...] = ()) -> Binding:
        fresh = self._secrets.fresh
        # HAIP section 5: a fresh key for every request, so that no answer can be read with another's.
        key = EncryptionKey.generate(fresh()) if mode == "direct_post.jwt" else None
        return Binding(
            request_path=fresh(),
            response_path=fresh(),
            nonce=fresh(),
            state=fresh(),
            encryption_key=None if key is None else private_text(key),
            transaction_data=transactions,
        )


def private_text(key: EncryptionKey) -> Secret:
    """Write a decryption key for safe keeping."""
    return Secret(json_compact(key.signer.to_private_jwk()).decode())


def template_for(request: VerificationRequest) -> Template:
    """Return the template that a request was made from."""
    return own_query(request.query) if request.template == OWN_QUERY else template_of(request.template)


def _checked_transactions(transactions: Sequence[JsonObject], template: Template) -> tuple[str, ...]:
    if not transactions:
        return ()
    parsed = parse_query(query_of(template))
    every = [each.id for each in parsed.credentials if each.format == SD_JWT]
    entries: list[JsonValue] = []
    for transaction in transactions:
        kind, ids = transaction.get("type"), transaction.get("credential_ids", [*every])
        if not isinstance(kind, str) or not isinstance(ids, list):
            raise BadInput("transacties", "noem bij elke transactie een type, en credential_ids als lijst")
        entry = TransactionData.make(kind, [str(each) for each in ids], transaction)
        if kind == AGREEMENT and entry.agreement is None:
            raise BadInput("transacties", "een akkoord heeft een tekst die gewoon te lezen is")
        entries.append(entry.encoded)
    try:
        return tuple(each.encoded for each in parse_transaction_data(entries, parsed))
    except InvalidTransactionData as error:
        raise BadInput("transacties", error.detail) from error


def _checked_query(query: JsonObject) -> JsonObject:
    try:
        parsed: DcqlQuery = parse_query(query)
    except InvalidPresentationRequest as error:
        raise BadInput("dcqlQuery", error.detail) from error
    if any(each.format not in VP_FORMATS for each in parsed.credentials):
        raise BadInput("dcqlQuery", f"format is een van {_FORMATS}")
    if any(not each.holder_binding for each in parsed.credentials):
        raise BadInput("dcqlQuery", "een antwoord zonder bewijs van de houder nemen wij niet aan")
    return query
