"""The command's arguments: what it refuses, what it says, and how it serves."""

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from credentials.clock import SystemClock
from credentials.errors import ConfigurationError
from credentials.formats.vcdm import IssuerBinding
from service.commands.vc_api.guard import refuse_production

NOTICE: Final = """\
vc-api: for conformance runs only. Its keys were made up just now, and whoever reaches it may sign with them.
Issuer binding: {binding}. Status messages: {messages}.
Listening on {address}; nothing is kept after it stops.
"""


def vc_api(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")],
    ids_out: Annotated[Path, typer.Option(help="Where to write the issuers' DIDs: a JSON object by instance.")],
    host: Annotated[str, typer.Option(help="The loopback address to listen on.")] = "127.0.0.1",
    tls_self_signed: Annotated[
        bool, typer.Option("--tls-self-signed", help="Serve https with a certificate made up at the start.")
    ] = False,
    strict_issuer: Annotated[
        bool, typer.Option("--strict-issuer", help="Verify only what is signed by a key of its own issuer or holder.")
    ] = False,
    whole_status_messages: Annotated[
        bool,
        typer.Option(
            "--whole-status-messages",
            help="Give status entries one message for each value, as Bitstring Status List 1.0 wants, and not one for "
            "each bit, as its W3C suite wants.",
        ),
    ] = False,
    settings: Annotated[
        list[Path] | None,
        typer.Option(help="Settings of a party on this machine, which must be those of a development one."),
    ] = None,
) -> None:
    """Serve the W3C's VC-API over the credential engine, for conformance suites: never in production."""
    refuse_production(host, settings or (), os.environ)
    _forget_ids(ids_out)
    # What follows takes a moment to load, and a refusal should not have to wait for it.
    from service.commands.vc_api.app import create_app  # noqa: PLC0415
    from service.commands.vc_api.certificate import self_signed  # noqa: PLC0415
    from service.commands.vc_api.door import Door  # noqa: PLC0415
    from service.serving import Served, serve  # noqa: PLC0415

    address = f"{'https' if tls_self_signed else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    binding = IssuerBinding.REQUIRED if strict_issuer else IssuerBinding.NOT_CHECKED
    door = Door.make(address, SystemClock(), binding, whole_messages=whole_status_messages)

    def ready() -> None:
        # Written when everything listens: who waits for the file need not try the port.
        _write_ids(ids_out, door.ids())
        messages = "one for each value" if whole_status_messages else "one for each bit, as the W3C's suite wants"
        notice = NOTICE.format(binding=binding.value.replace("_", " "), messages=messages, address=address)
        typer.echo(notice, nl=False)

    with ExitStack() as stack:
        stack.callback(door.close)
        tls = None
        if tls_self_signed:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vc-api-")))
            tls = self_signed(folder, SystemClock().now())
        serve([Served(create_app(door), host, port, tls=tls)], ready=ready)


def _forget_ids(path: Path) -> None:
    # Those of an earlier run, which somebody who waits for the file would take for ours.
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    if not path.parent.is_dir():
        raise ConfigurationError(f"{path} cannot be written: there is no such folder")


def _write_ids(path: Path, ids: dict[str, str]) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(ids, indent=2) + "\n", "utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
