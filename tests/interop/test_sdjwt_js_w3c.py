"""W3C credentials as SD-JWTs, read by the `@sd-jwt` packages for JavaScript.

`BLAUWEKNOP_SDJWT_JS` names a folder with `sdjwt.mjs` and its installed packages, as for SD-JWT VCs.
"""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.keys import Algorithm
from tests.unit.formats.format_samples import signer
from tests.unit.jwt_vc.test_card_formats import SETS, nested

FOLDER = os.environ.get("BLAUWEKNOP_SDJWT_JS", "")
AUDIENCE = "https://verifier.example"
NONCE = "n-0S6_WzA2Mj"

pytestmark = pytest.mark.outside("BLAUWEKNOP_SDJWT_JS")


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
def test_they_verify_what_our_holders_show(tmp_path: Path, algorithm: Algorithm) -> None:
    now = datetime.now(UTC)
    credential = nested(issued_at=now, expires_at=now + timedelta(days=1), algorithm=algorithm)
    wanted = [("credentialSubject", "saldo"), ("credentialSubject", "betaling", "iban")]
    shown = SETS.present(credential, wanted, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=now)
    assert isinstance(shown, str)

    def verified(name: str, presented: str, nonce: str = NONCE) -> Any:
        (tmp_path / "key.jwk").write_text(json.dumps(signer(name, algorithm).to_private_jwk()))
        done = subprocess.run(
            ["node", "sdjwt.mjs", "verify", "--jwk", str(tmp_path / "key.jwk"), "--nonce", nonce, "--aud", AUDIENCE],
            cwd=FOLDER,
            input=presented,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return json.loads(done.stdout)

    answer = verified("did issuer", shown)
    assert answer["verified"], answer
    subject = answer["claims"]["credentialSubject"]
    assert subject["saldo"] == "29988"
    assert subject["betaling"].keys() == {"id", "iban"}
    assert "z01" not in json.dumps(subject)
    assert not verified("thief", shown)["verified"]
    assert not verified("did issuer", shown, "another")["verified"]
    assert not verified("did issuer", shown.rpartition("~")[0] + "~")["verified"]
