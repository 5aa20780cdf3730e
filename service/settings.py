"""Settings: one TOML file per instance, read into a strict frozen model. No secret stands in it, only files do.

An error names the file and the field and never the value.
"""

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from credentials.errors import ConfigurationError
from credentials.plain_text import text_fault
from credentials.trust import MalformedTrustedList, TrustedList, TrustedLists
from credentials.web_addresses import LOCAL_HOSTS
from service.authorities import read_authorities

_MAX_FILE_BYTES: Final = 1 << 20


def _path(value: Path, info: ValidationInfo) -> Path:
    folder = info.context
    return (folder / value).absolute() if isinstance(folder, Path) else value


def _authorities(value: Path) -> Path:
    try:
        read_authorities(value)
    except ConfigurationError as error:
        raise PydanticCustomError("authorities", "{fault}", {"fault": error.detail}) from None
    return value


def _base_url(value: str) -> str:
    return _peer_url(value).rstrip("/")


def _peer_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    plain = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if not (parts.scheme == "https" or plain) or not parts.hostname or parts.query or parts.fragment or "@" in value:
        raise PydanticCustomError("base_url", "must be an https URL without query or user name")
    return value


SettingPath = Annotated[Path, AfterValidator(_path)]
"""A path; a relative one starts at the folder of the settings file."""

SettingAuthorities = Annotated[SettingPath, AfterValidator(_authorities)]
"""A file of certificate authorities in PEM, read once to see that it is one (`service.authorities`)."""

BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""An https URL without a slash at its end; plain http for localhost only (see `insecure_localhost`)."""

PeerUrl = Annotated[str, AfterValidator(_peer_url)]
"""Such a URL as somebody else calls themselves: with a slash at its end where they have one."""


Email = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[a-z0-9.-]{1,190}$")]


def web_address(value: str) -> str:
    """Check where messages are posted to: https, or plain http on this machine. Raises PydanticCustomError."""
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if not (parts.scheme == "https" or local) or not parts.hostname or "@" in parts.netloc:
        raise PydanticCustomError("address", "must be an https address without a user name")
    return value


class Settings(BaseModel):
    """What every settings model shares: frozen, strict, no unknown fields, no values in errors."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )


class TrustedListSection(Settings):
    """A trusted list of ETSI (TS 119 612), for queries that name it: its address, and a copy that was checked."""

    address: Annotated[str, Field(min_length=8, max_length=500)]
    file: SettingPath


def trusted_lists(sections: Sequence[TrustedListSection]) -> TrustedLists:
    """Read the lists that the settings name. Raises ConfigurationError."""
    found: dict[str, TrustedList] = {}
    for each in sections:
        try:
            found[each.address] = TrustedList.parse(each.file.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"{each.file.name} cannot be read") from error
        except MalformedTrustedList as error:
            raise ConfigurationError(f"{each.file.name}: {error.detail}") from error
    return TrustedLists(found)


class PartySettings(Settings):
    """What every party needs; a party's own model extends it.

    `insecure_localhost` is for development: plain http and loopback addresses for localhost only. `ca_file` holds
    authorities that are trusted beside the public ones when this party connects to another. `api_email` is of who
    answers for the business API; its document names it.
    """

    base_url: BaseUrl
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)]
    database: str
    insecure_localhost: bool = False
    ca_file: SettingAuthorities | None = None
    api_email: Email | None = None

    @model_validator(mode="after")
    def _plain_http_is_said_aloud(self) -> Self:
        if self.base_url.startswith("http://") and not self.insecure_localhost:
            raise PydanticCustomError("plain_http", "base_url is plain http: only with insecure_localhost = true")
        if urlsplit(self.base_url).path:
            raise PydanticCustomError("base_url_path", "base_url has no path: a host of its own, for its pages")
        if self.insecure_localhost and urlsplit(self.base_url).hostname not in LOCAL_HOSTS:
            raise PydanticCustomError("not_local", "insecure_localhost is for localhost only, never for production")
        return self


_Model = TypeVar("_Model", bound=BaseModel)


def load(path: Path, model: type[_Model]) -> _Model:
    """Read a settings file. Raises ConfigurationError that names every wrong field, with no value in it."""
    name = path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror}") from error
    if len(raw) > _MAX_FILE_BYTES:
        raise ConfigurationError(f"{name} is larger than {_MAX_FILE_BYTES} bytes")
    try:
        tree = tomllib.loads(raw.decode("utf-8"))
    except UnicodeError as error:
        raise ConfigurationError(f"{name} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is not TOML: {error}") from None
    faults = [f"{name}: {place}: {fault}" for place, fault in _text_faults(tree, ())]
    if faults:
        raise ConfigurationError("; ".join(faults))
    try:
        # Strict in pydantic's JSON mode: text becomes a path or a date, but "1" never becomes a number.
        return model.model_validate_json(json.dumps(tree, default=_text), context=path.absolute().parent)
    except ValidationError as error:
        raise ConfigurationError("; ".join(f"{name}: {line}" for line in _lines(error))) from None


def _text_faults(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # a tree of TOML
    """Find every text in the settings that nobody could read as it stands, whatever it is for."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _text_faults(item, (*place, key))
        case list():
            for index, item in enumerate(value):
                yield from _text_faults(item, (*place, str(index)))
        case str():
            fault = text_fault(value, lines=True)
            if fault is not None:
                yield ".".join(place), fault


def _lines(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [f"{'.'.join(str(part) for part in item['loc']) or 'the whole'}: {item['msg']}" for item in found]


def _text(value: Any) -> str:  # noqa: ANN401  # whatever TOML has and JSON has not: dates and times
    return str(value.isoformat())
