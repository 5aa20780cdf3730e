"""What of a credential with an `ecdsa-sd-2023` base proof everybody sees, and what its holder shows or hides.

The issuer makes mandatory what a verifier cannot do without: who issues, from when until when, where the status stands,
whom it is bound to, and the claims that the draft always discloses. Every other statement is the holder's to show.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from credentials.claims_path import ClaimsPath, PathNotFound, places
from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import UndisclosablePath
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.pointers import select
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.proof_value import BaseProofValue, is_base

NAME: Final = "ecdsa-sd-2023"

_MANDATORY: Final = ("issuer", "validFrom", "validUntil", "credentialStatus")
_SUBJECT: Final = "credentialSubject"
# What goes along with whatever is selected of its object (DI-ECDSA 3.4.11), or is no statement.
_ALONG: Final = frozenset({"@context", "id", "type", "proof"})


def mandatory_pointers(document: JsonObject, always: Iterable[str]) -> tuple[str, ...]:
    """Return what every verifier shall see of a credential; `always` are names of members of the subject."""
    of_document = (f"/{name}" for name in _MANDATORY if name in document)
    return (*of_document, *(_pointer((_SUBJECT, name)) for name in always))


def has_base_proof(document: JsonObject) -> bool:
    """Say whether a credential is one that its holder derives others from."""
    proof = document.get("proof")
    return isinstance(proof, dict) and proof.get("cryptosuite") == NAME and is_base(proof.get("proofValue"))


def always_shown(document: JsonObject) -> JsonObject:
    """Return the part of a credential with a base proof that every verifier sees. Raises InvalidProof."""
    proof = document["proof"]
    value = BaseProofValue.parse(proof.get("proofValue") if isinstance(proof, dict) else None)
    return select(without_proof(document), value.mandatory_pointers) or {}


def hidden_paths(document: JsonObject, shown: JsonObject) -> tuple[tuple[str | int, ...], ...]:
    """Return the paths of all leaves of the subject that are not among what is always shown."""
    open_ = set(_leaves(shown.get(_SUBJECT), (_SUBJECT,)))
    return tuple(path for path in _leaves(document.get(_SUBJECT), (_SUBJECT,)) if path not in open_)


def pointers_to(document: JsonObject, paths: Collection[ClaimsPath] | None) -> tuple[str, ...]:
    """Return JSON pointers to what claims paths select; None selects everything. Raises UndisclosablePath."""
    if paths is None:
        return tuple(_pointer((name,)) for name in document if name not in _ALONG)
    unsecured = without_proof(document)
    try:
        found = [place for path in paths for place in places(path, unsecured)]
    except PathNotFound as error:
        raise UndisclosablePath("a claims path leads nowhere") from error
    # What goes along by itself is not selected apart: an identifier alone states nothing.
    return tuple(dict.fromkeys(_pointer(place) for place in found if _ALONG.isdisjoint(place)))


def without_proof(document: JsonObject) -> JsonObject:
    """Return what a proof is about: claims paths point into this."""
    return {name: value for name, value in document.items() if name != "proof"}


def _leaves(value: JsonValue, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    match value:
        case dict():
            for name, item in value.items():
                if name not in _ALONG:
                    yield from _leaves(item, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from _leaves(item, (*path, index))
        case _:
            yield path


def _pointer(place: Iterable[str | int]) -> str:
    # RFC 6901 section 3.
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)
