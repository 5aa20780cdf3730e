"""Settings: one TOML file per instance, read into a strict frozen model; secrets come from elsewhere.

A secret is written as where to find it: `{ file = "secrets/token" }`, `{ env = "NAME" }` or, under systemd,
`{ credential = "name" }`. An error names the file and the field and never the value.
"""

import json
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from credentials.errors import ConfigurationError
from credentials.masking import Secret
from credentials.plain_text import text_fault
from credentials.trust import MalformedTrustedList, TrustedList, TrustedLists
from credentials.web_addresses import LOCAL_HOSTS
from service.authorities import read_authorities

MIN_SECRET_CHARACTERS: Final = 16

_MAX_FILE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the settings came from: the folder that relative paths start at, and the environment."""

    folder: Path
    environment: Mapping[str, str]


def _secret(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    source = info.context if isinstance(info.context, _Source) else _Source(Path(), {})
    match value:
        case {"env": str(name), **rest} if not rest:
            text = source.environment.get(name)
        case {"file": str(path), **rest} if not rest:
            text = _secret_file(source.folder / path)
        case {"credential": str(name), **rest} if not rest and "/" not in name:
            text = _secret_file(Path(source.environment.get("CREDENTIALS_DIRECTORY", "/nonexistent")) / name)
        case _:
            raise PydanticCustomError(
                "secret_source", "say where the secret is: {{ file = … }}, {{ env = … }} or {{ credential = … }}"
            )
    if text is None:
        raise PydanticCustomError("secret_missing", "the secret is not there")
    if len(text) < MIN_SECRET_CHARACTERS:
        raise PydanticCustomError("secret_short", "the secret is shorter than 16 characters")
    return Secret(text)


def _secret_file(path: Path) -> str | None:
    try:
        if path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise PydanticCustomError("secret_open", "the secret's file may be read or written by others: chmod 600 it")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeError):
        return None


def _path(value: Path, info: ValidationInfo) -> Path:
    source = info.context
    return (source.folder / value).absolute() if isinstance(source, _Source) else value


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


SettingSecret = Annotated[Secret, BeforeValidator(_secret)]
"""A secret, given as where it can be found."""

SettingPath = Annotated[Path, AfterValidator(_path)]
"""A path; a relative one starts at the folder of the settings file."""

SettingAuthorities = Annotated[SettingPath, AfterValidator(_authorities)]
"""A file of certificate authorities in PEM, read once to see that it is one (`service.authorities`)."""

BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""An https URL without a slash at its end; plain http for localhost only (see `insecure_localhost`)."""

PeerUrl = Annotated[str, AfterValidator(_peer_url)]
"""Such a URL as somebody else calls themselves: with a slash at its end where they have one."""


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
    authorities that are trusted beside the public ones when this party connects to another.
    """

    base_url: BaseUrl
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)]
    database: str
    insecure_localhost: bool = False
    ca_file: SettingAuthorities | None = None

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


def load(path: Path, model: type[_Model], *, environment: Mapping[str, str] | None = None) -> _Model:
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
    source = _Source(path.absolute().parent, os.environ if environment is None else environment)
    try:
        # Strict in pydantic's JSON mode: text becomes a path or a date, but "1" never becomes a number.
        return model.model_validate_json(json.dumps(tree, default=_text), context=source)
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
