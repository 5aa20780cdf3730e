"""Status list aggregation: where all lists of an issuer stand (Token Status List section 9).

A relying party that fetches them all shows nobody which of them it needs, and can check while it is offline.
"""

from typing import Final

from credentials.encoding import json_object
from credentials.errors import MalformedInput
from credentials.status.errors import StatusListMalformed

MEDIA_TYPE: Final = "application/json"
MAX_LISTS: Final = 10_000


def read_aggregation(body: bytes) -> tuple[str, ...]:
    """Return the addresses of the lists; they are only pointers, and prove nothing. Raises StatusListMalformed."""
    try:
        uris = json_object(body, "status list aggregation").get("status_lists")
    except MalformedInput as error:
        raise StatusListMalformed(error.detail) from error
    if not isinstance(uris, list) or len(uris) > MAX_LISTS:
        raise StatusListMalformed(f"status_lists is not a list of at most {MAX_LISTS} addresses")
    texts = tuple(uri for uri in uris if isinstance(uri, str) and uri.startswith(("https://", "http://")))
    if len(texts) != len(uris):
        raise StatusListMalformed("status_lists holds something else than web addresses")
    return texts
