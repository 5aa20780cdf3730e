"""The wallet's tables and the adapters on them: opaque ids, encrypted content, and the owner in every WHERE clause."""

from wallet_api.storage.challenges import SqlChallenges
from wallet_api.storage.errands import SqlErrands
from wallet_api.storage.records import SqlRecords
from wallet_api.storage.wallets import SqlWallets

__all__ = ["SqlChallenges", "SqlErrands", "SqlRecords", "SqlWallets"]
