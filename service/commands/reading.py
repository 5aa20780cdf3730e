"""Reading what the command line was given: bounded, and with errors that say what to do."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typer
from rich.text import Text

from credentials.encoding import json_object
from credentials.errors import BlauweKnopError
from credentials.keys import PublicJwk
from credentials.plain_text import shown
from credentials.trust import TrustList

MAX_FILE_BYTES: Final = 16 << 20
STDIN: Final = "-"


class Unusable(typer.Exit):
    """The input cannot be used: exit code 2, after saying why."""

    def __init__(self, reason: str) -> None:
        typer.echo(f"blauweknop: {reason}", err=True)
        super().__init__(2)


def read_bytes(path: str | Path, most: int = MAX_FILE_BYTES) -> bytes:
    """Return a file's bytes, `most` of them at most, or those of standard input for `-`."""
    try:
        if str(path) == STDIN:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(most + 1)
    except OSError as error:
        raise Unusable(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > most:
        raise Unusable(f"{path}: larger than {most >> 20} MB")
    return data


def read_text(path: str | Path) -> str:
    """Return a file as text, without surrounding white space."""
    try:
        return read_bytes(path).decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise Unusable(f"{path}: is not text") from error


def read_root(path: Path) -> tuple[PublicJwk, ...]:
    """Return the scheme's root key: a file with a JWK, or a JWK set while one key follows another."""
    try:
        document = json_object(read_bytes(path), "the root key")
        keys = document.get("keys", [document])
        if not isinstance(keys, list) or not keys:
            raise Unusable(f"{path}: holds no key")
        return tuple(PublicJwk.parse(key) for key in keys)
    except BlauweKnopError as error:
        raise Unusable(f"{path}: is not a public JWK ({error.detail})") from error


def read_trust_list(path: Path, root: Path, now: datetime) -> TrustList:
    """Return a checked trust list. One that the root did not sign is unusable; one that has expired raises."""
    try:
        return TrustList.verify(read_text(path), read_root(root), now)
    except BlauweKnopError as error:
        if error.code == "trust_list_expired":
            raise
        raise Unusable(f"{path}: {error.detail}") from error


def plain(text: str) -> Text:
    """Return text for the terminal: no markup, and nothing that misleads or nobody sees, whoever wrote it."""
    return Text(shown(text))


def moment(text: str | None, otherwise: datetime, option: str = "--at") -> datetime:
    """Return the moment that an option names: RFC 3339, or a day, which begins in UTC."""
    if text is None:
        return otherwise
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unusable(f"{option} is not a date or a date and time, such as 2026-11-23T12:00:00Z") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
