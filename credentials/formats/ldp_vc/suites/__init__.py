"""The cryptosuites that we make and take, by name."""

from collections.abc import Mapping
from typing import Final

from credentials.formats.base import MalformedCredential, UnknownFormat
from credentials.formats.ldp_vc.suites.cryptosuite import Cryptosuite
from credentials.formats.ldp_vc.suites.ecdsa_rdfc_2019 import EcdsaRdfc2019
from credentials.formats.ldp_vc.suites.eddsa_rdfc_2022 import EddsaRdfc2022
from credentials.keys import PublicJwk

SUITES: Final[Mapping[str, Cryptosuite]] = {
    EddsaRdfc2022.name: EddsaRdfc2022(),
    EcdsaRdfc2019.name: EcdsaRdfc2019(),
}


def suite_named(name: object) -> Cryptosuite:
    """Return the suite that a proof names. Raises UnknownFormat, MalformedCredential."""
    if not isinstance(name, str):
        raise MalformedCredential("cryptosuite is not a string")
    suite = SUITES.get(name)
    if suite is None:
        raise UnknownFormat("the cryptosuite is not on our list")
    return suite


def suite_for(key: PublicJwk) -> Cryptosuite:
    """Return the suite that a key signs with."""
    return next(suite for suite in SUITES.values() if suite.hash_for(key) is not None)


__all__ = ["SUITES", "Cryptosuite", "EcdsaRdfc2019", "EddsaRdfc2022", "suite_for", "suite_named"]
