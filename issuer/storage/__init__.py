"""The agency's own database, behind the ports of `issuer.ports`."""

from issuer.storage.store import SqlStore, StoreKeys

__all__ = ["SqlStore", "StoreKeys"]
