"""Values of data elements: CBOR as it is signed, JSON as everybody else reads it.

Read, a date is its text, bytes are base64url, and a tag adds nothing; a name that is a number becomes its digits. What
has no JSON form, and what would give two members one name, is refused: what is shown must be all that is there.
"""

import math

from credentials.encoding import JsonObject, JsonValue, b64url_encode
from credentials.formats.base import MalformedCredential
from credentials.jose.cbor import CborValue, Tagged


def to_json(value: CborValue) -> JsonValue:
    """Return the JSON form of an element's value. Raises MalformedCredential."""
    match value:
        case Tagged():
            return to_json(value.value)
        case bytes():
            return b64url_encode(value)
        case dict():
            members: JsonObject = {str(name): to_json(item) for name, item in value.items()}
            if len(members) != len(value):
                raise MalformedCredential("two members of an element's value have one name")
            return members
        case list():
            return [to_json(item) for item in value]
        case float() if not math.isfinite(value):
            raise MalformedCredential("a number is not finite")
        case _:
            return value


def to_cbor(value: JsonValue) -> CborValue:
    """Return a JSON value as CBOR, without any tag."""
    match value:
        case dict():
            return {name: to_cbor(item) for name, item in value.items()}
        case list():
            return [to_cbor(item) for item in value]
        case _:
            return value
