"""From verified claims to a person: how sure, on whose behalf, and which number. Pure.

1. The level of assurance is among those that are strong enough (NL GOV 1.0.1 sections 4.3.4 and 5.2.5).
2. Representation is taken apart, or refused: it is never passed over (sections 4.3.4 and 5.2.4).
3. The number is a citizen service number by its sector code, its type and the eleven test.
"""

import re
from typing import Final

from credentials.debts.bsn import Bsn
from credentials.debts.errors import InvalidBsn
from credentials.encoding import JsonObject
from issuer.domain.errors import NoBsn, RepresentationRefused
from issuer.identity.oidc.registration import PersonRules
from issuer.ports import LoggedIn
from service.errors import AssuranceTooLow, LoginRefused

REPRESENTS: Final = "represents"
MAX_CHAIN: Final = 5
# By these too somebody says that they act for another: RFC 8693 section 4.1, Signicat, and Logius' eID.
_OTHER_SIGNS: Final = ("act", "acting_nin", "urn:nl-eid-gdi:1.0:LegalSubjectID")
REPRESENTATION_SIGNS: Final = (REPRESENTS, *_OTHER_SIGNS)
# Section 5.2.4: what is said of the token is not said of whom it names.
_OF_THE_TOKEN: Final = ("exp", "nbf", "iat", "aud", "nonce")
_SECTOR: Final = re.compile(r"[sS]([0-9]{8}):(.*)\Z", re.DOTALL)
_BSN_SECTOR: Final = "00000000"
MAX_NAME: Final = 200


def person_of(claims: JsonObject, id_token: JsonObject, rules: PersonRules) -> LoggedIn:
    """Return who logged in, and for whom. `claims` are the ID token's own, or those of UserInfo beside it.

    Raises AssuranceTooLow, RepresentationRefused, NoBsn, or LoginRefused for what contradicts itself.
    """
    said = id_token if rules.assurance_claim == "acr" else claims
    if rules.minimum_assurance and said.get(rules.assurance_claim) not in rules.minimum_assurance:
        raise AssuranceTooLow
    signs = _signs(claims, id_token, rules)
    if not signs:
        bsn = _bsn(claims, rules)
        _check_sector(claims, rules, {bsn})
        return LoggedIn(bsn, _name(claims, rules))
    if rules.representation == "refused" or signs - {REPRESENTS, rules.acting_claim}:
        raise RepresentationRefused
    if len(signs) > 1:
        raise LoginRefused("representation is said in two ways")
    if REPRESENTS in signs:
        return _by_chain(claims, rules)
    return _beside(claims, rules)


def _signs(claims: JsonObject, id_token: JsonObject, rules: PersonRules) -> set[str]:
    """Return by which claims it is said that somebody acts for another. Raises LoginRefused."""
    names = {REPRESENTS, *_OTHER_SIGNS} | ({rules.acting_claim} if rules.acting_claim else set())
    signs = {name for name in names if name in claims or name in id_token}
    if any(name in id_token and id_token[name] != claims.get(name) for name in signs):
        if rules.representation == "refused":
            raise RepresentationRefused
        raise LoginRefused("the ID token says another representation than UserInfo")
    return signs


def _by_chain(claims: JsonObject, rules: PersonRules) -> LoggedIn:
    """Take the deepest of the nested claims: the represented one (section 5.2.4)."""
    found: JsonObject = claims
    for _ in range(MAX_CHAIN):
        inner = found[REPRESENTS]
        if not isinstance(inner, dict) or inner.keys() & set(_OF_THE_TOKEN):
            raise LoginRefused("represents is not what it should be")
        if not all(isinstance(inner.get(name), str) and inner[name] for name in ("iss", "sub")):
            raise LoginRefused("represents does not name somebody")
        found = inner
        if REPRESENTS not in found:
            break
    else:
        raise LoginRefused("the chain of representation is too long")
    represented = _bsn(found, rules)
    _check_sector(found, rules, {represented})
    acting = _bsn(claims, rules) if _states_number(claims, rules) else None
    if acting == represented:
        raise LoginRefused("nobody represents themselves")
    reference = acting.reveal() if acting is not None else f"{claims.get('iss')} {claims.get('sub')}"
    return LoggedIn(represented, _name(found, rules), representative=reference)


def _beside(claims: JsonObject, rules: PersonRules) -> LoggedIn:
    """Take the number of who is represented, and that of who acts beside it, as a broker of that kind says it."""
    represented, acting = _bsn(claims, rules), _parsed(claims.get(rules.acting_claim or ""))
    _check_sector(claims, rules, {represented, acting})
    if acting == represented:
        raise LoginRefused("nobody represents themselves")
    # A name beside two numbers could be of either.
    return LoggedIn(represented, None, representative=acting.reveal())


def _states_number(person: JsonObject, rules: PersonRules) -> bool:
    return (rules.bsn_claim in person and rules.bsn_claim != "sub") or person.get("sub_id_type") in rules.bsn_types


def _bsn(person: JsonObject, rules: PersonRules) -> Bsn:
    """Return somebody's number: a claim of their own, or `sub` where its type says so."""
    if rules.bsn_claim in person and rules.bsn_claim != "sub":
        return _parsed(person[rules.bsn_claim])
    kind = person.get("sub_id_type")
    if kind in rules.bsn_types or (kind is None and rules.bsn_claim == "sub"):
        return _parsed(person.get("sub"))
    raise NoBsn("there is no citizen service number")


def _parsed(value: object) -> Bsn:
    """Read a number, alone or behind its sector code: `s00000000:` is a citizen service number, others are not."""
    if not isinstance(value, str):
        raise NoBsn("there is no citizen service number")
    sector = _SECTOR.match(value)
    if sector is not None and sector[1] != _BSN_SECTOR:
        raise NoBsn("it is a number of another sector")
    try:
        return Bsn(sector[2] if sector is not None else value)
    except InvalidBsn as error:
        raise NoBsn("it is not a citizen service number") from error


def _check_sector(claims: JsonObject, rules: PersonRules, numbers: set[Bsn]) -> None:
    """Demand the sector code that stands apart, with one of these numbers. Raises NoBsn."""
    if rules.sector_claim is None:
        return
    value = claims.get(rules.sector_claim)
    if not isinstance(value, str) or _SECTOR.match(value) is None:
        raise NoBsn("there is no sector code")
    if _parsed(value) not in numbers:
        raise NoBsn("the sector code is of another number")


def _name(person: JsonObject, rules: PersonRules) -> str | None:
    name = person.get(rules.name_claim)
    return name[:MAX_NAME] if isinstance(name, str) and name else None
