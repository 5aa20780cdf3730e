"""The problem codes of VCDM 2.0 section 7.1, and the error that carries one."""

from enum import StrEnum
from typing import Final

from credentials.formats.base import MalformedCredential

PROBLEM_BASE: Final = "https://www.w3.org/TR/vc-data-model#"


class Problem(StrEnum):
    """What kind of thing is wrong with a document."""

    PARSING = "PARSING_ERROR"
    MALFORMED_VALUE = "MALFORMED_VALUE_ERROR"
    RANGE = "RANGE_ERROR"
    CRYPTOGRAPHIC_SECURITY = "CRYPTOGRAPHIC_SECURITY_ERROR"


class InvalidDocument(MalformedCredential):
    """A document that breaks VCDM 2.0. `problem` is the specification's code for it."""

    code = "invalid_vcdm_document"

    def __init__(self, detail: str, problem: Problem = Problem.MALFORMED_VALUE) -> None:
        self.problem = problem
        super().__init__(detail)

    @property
    def problem_type(self) -> str:
        """The `type` URL of a ProblemDetails object (VCDM 2.0 section 7.1)."""
        return PROBLEM_BASE + self.problem.value
