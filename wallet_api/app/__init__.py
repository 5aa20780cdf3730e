"""The composition root: the only place that knows all parts of the wallet."""

from wallet_api.app.compose import WalletService, create
from wallet_api.app.run import describe_wallet, make_keys, run

__all__ = ["WalletService", "create", "describe_wallet", "make_keys", "run"]
