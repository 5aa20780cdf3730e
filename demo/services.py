"""The demonstration's services, each in a process of its own, on a stage that was set."""

from demo.processes import Processes
from demo.stage import Stage


def start(stage: Stage, processes: Processes) -> None:
    """Start every service and wait until each answers. Raises DemoError."""
    processes.start("scheme", ["demo.scheme", str(stage.folder / "site"), str(stage.first_port)])
    processes.start("digid", ["demo.digid", str(stage.folder / "digid.json")])
    # The trust list must be there before the others ask for it.
    processes.wait_until_ready("scheme", f"{stage.scheme_url}/health/ready")
    files = [str(stage.settings_of(key)) for key in stage.agencies]
    processes.start("agencies", ["service.commands", "issuer", "serve", "--process-per-agency", *files])
    processes.start("wallet", ["service.commands", "wallet", "serve", str(stage.folder / "wallet.toml")])
    processes.start("verifier", ["service.commands", "verifier", "serve", str(stage.folder / "verifier.toml")])
    processes.wait_until_ready("digid", f"{stage.digid_url}/health/ready")
    for settings in stage.agencies.values():
        processes.wait_until_ready("agencies", f"{settings.base_url}/health/ready")
    processes.wait_until_ready("wallet", f"{stage.wallet.base_url}/health/ready")
    processes.wait_until_ready("verifier", f"{stage.verifier.base_url}/health/ready")
