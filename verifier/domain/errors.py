"""What this party refuses or cannot find."""

from credentials.errors import BlauweKnopError, MalformedInput


class UnknownIntake(BlauweKnopError):
    """No such intake, or not this counsellor's: the two are told apart by nobody."""

    code = "unknown_intake"


class UnknownRequest(BlauweKnopError):
    """No such request, or not this owner's."""

    code = "unknown_request"


class RequestEnded(BlauweKnopError):
    """The request was answered, declined or withdrawn, or its time has passed."""

    code = "request_ended"


class RefusedAnswer(BlauweKnopError):
    """An answer that is not taken: the request stays open and nothing of the answer is kept.

    `reason` says in plain Dutch, without any claim, what was wrong; the counsellor may read it.
    """

    code = "refused_answer"

    def __init__(self, code: str, reason: str) -> None:
        self.attempt_code = code
        self.reason = reason
        super().__init__(reason)


class NotAnswered(BlauweKnopError):
    """There is no answer yet to show, check again or export."""

    code = "not_answered"


class UnknownTemplate(MalformedInput):
    """A template name that is not on the list."""

    code = "unknown_template"


class BadInput(MalformedInput):
    """A field of a form or document that we cannot take; `field` names it."""

    code = "bad_input"

    def __init__(self, field: str, detail: str) -> None:
        self.field = field
        super().__init__(f"{field}: {detail}")


class LoginRefused(BlauweKnopError):
    """The name and password do not belong together."""

    code = "counsellor_login_refused"


class NotSameBrowser(BlauweKnopError):
    """A wallet's redirect that came back in another browser than the one that started the request."""

    code = "not_same_browser"


class NoMoreTime(BlauweKnopError):
    """The request was already extended as often as is allowed."""

    code = "no_more_time"
