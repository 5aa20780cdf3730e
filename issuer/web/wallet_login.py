"""Logging in with a wallet: the citizen's pages, and the wallet's doors (OpenID4VP 1.0 sections 5.10 and 8.2).

The session remembers which requests this browser made. Whoever comes back from a wallet with a code is logged in only
where the session has the request of that code; the code alone, in whichever browser, is worth nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Response
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse

from credentials.openid.errors import InvalidRequest, InvalidResponse
from credentials.openid.request_object import MEDIA_TYPE as REQUEST_OBJECT
from credentials.openid.vp_response import acknowledgement
from issuer.domain.errors import WalletLoginOver
from issuer.domain.wallet_login import Fault, Stage, Standing
from issuer.ports import LoggedIn
from issuer.usecases.wallet_login import LogInWithWallet
from issuer.web.desk import Desk
from issuer.web.login import (
    BY_WALLET,
    HOME,
    account_address,
    citizen,
    enter,
    login_address,
    own_path,
    stopped_address,
)
from service.errors import LoginUnavailable
from service.sessions import Session
from service.web import ProtocolApp, protocol_form, strict_query
from service.web.attempts import remember

_KIND: Final = "wallets"
_NO_STORE: Final = {"cache-control": "no-store"}

FAULTS: Final[Mapping[Fault, str]] = MappingProxyType(
    {
        Fault.UNREADABLE: "Wij kunnen het antwoord van uw wallet niet lezen.",
        Fault.WALLET: "Uw wallet kon niet antwoorden.",
        Fault.OTHER_CARD: "Uw wallet stuurde iets anders dan uw persoonsgegevens (PID).",
        Fault.NOT_INTACT: "De persoonsgegevens uit uw wallet zijn niet echt, of er is iets aan veranderd.",
        Fault.HOLDER: "Uw wallet kon niet bewijzen dat deze persoonsgegevens van u zijn.",
        Fault.ISSUER: "De persoonsgegevens in uw wallet komen niet van een organisatie die wij daarvoor vertrouwen.",
        Fault.EXPIRED: "De persoonsgegevens in uw wallet zijn nu niet geldig. Vernieuw ze in uw wallet.",
        Fault.REVOKED: "De persoonsgegevens in uw wallet zijn ingetrokken. Haal ze opnieuw op in uw wallet.",
        Fault.NOT_CHECKED: "Wij kunnen nu niet nakijken of uw persoonsgegevens geldig zijn. "
        "Probeer het later nog eens.",
        Fault.BSN_MISSING: "Uw wallet stuurde geen burgerservicenummer. Zonder dat nummer kunt u hier niet inloggen.",
        Fault.BSN_WRONG: "Wat uw wallet als burgerservicenummer stuurde, is geen burgerservicenummer.",
        Fault.CLAIMS_MISSING: "Uw wallet stuurde niet alles wat wij vroegen: uw naam en geboortedatum. Zonder die "
        "gegevens kunt u hier niet inloggen.",
        Fault.NO_CUSTOMER: "Wij kunnen met uw naam en geboortedatum niet zien welke klant u bent. Log in met uw "
        "klantaccount, of neem contact met ons op.",
    }
)


def router(desk: Desk) -> APIRouter:
    """Return the citizen's routes of one agency; none where the wallet is no way to log in."""
    routes = APIRouter()
    if desk.wallet_login is not None:
        _install_pages(routes, desk, desk.wallet_login)
    return routes


def install(app: ProtocolApp, desk: Desk) -> None:
    """Add the wallet's routes of one agency, where the wallet is a way to log in."""
    wallet_login = desk.wallet_login
    if wallet_login is None:
        return

    @app.get("/vp/verzoeken/{path}")
    def read_request(request: Request, _body: bytes) -> Response:
        """The signed request (section 5.7)."""
        return _request_object(wallet_login.request_object(request.path_params["path"], {}))

    @app.post("/vp/verzoeken/{path}")
    def read_request_by_post(request: Request, body: bytes) -> Response:
        """The signed request, for a wallet that says what it is (section 5.10)."""
        fields = protocol_form(request, body, error=InvalidRequest)
        return _request_object(wallet_login.request_object(request.path_params["path"], fields))

    @app.post("/vp/antwoorden/{path}")
    def answer(request: Request, body: bytes) -> Response:
        """The wallet's answer (section 8.3.1)."""
        fields = protocol_form(request, body, error=InvalidResponse)
        back = wallet_login.answer(request.path_params["path"], fields)
        # Section 8.2: 200 with a JSON object, also when the citizen said no.
        return JSONResponse(acknowledgement(back), headers=_NO_STORE)


def _install_pages(routes: APIRouter, desk: Desk, wallet_login: LogInWithWallet) -> None:
    @routes.get(BY_WALLET)
    def begin(request: Request) -> Response:
        """Make a request to a wallet, for this browser."""
        then = own_path(strict_query(request).get("naar", HOME))
        if not wallet_login.is_usable():
            raise LoginUnavailable("nobody's PID would count now")
        reference = wallet_login.begin()
        response = RedirectResponse(f"{BY_WALLET}/{reference}", 303)
        session = desk.sessions.current(request)
        remember(desk.sessions, session, response, kind=_KIND, name=reference, value={"then": then})
        return response

    @routes.get(f"{BY_WALLET}/{{reference}}")
    def wait(request: Request, reference: str) -> Response:
        """The link to a wallet on this device, and what became of it."""
        session = desk.sessions.current(request)
        then = _then(session, reference)
        if session is not None and then is not None:
            return _waiting_page(desk, wallet_login, request, session=session, reference=reference, then=then)
        if citizen(desk, request) is not None:
            # Whoever is logged in already came back in another tab.
            return RedirectResponse(HOME, 303)
        raise WalletLoginOver("this browser did not ask")

    @routes.get(f"{BY_WALLET}/{{reference}}/stand")
    def stand(request: Request, reference: str) -> Response:
        """Say to the waiting page whether it should turn."""
        if _then(desk.sessions.current(request), reference) is None:
            return JSONResponse({"ververs": True}, headers=_NO_STORE)
        as_seen = _seen(wallet_login.standing(reference)) == strict_query(request).get("gezien")
        return JSONResponse({} if as_seen else {"ververs": True}, headers=_NO_STORE)

    @routes.get(f"{BY_WALLET}/{{reference}}/terug")
    def come_back(request: Request, reference: str) -> Response:
        """Take the citizen back from the wallet: logged in, if this is the browser that asked."""
        return _back_from_wallet(desk, wallet_login, request, reference)


def _back_from_wallet(desk: Desk, wallet_login: LogInWithWallet, request: Request, reference: str) -> Response:
    code = strict_query(request).get("response_code", "")
    session = desk.sessions.current(request)
    then = _then(session, reference)
    if session is None or then is None:
        wallet_login.refuse_browser(reference, code)
    try:
        subject = wallet_login.finish(reference, code)
    except WalletLoginOver:
        return RedirectResponse(f"{BY_WALLET}/{reference}", 303)
    response = RedirectResponse(then, 303)
    enter(desk, session, response, LoggedIn(subject))
    return response


def _waiting_page(
    desk: Desk, wallet_login: LogInWithWallet, request: Request, *, session: Session, reference: str, then: str
) -> Response:
    standing = wallet_login.standing(reference)
    link = wallet_login.link(reference) if standing.stage is Stage.OPEN else None
    if standing.stage is Stage.OPEN and link is None:
        # Its time ended, or its answer came, since we looked.
        standing = Standing(Stage.ENDED)
    query = "" if link is None else link.partition("?")[2]
    return desk.pages.render(
        request,
        "inloggen_wallet.html",
        session=session,
        desk=desk,
        stage=standing.stage,
        stages=Stage,
        wrong=FAULTS[standing.fault] if standing.fault is not None else "",
        link=link,
        web_wallets=[(name, f"{url}?{query}") for name, url in desk.asked_web_wallets],
        stand=f"{BY_WALLET}/{reference}/stand?gezien={_seen(standing)}",
        again=login_address(then, BY_WALLET),
        by_account=account_address(desk, then),
        stopped=stopped_address(then),
    )


def _seen(standing: Standing) -> str:
    return f"{standing.stage.value}.{standing.fault or ''}"


def _then(session: Session | None, reference: str) -> str | None:
    """Return where this browser wanted to go on with a request that it made itself; None if it made no such request."""
    kept = session.data.get(_KIND) if session is not None else None
    entry = kept.get(reference) if isinstance(kept, dict) else None
    then = entry.get("then") if isinstance(entry, dict) else None
    return then if isinstance(then, str) else None


def _request_object(jwt: str) -> Response:
    return Response(jwt, media_type=REQUEST_OBJECT, headers=_NO_STORE)
