"""Hold a credential to the metadata of its type (SD-JWT VC section 5.6).

The rules speak of the credential as it was issued: which claims stood behind a digest of their own, and where in an
array the elements stood that are not shown. So the check walks the issuer's payload and the disclosures, not the
processed payload.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats.base import MalformedCredential
from credentials.formats.sd_jwt import registered
from credentials.formats.sd_jwt.type_metadata.document import ClaimMetadata, SelectiveDisclosure
from credentials.formats.sd_jwt.type_metadata.extending import EffectiveType
from credentials.formats.sd_jwt.type_metadata.retrieval import TypeMetadataSource
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt, process
from credentials.formats.selective_disclosure.disclosures import (
    ARRAY_DIGEST,
    HASH_NAME,
    OBJECT_DIGESTS,
    Disclosures,
    element,
    member,
)

# Each path may lead through every element of an array: metadata and credential together would have the work of both
# multiplied.
MAX_STEPS: Final = 200_000

_UNSTATED: Final = (None, SelectiveDisclosure.ALLOWED)


class TypeMetadataViolated(BlauweKnopError):
    """A credential that is not as its type says that every credential of it is."""

    code = "type_metadata_violated"


def check_credential(compact: str, source: TypeMetadataSource, *, complete: bool) -> EffectiveType:
    """Check an SD-JWT VC whose signature was verified, and return its type's metadata.

    `complete` is for a holder, who has all disclosures: only then is a claim that is not seen known not to be there.
    Raises TypeMetadataViolated, what `TypeMetadataSource.effective` raises, and MalformedCredential.
    """
    limits = Limits()
    parsed = UnverifiedSdJwt.parse(compact, limits, "dc+sd-jwt")
    opened = process(parsed.token.payload, parsed.disclosures, limits, registered.NEVER_HIDDEN).payload
    integrity = opened.get("vct#integrity")
    if "vct#integrity" in opened and not isinstance(integrity, str):
        raise MalformedCredential("vct#integrity is not a text")
    effective = source.effective(registered.read(opened).type, integrity if isinstance(integrity, str) else None)
    check_payload(parsed.token.payload, parsed.disclosures, effective, complete=complete)
    return effective


def check_payload(payload: JsonObject, disclosures: Disclosures, metadata: EffectiveType, *, complete: bool) -> None:
    """Check an issuer's payload and the disclosures that came with it, which `process` has taken before.

    Raises TypeMetadataViolated, or LimitExceeded where the paths lead to too many places.
    """
    if payload.get("vct") != metadata.vct:
        raise TypeMetadataViolated("the metadata is that of another type")
    root = _issued(payload, disclosures)
    work = _Work(MAX_STEPS)
    for claim in metadata.claims:
        _check(claim, root, work, complete=complete)


@dataclass(slots=True, repr=False)
class _Issued:
    """A value as it was issued. `by_itself`: behind a digest of its own; `shown` false: and not disclosed.

    `more`: an object has digests that nothing opens, which may be claims that are not shown.
    """

    members: dict[str, "_Issued"] | None = None
    elements: list["_Issued"] | None = None
    by_itself: bool = False
    shown: bool = True
    more: bool = False


@dataclass(slots=True)
class _Work:
    """How many steps may still be taken."""

    left: int

    def take(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise LimitExceeded("the paths of the type metadata lead to too many places")


def _issued(value: JsonValue, disclosures: Disclosures, *, by_itself: bool = False) -> _Issued:
    if isinstance(value, list):
        return _Issued(elements=[_element(item, disclosures) for item in value], by_itself=by_itself)
    if not isinstance(value, dict):
        return _Issued(by_itself=by_itself)
    members = {
        name: _issued(item, disclosures) for name, item in value.items() if name not in (OBJECT_DIGESTS, HASH_NAME)
    }
    digests = value.get(OBJECT_DIGESTS)
    more = False
    for digest in digests if isinstance(digests, list) else ():
        if digest in disclosures:
            name, item = member(disclosures[str(digest)])
            members[name] = _issued(item, disclosures, by_itself=True)
        else:
            more = True
    return _Issued(members=members, by_itself=by_itself, more=more)


def _element(item: JsonValue, disclosures: Disclosures) -> _Issued:
    if not isinstance(item, dict) or ARRAY_DIGEST not in item:
        return _issued(item, disclosures)
    digest = str(item[ARRAY_DIGEST])
    if digest not in disclosures:
        return _Issued(by_itself=True, shown=False)
    return _issued(element(disclosures[digest]), disclosures, by_itself=True)


def _check(claim: ClaimMetadata, root: _Issued, work: _Work, *, complete: bool) -> None:
    found, certain = _select(claim, root, work)
    if claim.mandatory and not found and (certain or complete):
        raise TypeMetadataViolated("a claim that is mandatory is not there")
    if claim.sd in _UNSTATED:
        return
    for each in found:
        if each.by_itself is not (claim.sd is SelectiveDisclosure.ALWAYS):
            raise TypeMetadataViolated("a claim can be disclosed by itself and may not be, or the other way round")


def _select(claim: ClaimMetadata, root: _Issued, work: _Work) -> tuple[list[_Issued], bool]:
    """Walk a path as section 5.6.1.2 says; tell also whether what was not found cannot have been issued."""
    selected, certain = [root], True
    for place, step in enumerate(claim.path):
        following: list[_Issued] = []
        # A claim that may not stand behind a digest, and is not in sight, is not there.
        in_sight = place == len(claim.path) - 1 and claim.sd is SelectiveDisclosure.NEVER
        for each in selected:
            # What is not disclosed has contents that nobody knows.
            if not each.shown:
                certain = False
                continue
            reached = _step(each, step)
            work.take(1 + len(reached))
            following.extend(reached)
            if not reached and each.more and not in_sight:
                certain = False
        selected = following
    return selected, certain


def _step(here: _Issued, step: str | int | None) -> Sequence[_Issued]:
    if isinstance(step, str):
        if here.members is None:
            raise TypeMetadataViolated("a path names a member of what is no object")
        return [here.members[step]] if step in here.members else ()
    if here.elements is None:
        raise TypeMetadataViolated("a path names an element of what is no array")
    return here.elements if step is None else here.elements[step : step + 1]
