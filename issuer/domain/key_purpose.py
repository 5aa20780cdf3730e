"""What an agency has signing keys for."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a key signs: `ldp` the proofs of `eddsa-rdfc-2022` and Bitstring Status Lists, `signer` all else."""

    SIGNER = "signer"
    LDP = "ldp"
