"""Verify a credential: its document, what secures it, who signed it, its period and its status."""

from dataclasses import dataclass, field
from typing import Final, final

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import verify_document
from credentials.formats.vcdm import CredentialDocument, Problem, is_envelope, status_entries
from credentials.status import Status, StatusChecker
from credentials.status.bitstring import MESSAGE
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.problems import InvalidRequest
from service.commands.vc_api.request import Options
from service.commands.vc_api.tokens import open_credential

STATUS_CHECK: Final = "credentialStatus"


class BadStatus(InvalidRequest):
    """A credential whose status says that it is not to be relied on."""

    code = "bad_status"


@final
@dataclass(slots=True)
class Outcome:
    """What was checked and held, and what a verifier should know besides."""

    checks: list[str] = field(default_factory=list)
    warnings: list[JsonObject] = field(default_factory=list)

    def add(self, check: str) -> None:
        """Note a check, once."""
        if check not in self.checks:
            self.checks.append(check)

    def warn(self, detail: str) -> None:
        """Note what was not checked, or is for people to judge."""
        warning: JsonObject = {"type": "about:blank", "title": "not checked", "detail": detail}
        if warning not in self.warnings:
            self.warnings.append(warning)


@final
@dataclass(frozen=True, slots=True)
class CredentialVerifier:
    """Verify credentials, embedded or enveloped."""

    engine: Engine
    statuses: StatusChecker

    def verify(self, document: JsonObject, options: Options, outcome: Outcome) -> None:
        """Check everything, or raise BlauweKnopError."""
        engine = self.engine
        if is_envelope(document):
            opened = open_credential(document, engine)
            read = engine.read(opened.document)
            controllers = [opened.controller]
        else:
            read = engine.read(document)
            proofs = verify_document(
                document,
                engine.keys,
                canonicaliser=engine.canonicaliser,
                now=engine.clock.now(),
                challenge=options.challenge,
                domain=options.domain,
            )
            controllers = [proof.controller for proof in proofs]
        outcome.add("proof")
        engine.binding.check(read.issuer, controllers)
        self.check_further(read, options, outcome)

    def check_further(self, read: CredentialDocument, options: Options, outcome: Outcome) -> None:
        """Check the period and the status of a credential whose signature holds. Raises BlauweKnopError."""
        read.check_period(self.engine.clock.now())
        outcome.add("validityPeriod")
        if self.engine.unknown_resources(read):
            outcome.warn("there are digests of resources that are not known here")
        if read.status and options.wants(STATUS_CHECK):
            self._check_status(read, outcome)
            outcome.add(STATUS_CHECK)
        elif read.status:
            outcome.warn("the status was not asked for")

    def _check_status(self, read: CredentialDocument, outcome: Outcome) -> None:
        def proof(document: JsonObject) -> None:
            listed = self.engine.read(document)
            found = verify_document(
                document, self.engine.keys, canonicaliser=self.engine.canonicaliser, now=self.engine.clock.now()
            )
            if any(each.controller != read.issuer for each in found) or listed.issuer != read.issuer:
                raise InvalidRequest("the status list is another issuer's", Problem.CRYPTOGRAPHIC_SECURITY)

        for each in read.status:
            if each.get("statusPurpose") == MESSAGE and each.get("type") == status_entries.ENTRY_TYPE:
                # What a message says is for people; it makes no credential invalid. No other purpose is passed over:
                # one that we do not know might.
                outcome.warn("there is a status message")
                continue
            entry = status_entries.read(each)
            status = self.statuses.bitstring_status(
                entry.uri,
                entry.index,
                entry.purpose,
                authority=read.issuer,
                proof=proof,
                size=entry.size,
                messages=entry.messages,
            )
            if status is not Status.VALID:
                raise BadStatus(f"the credential's status is {status.name.lower()}", Problem.RANGE, "/credentialStatus")
