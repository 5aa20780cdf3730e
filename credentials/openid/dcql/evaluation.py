"""The wallet's side of DCQL: what it could show, and whether what its user chose may be sent (section 6.4)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.openid.claims_path import ClaimsPath
from credentials.openid.dcql.matching import meets_demands, satisfied_claims
from credentials.openid.dcql.query import DcqlQuery


class InvalidChoice(BlauweKnopError):
    """What was chosen to be shown does not answer the query, or goes beyond it."""

    code = "vp_invalid_choice"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A held credential as a query sees it; `key` is the wallet's own name for it.

    `claims` is the document that claims paths point into: for `dc+sd-jwt` the payload with every disclosure in place,
    for W3C formats the whole credential (appendix B.1.2).
    """

    key: str
    format: str
    types: frozenset[str]
    claims: JsonObject = field(repr=False)
    authority_keys: frozenset[str] = frozenset()
    trusted_lists: frozenset[str] = frozenset()
    holder_binding: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that answers a credential query, and the claims to disclose: `paths`, of claim set `claim_set`."""

    candidate: Candidate
    paths: tuple[ClaimsPath, ...]
    claim_set: int | None = None


@dataclass(frozen=True, slots=True)
class SetMatch:
    """A credential set, with those of its options that the wallet could answer, in the verifier's order."""

    required: bool
    options: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a wallet could answer: per credential query its matches, per credential set its options."""

    query: DcqlQuery
    matches: Mapping[str, tuple[Match, ...]]
    sets: tuple[SetMatch, ...]

    @property
    def satisfiable(self) -> bool:
        """Whether there is an answer at all; if not, nothing may be sent (section 6.4.2)."""
        return all(credential_set.options for credential_set in self.sets if credential_set.required)

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids of credential queries that nothing answers."""
        return tuple(id for id, matches in self.matches.items() if not matches)

    def default(self) -> dict[str, tuple[Match, ...]]:
        """Return the least answer: each required set by its first possible option, and no optional set.

        A query for one credential gets its first match, a query for several gets all. Raises InvalidChoice when the
        query is not satisfiable.
        """
        if not self.satisfiable:
            raise InvalidChoice("the query cannot be answered")
        ids = {id for credential_set in self.sets if credential_set.required for id in credential_set.options[0]}
        return {
            query.id: self.matches[query.id] if query.multiple else self.matches[query.id][:1]
            for query in self.query.credentials
            if query.id in ids
        }

    def choose(self, selection: Mapping[str, Sequence[str]]) -> dict[str, tuple[Match, ...]]:
        """Return the matches that were chosen: per credential query id the keys of its candidates.

        Raises InvalidChoice unless every required set is answered by an option of it, whatever is chosen belongs to an
        option that is chosen whole, and one credential is chosen where one is asked.
        """
        chosen = {id: tuple(dict.fromkeys(keys)) for id, keys in selection.items() if keys}
        check_sets(self.query, chosen.keys(), InvalidChoice)
        answer: dict[str, tuple[Match, ...]] = {}
        for query in self.query.credentials:
            if query.id not in chosen:
                continue
            if len(chosen[query.id]) > 1 and not query.multiple:
                raise InvalidChoice("several credentials are chosen where one is asked")
            matches = {match.candidate.key: match for match in self.matches[query.id]}
            if not matches.keys() >= set(chosen[query.id]):
                raise InvalidChoice("a credential is chosen that does not match")
            answer[query.id] = tuple(matches[key] for key in chosen[query.id])
        return answer


def evaluate(query: DcqlQuery, candidates: Sequence[Candidate]) -> Evaluation:
    """Return what these candidates could answer. A candidate that does not match a query is not named under it."""
    matches: dict[str, tuple[Match, ...]] = {}
    for wanted in query.credentials:
        found: list[Match] = []
        for candidate in candidates:
            if not meets_demands(wanted, candidate):
                continue
            satisfied = satisfied_claims(wanted, candidate.claims, presented=False)
            if satisfied is not None:
                number, claims = satisfied
                # Section 6.1: one claim asked twice is asked once.
                paths = tuple(dict.fromkeys(claim.path for claim in claims))
                found.append(Match(candidate, paths, number))
        matches[wanted.id] = tuple(found)
    sets = tuple(
        SetMatch(
            credential_set.required,
            tuple(option for option in credential_set.options if all(matches[id] for id in option)),
        )
        for credential_set in query.sets
    )
    return Evaluation(query, matches, sets)


def check_sets(query: DcqlQuery, answered: Collection[str], error: Callable[[str], BlauweKnopError]) -> None:
    """Check that the answered credential queries are what the credential sets ask, no less and no more.

    Each required set has an option that is answered whole; each answered query belongs to an option that is answered
    whole. Raises `error`.
    """
    present = set(answered)
    if not present <= query.by_id.keys():
        raise error("an answer is to no question")
    complete = [
        [option for option in credential_set.options if present.issuperset(option)] for credential_set in query.sets
    ]
    if not all(
        options for credential_set, options in zip(query.sets, complete, strict=True) if credential_set.required
    ):
        raise error("a required credential is missing")
    if not present <= {id for options in complete for option in options for id in option}:
        raise error("a credential is there that was asked only together with others, or not at all")
