"""What this party refuses or cannot find."""

from collections.abc import Sequence

from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from service.errors import LoginRefused


class UnknownIntake(BlauweKnopError):
    """No such intake, or not this counsellor's: the two are told apart by nobody."""

    code = "unknown_intake"


class UnknownRequest(BlauweKnopError):
    """No such request, or not this owner's."""

    code = "unknown_request"


class UnknownSaidDebt(BlauweKnopError):
    """No such debt without proof in this file."""

    code = "unknown_said_debt"


class UnknownColleague(BlauweKnopError):
    """Nobody of that name has logged in here, as far as is remembered."""

    code = "unknown_colleague"


class UnknownNote(BlauweKnopError):
    """No such note in this file."""

    code = "unknown_note"


class UnknownInvitation(BlauweKnopError):
    """No such invitation, or it is over, or another browser's: the three are told apart by nobody."""

    code = "unknown_invitation"


class UnknownProof(BlauweKnopError):
    """No proof of a check of that name, or of another's file, or its time is over: told apart by nobody."""

    code = "unknown_proof_of_check"


class FileFull(BlauweKnopError):
    """A file holds as many debts without proof, or notes, as it may."""

    code = "file_full"


class RequestEnded(BlauweKnopError):
    """The request was answered, declined or withdrawn, or its time has passed."""

    code = "request_ended"


class NotAttested(Unavailable):
    """What somebody attests of our key has ended, so that no wallet would believe the request: it is not made."""

    code = "verifier_not_attested"


class NotAllowedToAsk(BlauweKnopError):
    """A question for claims that the trust list does not let us ask: it is not made. `names` says which."""

    code = "not_allowed_to_ask"

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"volgens de lijst van het stelsel mag dit niet gevraagd worden: {', '.join(names)[:300]}")


class RefusedAnswer(BlauweKnopError):
    """An answer that is not taken: the request stays open and nothing of the answer is kept.

    `reason` says in plain Dutch, without any claim, what was wrong; the counsellor may read it.
    """

    code = "refused_answer"

    def __init__(self, code: str, reason: str) -> None:
        self.attempt_code = code
        self.reason = reason
        super().__init__(reason)


class WrongCode(BlauweKnopError):
    """The code that was typed does not open the answer; `left` is how often one may try still, 0 when it is gone."""

    code = "wrong_code"

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(f"{left} tries left")


class NotAnswered(BlauweKnopError):
    """There is no answer yet to show, check again or export."""

    code = "not_answered"


class EvidenceNotKept(BlauweKnopError):
    """An answer of before we kept what answers are checked by: no bundle can be made until it is checked again."""

    code = "evidence_not_kept"


class EvidenceTooLarge(BlauweKnopError):
    """More than fits in one evidence bundle."""

    code = "evidence_too_large"


class NotListed(Unavailable):
    """We are not on the trust list, or not with this certificate: nobody could believe our seal, so it is not set."""

    code = "verifier_not_listed"


class UnknownTemplate(MalformedInput):
    """A template name that is not on the list."""

    code = "unknown_template"


class BadInput(MalformedInput):
    """A field of a form or document that we cannot take; `field` names it."""

    code = "bad_input"

    def __init__(self, field: str, detail: str) -> None:
        self.field = field
        super().__init__(f"{field}: {detail}")


class PasswordRefused(BlauweKnopError):
    """The name and password do not belong together."""

    code = "counsellor_login_refused"


class NotAColleague(LoginRefused):
    """Somebody logged in at the organisation's own provider who has no role at this desk."""

    code = "not_a_colleague"


class NotSameBrowser(BlauweKnopError):
    """A wallet's redirect that came back in another browser than the one that started the request."""

    code = "not_same_browser"


class NoMoreTime(BlauweKnopError):
    """The request was already extended as often as is allowed."""

    code = "no_more_time"
