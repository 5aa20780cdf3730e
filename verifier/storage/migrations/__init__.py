"""The history of this party's tables; `service.migrations` runs it."""
