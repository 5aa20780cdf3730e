"""Take a whole wallet along as one sealed file, and put one back into an empty wallet."""

from typing import final

from wallet_api.domain.wallet import OpenedWallet, check_passphrase, normal_pin
from wallet_api.ports import WalletFiles


@final
class MoveWallets:
    """What a citizen does with files of wallets."""

    def __init__(self, files: WalletFiles) -> None:
        self._files = files

    def export(self, wallet: OpenedWallet, passphrase_text: str) -> bytes:
        """Return the file of a wallet under a passphrase. Raises WeakPin."""
        return self._files.write(wallet, check_passphrase(passphrase_text))

    def restore(self, wallet: OpenedWallet, file: bytes, passphrase_text: str) -> int:
        """Put what is in a file into an empty wallet and return how many things that were.

        All of it or nothing. Raises UnreadableWalletFile, WalletNotEmpty.
        """
        return self._files.read(wallet, file, normal_pin(passphrase_text))
