"""The agency's own database, behind the ports of `issuer.ports`."""

from issuer.storage.store import AuditWriter, SqlStore, StoreKeys

__all__ = ["AuditWriter", "SqlStore", "StoreKeys"]
