"""What a browser's session remembers for a while: logins under way, requests that wait. Each is taken out once."""

from typing import Final

from fastapi import Response

from credentials.encoding import JsonObject
from service.sessions import Session, Sessions

# Enough for some tabs; more is nobody's doing.
MAX_ATTEMPTS: Final = 8


def remember(
    sessions: Sessions, session: Session | None, response: Response, *, kind: str, name: str, value: JsonObject
) -> None:
    """Keep something small in the browser's session, which is begun if there is none."""
    if session is None:
        sessions.begin(response, {kind: {name: value}})
        return

    def change(data: JsonObject) -> JsonObject:
        kept = data.get(kind)
        entries = dict(kept) if isinstance(kept, dict) else {}
        entries[name] = value
        return {**data, kind: dict(list(entries.items())[-MAX_ATTEMPTS:])}

    sessions.change(session, change)


def take(sessions: Sessions, session: Session, kind: str, name: str) -> tuple[Session, JsonObject | None]:
    """Take something out of the session, once, however many tabs ask."""
    found: list[JsonObject] = []

    def change(data: JsonObject) -> JsonObject:
        found.clear()
        kept = data.get(kind)
        entries = dict(kept) if isinstance(kept, dict) else {}
        value = entries.pop(name, None)
        if isinstance(value, dict):
            found.append(value)
        return {**data, kind: entries}

    changed = sessions.change(session, change)
    return changed, found[0] if found else None
