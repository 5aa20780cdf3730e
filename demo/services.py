"""The demonstration's services, in processes of their own, on a stage that was set."""

from typing import Final

from demo.processes import Processes
from demo.stage import Stage

# As in the country itself, some agencies have their computers at one host. What stands together shares a process and
# nothing else: each has its own address, keys, database and status lists.
HOSTS: Final = {
    "justitie": ("cjib",),
    "belastingen": ("belastingdienst", "toeslagen"),
    "uitvoerders": ("duo", "cak", "uwv", "svb"),
    "gemeenten": ("tilburg", "tholen", "boxtel", "sint_michielsgestel"),
    "bedrijven": ("depauw", "zonneweide"),
}


def start(stage: Stage, processes: Processes, *, separate: bool = False, workers: int = 1) -> None:
    """Start every service and wait until each answers. Raises DemoError.

    `separate` gives each agency a process of its own, which takes more memory. One worker each is enough: one person is
    served at a time, and ten services share this machine.
    """
    processes.start("scheme", ["demo.scheme", str(stage.folder / "site"), str(stage.first_port)])
    processes.start("digid", ["demo.digid", str(stage.folder / "digid.json")])
    processes.start("employees", ["demo.employees", str(stage.folder / "employees.json")])
    processes.start("customers", ["demo.customers", str(stage.folder / "customers.json")])
    # The trust list must be there before the others ask for it.
    processes.wait_until_ready("scheme", f"{stage.scheme_url}/health/ready")
    by = ["--workers", str(workers)]
    hosts = {"agencies": tuple(stage.agencies)} if separate else HOSTS
    for host, agencies in hosts.items():
        files = [str(stage.settings_of(key)) for key in agencies]
        apart = ["--process-per-agency"] if separate else []
        processes.start(host, ["service.commands", "issuer", "serve", *by, *apart, *files])
    for party in ("wallet", "verifier"):
        processes.start(party, ["service.commands", party, "serve", *by, str(stage.folder / f"{party}.toml")])
    processes.start("workbench", ["demo.workbench", str(stage.folder / "workbench.json")])
    if stage.gives_pids:
        processes.start("pid", ["demo.pid", str(stage.folder / "pid" / "pid.json")])
        processes.wait_until_ready("pid", f"{stage.pid_url}/health/ready")
    processes.wait_until_ready("digid", f"{stage.digid_url}/health/ready")
    processes.wait_until_ready("employees", f"{stage.employees_url}/health/ready")
    processes.wait_until_ready("customers", f"{stage.customers_url}/health/ready")
    for host, agencies in hosts.items():
        for key in agencies:
            processes.wait_until_ready(host, f"{stage.agencies[key].base_url}/health/ready")
    processes.wait_until_ready("wallet", f"{stage.wallet.base_url}/health/ready")
    processes.wait_until_ready("verifier", f"{stage.verifier.base_url}/health/ready")
    processes.wait_until_ready("workbench", f"{stage.workbench_url}/health/ready")
