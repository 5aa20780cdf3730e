"""Where this command may not start: keys for everyone must never stand beside anyone's real ones."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from credentials.errors import ConfigurationError
from credentials.web_addresses import LOCAL_HOSTS
from service.settings import load

ENVIRONMENT: Final = "BLAUWEKNOP_ENVIRONMENT"
"""What this machine is for, where its operator has said so."""

_DEVELOPMENT: Final = frozenset({"demo", "development", "test"})


class _AnySettings(BaseModel):
    """Of any party's settings, the one that tells development from production; see `PartySettings`."""

    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

    insecure_localhost: bool = False


def refuse_production(host: str, settings: Iterable[Path], environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError when this is, or can be reached from, anything but a developer's machine."""
    if host not in LOCAL_HOSTS:
        raise ConfigurationError("vc-api listens on a loopback address only: 127.0.0.1, ::1 or localhost")
    if environment.get(ENVIRONMENT, "test") not in _DEVELOPMENT:
        raise ConfigurationError(f"vc-api does not start here: {ENVIRONMENT} says that this is production")
    if "CREDENTIALS_DIRECTORY" in environment:
        # systemd gives a service its secrets this way: this is a unit of a machine that serves.
        raise ConfigurationError("vc-api does not start as a service: it was handed credentials of one")
    for path in settings:
        if not load(path, _AnySettings).insecure_localhost:
            raise ConfigurationError(f"{path.name} is a production setting: it lacks insecure_localhost = true")
