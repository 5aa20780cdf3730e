"""What the use cases need from the outside: storage, the vault, agencies, requesters, the trust list, proof."""

from wallet_api.ports.documents import DocumentPrinter
from wallet_api.ports.errands import ErrandRow, ErrandRows, Errands, Messenger
from wallet_api.ports.issuers import Attester, Issuers, NotReady, Obtained
from wallet_api.ports.passkeys import Challenges, Passkeys
from wallet_api.ports.requesters import Requesters
from wallet_api.ports.trust import Proof, Proven, TrustSource
from wallet_api.ports.vault import Records, SealedRecord, Shelf, WalletFiles
from wallet_api.ports.wallets import Locksmith, Wallets

__all__ = [
    "Attester",
    "Challenges",
    "DocumentPrinter",
    "ErrandRow",
    "ErrandRows",
    "Errands",
    "Issuers",
    "Locksmith",
    "Messenger",
    "NotReady",
    "Obtained",
    "Passkeys",
    "Proof",
    "Proven",
    "Records",
    "Requesters",
    "SealedRecord",
    "Shelf",
    "TrustSource",
    "WalletFiles",
    "Wallets",
]
