"""Start the workbench: `python -m demo.workbench CONFIG.json`."""

import json
import sys
from pathlib import Path

import httpx2

from credentials.clock import SystemClock
from demo.stand_in.serve import serve
from demo.workbench.app import Bench, create_app
from demo.workbench.parties import Party, Person


def main(path: Path) -> None:
    """Serve the workbench on loopback, with the parties and people of a configuration file."""
    configuration = json.loads(path.read_text())
    bench = Bench(
        agencies={each["key"]: Party.parse(each) for each in configuration["agencies"]},
        people={each["key"]: Person(**each) for each in configuration["people"]},
        verifier=Party.parse(configuration["verifier"]),
        wallet=configuration["wallet"],
        trust_list=configuration["trust_list"],
        clock=SystemClock(),
    )
    with httpx2.Client(timeout=30.0, trust_env=False) as http:
        serve(create_app(bench, http), configuration["url"], "a maker of wallets")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
