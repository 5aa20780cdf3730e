"""The program in which other software checks proofs. Run as a file, never imported.

A job is JSON: `contents`, the presentations, and `keys`, a JWK by purpose and verification method. The answer is JSON:
per presentation a list of `[by, verdict, silence]`.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from credentials.debts.types import context_documents
from credentials.encoding import json_compact
from credentials.errors import Unavailable
from credentials.formats.ldp_vc import ContextBundle
from credentials.keys import PublicJwk
from credentials.killable import do_one_job
from credentials.verification.second_opinions.checkers import opinions_on

_MEMORY = 2 << 30
_CPU_SECONDS = 45


class _Given:
    """The keys that came with the job."""

    def __init__(self, keys: dict[str, object]) -> None:
        self._keys = keys

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        """Return the key that was given. Raises Unavailable."""
        jwk = self._keys.get(f"{purpose} {verification_method}")
        if jwk is None:
            raise Unavailable("no such key was given")
        return PublicJwk.parse(jwk)


def _work(job: bytes) -> bytes:
    told = json.loads(job)
    keys, bundle = _Given(told["keys"]), ContextBundle(context_documents())
    return json_compact(
        [
            [
                [said.by, said.verdict.value, None if said.silence is None else said.silence.value]
                for said in opinions_on(content, keys, bundle)
            ]
            for content in told["contents"]
        ]
    )


if __name__ == "__main__":
    do_one_job(_work, memory=_MEMORY, cpu_seconds=_CPU_SECONDS)
