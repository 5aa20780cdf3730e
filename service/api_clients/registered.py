"""Which programs may come, with which keys, for what: as the settings say. No secret of theirs is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import Field, StringConstraints

from credentials.encoding import json_object
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import PublicJwk
from service.settings import SettingPath, Settings

MOST_KEYS: Final = 8
_MAX_FILE_BYTES: Final = 64_000


class ApiClientSection(Settings):
    """A program that may ask for access tokens, and authenticates with a key of its own."""

    client_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    keys: Annotated[SettingPath, Field(description="a JWK Set with its public keys (RFC 7517 section 5)")]
    scopes: Annotated[tuple[str, ...], Field(min_length=1, description="what it may do")]


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A registered program."""

    client_id: str
    keys: tuple[PublicJwk, ...]
    scopes: frozenset[str]


ApiClients: TypeAlias = Mapping[str, ApiClient]
"""The registered programs by their id."""


def read_clients(sections: Sequence[ApiClientSection], scopes: Mapping[str, str]) -> ApiClients:
    """Read the key sets that the settings name. `scopes` are those of this API. Raises ConfigurationError."""
    found: dict[str, ApiClient] = {}
    for each in sections:
        if each.client_id in found:
            raise ConfigurationError(f"api_clients: {each.client_id} is registered twice")
        unknown = sorted(set(each.scopes) - scopes.keys())
        if unknown:
            raise ConfigurationError(f"api_clients: {each.client_id}: no scope of this API: {', '.join(unknown)}")
        found[each.client_id] = ApiClient(each.client_id, _keys(each.keys), frozenset(each.scopes))
    return found


def _keys(path: Path) -> tuple[PublicJwk, ...]:
    try:
        document = json_object(path.read_bytes()[: _MAX_FILE_BYTES + 1], path.name, max_bytes=_MAX_FILE_BYTES)
        given = document.get("keys")
        if not isinstance(given, list) or not 0 < len(given) <= MOST_KEYS:
            raise ConfigurationError(f"{path.name}: not a JWK Set of one to {MOST_KEYS} keys")
        keys = tuple(PublicJwk.parse(each) for each in given)
    except OSError:
        raise ConfigurationError(f"{path.name}: missing or unreadable") from None
    except MalformedInput as error:
        raise ConfigurationError(f"{path.name}: {error.detail or error.code}") from error
    if any(key.encrypts_only for key in keys):
        raise ConfigurationError(f"{path.name}: a key for encryption proves nobody")
    return keys
