"""Token Status List as CWT (draft-ietf-oauth-status-list, sections 4.3 and 5.2): the same claims, in CBOR and COSE.

What is read is given as the token that the JWT form would have been, so that one set of rules judges both: names for
the numbers of claims and headers, base64url for byte strings; the signature stays that over the COSE structure.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import cbor2

from credentials.clock import epoch
from credentials.encoding import JsonObject, b64_encode, b64url_encode
from credentials.errors import MalformedInput
from credentials.jose import UnverifiedToken
from credentials.jose.cbor import CborValue, cbor_parse
from credentials.jose.cose import (
    KEY_ID,
    TYPE,
    X5CHAIN,
    UnverifiedMessage,
    certificate_chain,
    chain_header,
    sign_message,
)
from credentials.keys import Signer
from credentials.status.compression import to_zlib
from credentials.status.errors import StatusListMalformed
from credentials.status.token_list import TOKEN_TYPE, TokenStatusList

MEDIA_TYPE: Final = "application/statuslist+cwt"
MAX_BYTES: Final = 1_390_000

_SUBJECT, _EXPIRES, _ISSUED_AT, _ISSUER, _TTL, _STATUS_LIST = 2, 4, 6, 1, 65534, 65533
_NAMES: Final = {_ISSUER: "iss", _SUBJECT: "sub", _EXPIRES: "exp", _ISSUED_AT: "iat", _TTL: "ttl"}
# The first byte of COSE_Sign1: its tag, or the array of four by itself. Section 5.2: no tag of CWT before it.
_BEGINNINGS: Final = (b"\xd2", b"\x84")


def is_cwt(body: bytes) -> bool:
    """Whether a body can only be the CWT form: no JWT begins like that."""
    return body.startswith(_BEGINNINGS)


def sign_status_list_cwt(
    statuses: TokenStatusList,
    signer: Signer,
    *,
    uri: str,
    now: datetime,
    x5c: tuple[bytes, ...] = (),
    lifetime: timedelta = timedelta(hours=24),
    time_to_live: timedelta = timedelta(hours=12),
    aggregation_uri: str | None = None,
    key_id: str | None = None,
) -> bytes:
    """Publish a list as a tagged COSE_Sign1 (section 5.2); `x5c` becomes `x5chain` (RFC 9360)."""
    headers: dict[int | str, CborValue] = {TYPE: MEDIA_TYPE}
    if key_id:
        headers[KEY_ID] = key_id.encode("utf-8")
    if x5c:
        headers[X5CHAIN] = chain_header(x5c)
    content: dict[int | str, CborValue] = {"bits": statuses.bits, "lst": to_zlib(statuses.to_bytes())}
    if aggregation_uri:
        content["aggregation_uri"] = aggregation_uri
    claims = {
        _SUBJECT: uri,
        _ISSUED_AT: epoch(now),
        _EXPIRES: epoch(now + lifetime),
        _TTL: int(time_to_live.total_seconds()),
        _STATUS_LIST: content,
    }
    return sign_message(headers, cbor2.dumps(claims, canonical=True), signer)


def parse_cwt(body: bytes) -> UnverifiedToken:
    """Read the form of a status list CWT; nothing in it may be believed yet. Raises StatusListMalformed."""
    try:
        message = UnverifiedMessage.parse(body, max_bytes=MAX_BYTES)
        claims = cbor_parse(message.payload)
        algorithm, key_id, chain = message.algorithm, message.key_id, certificate_chain(message)
    except MalformedInput as error:
        raise StatusListMalformed("not a status list CWT") from error
    if message.protected.get(TYPE) != MEDIA_TYPE or not isinstance(claims, dict):
        raise StatusListMalformed("not a status list CWT")
    header: JsonObject = {"alg": algorithm.value, "typ": TOKEN_TYPE}
    if key_id is not None:
        header["kid"] = key_id
    if chain:
        header["x5c"] = [b64_encode(each) for each in chain]
    return UnverifiedToken(header, _payload(claims), message.signing_input, message.signature)


def _payload(claims: Mapping[int | str, CborValue]) -> JsonObject:
    payload: JsonObject = {}
    for number, name in _NAMES.items():
        if number in claims:
            value = claims[number]
            if not isinstance(value, str | int | float):
                raise StatusListMalformed(f"{name} is of a kind that no claim has")
            payload[name] = value
    content = claims.get(_STATUS_LIST)
    if not isinstance(content, dict) or not isinstance(content.get("lst"), bytes):
        raise StatusListMalformed("the status list claim has no bits and lst")
    listed: JsonObject = {}
    for member, value in content.items():
        if member == "lst" and isinstance(value, bytes):
            listed[member] = b64url_encode(value)
        elif isinstance(member, str) and isinstance(value, str | int):
            listed[member] = value
        elif member == "aggregation_uri":
            raise StatusListMalformed("aggregation_uri is not a text")
    payload["status_list"] = listed
    return payload
