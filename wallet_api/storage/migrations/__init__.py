"""The history of the wallet's tables; `service.migrations` runs it."""
