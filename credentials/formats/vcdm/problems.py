"""The problem codes of VCDM 2.0 section 7.1, and the error that carries one."""

from enum import StrEnum
from typing import Final

from credentials.encoding import JsonObject
from credentials.formats.base import MalformedCredential

PROBLEM_BASE: Final = "https://www.w3.org/TR/vc-data-model#"


class Problem(StrEnum):
    """What kind of thing is wrong with a document."""

    PARSING = "PARSING_ERROR"
    MALFORMED_VALUE = "MALFORMED_VALUE_ERROR"
    RANGE = "RANGE_ERROR"
    CRYPTOGRAPHIC_SECURITY = "CRYPTOGRAPHIC_SECURITY_ERROR"

    @property
    def url(self) -> str:
        """The `type` of a ProblemDetails object."""
        return PROBLEM_BASE + self.value

    @property
    def summary(self) -> str:
        """The `title` of a ProblemDetails object."""
        return _TITLES[self]


_TITLES: Final = {
    Problem.PARSING: "There was an error while parsing the input",
    Problem.MALFORMED_VALUE: "The value of a property is malformed",
    Problem.RANGE: "A value is outside of its expected range",
    Problem.CRYPTOGRAPHIC_SECURITY: "The securing mechanism has an error",
}


class InvalidDocument(MalformedCredential):
    """A document that breaks the data model.

    `problem` is the specification's code for it; `path` a JSON pointer to the property, of names that the data model
    defines only.
    """

    code = "invalid_vcdm_document"

    def __init__(self, detail: str, problem: Problem = Problem.MALFORMED_VALUE, path: str = "") -> None:
        self.problem = problem
        self.path = path
        super().__init__(detail)

    @property
    def problem_type(self) -> str:
        """The `type` URL of a ProblemDetails object (VCDM 2.0 section 7.1)."""
        return self.problem.url

    def details(self) -> JsonObject:
        """Return the ProblemDetails object (RFC 9457 section 3.1), with `pointer` where the property is known."""
        details: JsonObject = {"type": self.problem.url, "title": self.problem.summary, "detail": self.detail}
        if self.path:
            details["pointer"] = self.path
        return details
