"""What the command line asks for: serve, make keys, describe."""

import json
from pathlib import Path

from credentials.clock import SystemClock
from credentials.errors import ConfigurationError
from credentials.trust import Participant, Role
from service.serving import Servable
from service.settings import load
from service.workers import Post, serve_posts, workers_for
from wallet_api.app.compose import create
from wallet_api.app.screens import PACKAGE
from wallet_api.identity.provider import authority_of, make_missing
from wallet_api.settings import WalletSettings
from wallet_api.vault import service_key


def run(file: Path, *, workers: int | None = None) -> int:
    """Serve a wallet until it is told to stop and return the exit code; each worker reads the settings anew."""
    settings = load(file, WalletSettings)

    def make() -> list[Servable]:
        fresh = load(file, WalletSettings)
        return [(create(fresh).app, fresh.host, fresh.port)]

    number = workers_for(settings.database, workers)
    return serve_posts([Post(PACKAGE, [(settings.host, settings.port)], make, number)])


def make_keys(settings: WalletSettings) -> list[str]:
    """Make what is not there of the provider's keys and the service's; return the files' names.

    Raises ConfigurationError where the settings name no place for either.
    """
    folder, key = settings.provider.keys, settings.errands.key
    if folder is None and key is None:
        raise ConfigurationError("neither provider.keys nor errands.key names a place")
    made: list[str] = []
    if folder is not None:
        name, now = settings.provider.name, SystemClock().now()
        made += make_missing(folder, identifier=settings.base_url, name=name, now=now)
    if key is not None:
        made += service_key.make_missing(key)
    return made


def describe_wallet(settings: WalletSettings) -> str:
    """Return this wallet's entry for the trust list, as JSON. Raises ConfigurationError."""
    anchors = () if settings.provider.keys is None else (authority_of(settings.provider.keys),)
    participant = Participant(
        identifier=settings.base_url,
        name=settings.provider.name,
        roles=frozenset({Role.WALLET}),
        anchors=anchors,
        client_ids=(settings.client_id,),
        redirect_uris=(settings.redirect_uri,),
    )
    return json.dumps(participant.to_dict(), ensure_ascii=False, indent=2)
