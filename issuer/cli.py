"""`blauweknop issuer …`: make an agency's keys, describe it to the scheme, serve it, and look for changed debts."""

from pathlib import Path
from typing import Annotated

import typer

from issuer.domain.clients import Profile

app = typer.Typer(
    no_args_is_help=True,
    help="Run an agency that issues debt facts to citizens' wallets, in the `securings` of AGENCY.toml.",
)

AgencyFile = Annotated[Path, typer.Argument(metavar="AGENCY.toml", help="The agency's settings.")]
ProfileName = Annotated[
    Profile | None, typer.Option("--profile", help="Which profile; by default the one that the settings name.")
]
AgencyFiles = Annotated[list[Path], typer.Argument(metavar="AGENCY.toml…", help="One or more agencies' settings.")]


@app.command()
def init(files: AgencyFiles) -> None:
    """Make each agency's keys, certificates, secrets and database; what exists is left alone."""
    from issuer.app import initialise  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    for file in files:
        settings = load_agency(file)
        made = initialise(settings)
        typer.echo(f"{settings.agency.abbreviation}: {', '.join(made) if made else 'nothing to make'}")


@app.command()
def describe(file: AgencyFile) -> None:
    """Print the agency's entry for the scheme's trust list, as JSON."""
    from issuer.app import describe as participant  # noqa: PLC0415
    from issuer.settings import load_agency  # noqa: PLC0415

    typer.echo(participant(load_agency(file)))


@app.command()
def serve(
    files: AgencyFiles,
    *,
    process_per_agency: Annotated[
        bool, typer.Option("--process-per-agency", help="Give each agency a process of its own.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes that serve the same addresses. By default one per core, two at most with SQLite, and one "
            "where several agencies are served.",
        ),
    ] = None,
) -> None:
    """Serve the agencies, each on its own address with its own keys, database and status lists.

    With several workers SIGHUP reads settings and keys anew, and no request fails meanwhile.
    """
    from issuer.app import serve as serve_agencies  # noqa: PLC0415

    raise typer.Exit(serve_agencies(files, process_per_agency=process_per_agency, workers=workers))


@app.command()
def refresh(file: AgencyFile) -> None:
    """Compare issued credentials with the debts of now, once, and mark what changed as superseded.

    A running service does so by itself, every `jobs.refresh_seconds`.
    """
    from issuer.app import refresh as refresh_once  # noqa: PLC0415
    from issuer.settings import load_agency  # noqa: PLC0415

    checked, changed = refresh_once(load_agency(file))
    typer.echo(f"{checked} people checked, {changed} credentials superseded")


@app.command()
def check(file: AgencyFile) -> None:
    """Read the agency's debts once and print what is wrong with them, by file, line and column; exit code 1 if any is.

    Needs no keys and changes nothing.
    """
    from issuer.app import check_source  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    people, faults = check_source(load_agency(file))
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        raise typer.Exit(1)
    typer.echo(f"{people} people, nothing wrong")


@app.command(name="check-profile")
def check_profile(file: AgencyFile, profile: ProfileName = None) -> None:
    """Say what the settings, and this software, still lack for a profile; exit code 1 if anything.

    `open` is OpenID4VCI 1.0 as it is, `haip` the OpenID4VC High Assurance Interoperability Profile 1.0, `nl-wallet`
    what the Dutch NL Wallet wants beside it.
    """
    from issuer.app.profiles import lacks  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    settings = load_agency(file)
    chosen = profile or settings.profile
    found = lacks(settings, chosen)
    for each in found:
        typer.echo(each.text)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{chosen.value}: nothing lacks")
