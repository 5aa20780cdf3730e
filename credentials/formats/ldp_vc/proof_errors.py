"""What can be wrong with a proof, with the processing-error codes of Data Integrity 1.0 section 4.6.

Every error here bears `problem` and `problem_type`; `problem_type_of` says it for errors of other layers too, such as
a signature that does not hold or a key that cannot be resolved.
"""

from enum import StrEnum
from typing import Final

from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats.base import MalformedCredential, WrongAudience, WrongNonce
from credentials.formats.vcdm import Problem

PROBLEM_BASE: Final = "https://w3id.org/security#"


class ProofProblem(StrEnum):
    """The processing errors of Data Integrity 1.0 section 4.6, and the one that it takes from VCDM 2.0."""

    PARSING = "PARSING_ERROR"
    GENERATION = "PROOF_GENERATION_ERROR"
    VERIFICATION = "PROOF_VERIFICATION_ERROR"
    TRANSFORMATION = "PROOF_TRANSFORMATION_ERROR"
    INVALID_DOMAIN = "INVALID_DOMAIN_ERROR"
    INVALID_CHALLENGE = "INVALID_CHALLENGE_ERROR"

    @property
    def url(self) -> str:
        """The `type` of a ProblemDetails object."""
        return Problem.PARSING.url if self is ProofProblem.PARSING else PROBLEM_BASE + self.value


class InvalidProof(MalformedCredential):
    """A Data Integrity proof that is missing, malformed, for another purpose or past its time, or cannot be made."""

    code = "invalid_proof"

    def __init__(self, detail: str = "", problem: ProofProblem = ProofProblem.VERIFICATION) -> None:
        self.problem = problem
        super().__init__(detail)

    @property
    def problem_type(self) -> str:
        """The URL of the processing error."""
        return self.problem.url


class InvalidDomain(WrongAudience):
    """The proof was made for another domain than the expected one, or for none."""

    code = "invalid_domain"
    problem: Final = ProofProblem.INVALID_DOMAIN
    problem_type: Final = problem.url


class InvalidChallenge(WrongNonce):
    """The proof answers another challenge than the expected one, or none."""

    code = "invalid_challenge"
    problem: Final = ProofProblem.INVALID_CHALLENGE
    problem_type: Final = problem.url


def problem_type_of(error: BlauweKnopError) -> str:
    """Return the processing-error URL of whatever signing or verifying a document raised."""
    own = getattr(error, "problem_type", None)
    if isinstance(own, str):
        return own
    # What the canonicaliser refuses never became the bytes to sign (section 4.6, PROOF_TRANSFORMATION_ERROR).
    transformation = isinstance(error, MalformedCredential | LimitExceeded)
    return (ProofProblem.TRANSFORMATION if transformation else ProofProblem.VERIFICATION).url


__all__ = [
    "PROBLEM_BASE",
    "InvalidChallenge",
    "InvalidDomain",
    "InvalidProof",
    "ProofProblem",
    "problem_type_of",
]
