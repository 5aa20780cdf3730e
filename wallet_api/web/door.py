"""Who is at the door: from a browser's session, or a program's bearer token, to an opened wallet.

The session is sealed with the browser's own secret, and the wallet's key lies in it: so this service holds the key only
while that session lives, and a copy of the database holds it never.
"""

from collections.abc import Callable
from typing import Final, final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import MalformedInput
from service.errors import LoginNeeded, Unauthorized
from service.sessions import Session, Sessions
from service.web import bearer_token
from wallet_api.domain.recovery import RecoveryCode
from wallet_api.domain.wallet import OpenedWallet, WalletNumber
from wallet_api.ports import Wallets

_NEXT: Final = "next"
_NUMBER: Final = "number"
_PROPOSED: Final = "proposed"
_NEW: Final = "new"
_CODE: Final = "recovery"
_MAX_NEXT: Final = 4_000


@final
class Door:
    """Sessions that hold an opened wallet."""

    def __init__(self, sessions: Sessions, wallets: Wallets) -> None:
        self._sessions = sessions
        self._wallets = wallets

    def session(self, request: Request) -> Session | None:
        """Return the browser's session, with or without a wallet."""
        return self._sessions.current(request)

    def wallet(self, request: Request) -> OpenedWallet:
        """Return the wallet of this browser's session. Raises LoginNeeded."""
        opened = self._opened(self._sessions.current(request))
        if opened is None:
            raise LoginNeeded
        return opened

    def open_session(self, request: Request) -> tuple[Session, OpenedWallet]:
        """Return session and wallet of this browser. Raises LoginNeeded."""
        session = self._sessions.required(request)
        opened = self._opened(session)
        if opened is None:
            raise LoginNeeded
        return session, opened

    def bearer(self, request: Request) -> OpenedWallet:
        """Return the wallet of a program's bearer token, which is the session's own. Raises Unauthorized."""
        opened = self._opened(self._sessions.current(self._as_cookie(bearer_token(request))))
        if opened is None:
            raise Unauthorized
        return opened

    def end_bearer(self, request: Request) -> None:
        """End the session of a program's bearer token."""
        self._sessions.end(self._sessions.current(self._as_cookie(bearer_token(request))), Response())

    def knock(self, response: Response, session: Session | None, *, then: str | None = None) -> Session:
        """Give a browser without a wallet a session for its forms, with a new number in it, and where to go after."""
        if session is None:
            session = self._sessions.begin(response, {_PROPOSED: WalletNumber.new().digits})
        if then is not None and len(then) <= _MAX_NEXT:
            session = self._sessions.save(session, {**session.data, _NEXT: then})
        return session

    def enter(
        self,
        response: Response,
        session: Session | None,
        opened: OpenedWallet,
        number: WalletNumber | None = None,
        *,
        keep_next: bool = False,
    ) -> None:
        """Put an opened wallet into a new session, against fixation; with its number, if it was opened by one.

        With `keep_next` it was just made: the citizen is still on the way in (`is_new`).
        """
        content = _content(opened, number)
        if keep_next:
            content[_NEW] = True
        if keep_next and session is not None and _NEXT in session.data:
            content[_NEXT] = session.data[_NEXT]
        self._sessions.rotate(session, response, content)

    def next_address(self, session: Session | None) -> str:
        """Return where the citizen was going before the wallet had to be opened."""
        then = session.data.get(_NEXT) if session is not None else None
        return then if isinstance(then, str) else "/overzicht"

    def is_open(self, request: Request) -> bool:
        """Say whether this browser has an open wallet."""
        return self._opened(self._sessions.current(request)) is not None

    def arrive(self, session: Session) -> None:
        """Note that whoever made a wallet has all that is needed to come back."""
        self._sessions.change(session, lambda data: {name: value for name, value in data.items() if name != _NEW})

    @staticmethod
    def is_new(session: Session) -> bool:
        """Say whether the wallet was just made."""
        return _NEW in session.data

    def know(self, session: Session, number: WalletNumber) -> None:
        """Keep the number that the wallet has now in its session, to show it."""
        self._sessions.change(session, lambda data: {**data, _NUMBER: number.digits})

    def drawn(self, session: Session, draw: Callable[[], RecoveryCode]) -> RecoveryCode:
        """Return the recovery code that this browser is shown; it is drawn the first time."""

        def change(data: JsonObject) -> JsonObject:
            return data if isinstance(data.get(_CODE), str) else {**data, _CODE: draw().signs}

        return RecoveryCode(str(self._sessions.change(session, change).data[_CODE]))

    def shown_code(self, session: Session) -> RecoveryCode | None:
        """Return the recovery code that this browser was shown and that is not kept yet."""
        signs = session.data.get(_CODE)
        return RecoveryCode(signs) if isinstance(signs, str) else None

    def forget_code(self, session: Session) -> None:
        """Forget the recovery code: it is shown no more."""
        self._sessions.change(session, lambda data: {name: value for name, value in data.items() if name != _CODE})

    def token(self, opened: OpenedWallet, number: WalletNumber | None = None) -> str:
        """Begin a session for a program and return its bearer token; the same value is the browser's cookie."""
        response = Response()
        self._sessions.begin(response, _content(opened, number))
        cookie = response.headers["set-cookie"]
        return cookie.partition("=")[2].partition(";")[0]

    def leave(self, request: Request, response: Response) -> None:
        """End the browser's session: the key is gone with it."""
        self._sessions.end(self._sessions.current(request), response)

    @staticmethod
    def number(session: Session) -> WalletNumber | None:
        """Return the number of the wallet that this session holds, if it is known, or that was proposed to it."""
        digits = session.data.get(_NUMBER) or session.data.get(_PROPOSED)
        return WalletNumber(digits) if isinstance(digits, str) else None

    def _opened(self, session: Session | None) -> OpenedWallet | None:
        if session is None:
            return None
        wallet_id, key = session.data.get("wallet"), session.data.get("key")
        if not isinstance(wallet_id, str) or not isinstance(key, str) or not self._wallets.exists(wallet_id):
            return None
        try:
            return OpenedWallet(wallet_id, b64url_decode(key))
        except MalformedInput:
            return None

    def _as_cookie(self, token: str) -> HTTPConnection:
        header = f"{self._sessions.cookie}={token}".encode("latin-1", "replace")
        return HTTPConnection({"type": "http", "headers": [(b"cookie", header)]})


def _content(opened: OpenedWallet, number: WalletNumber | None) -> JsonObject:
    content: JsonObject = {"wallet": opened.id, "key": b64url_encode(opened.key)}
    return content if number is None else {**content, _NUMBER: number.digits}
