"""The authorization endpoint: a wallet's request becomes, after the login, a code in the wallet's hands.

A wallet on the trust list gets its code at once; for any other the citizen first confirms that it is theirs. The way
back from a form is a page with a link, because a browser's form policy forbids redirects to apps.
"""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.openid.authorization import error_redirect, parse_authorization_reference, success_redirect
from credentials.openid.errors import AccessDenied, InvalidRequest
from issuer.domain.authorisation import PushedRequest
from issuer.domain.clients import describe_target
from issuer.domain.configurations import Kind, configuration
from issuer.domain.errors import AuthorisationEnded
from issuer.domain.secrets import random_reference
from issuer.web.desk import Desk
from issuer.web.login import Citizen, citizen, in_person, login_address, required_citizen
from issuer.web.vci import REQUEST_URI
from service.sessions import Session
from service.web import Form, strict_query
from service.web.attempts import remember, take

# How long a citizen may take to log in and answer.
ANSWER_WITHIN: Final = timedelta(minutes=10)

_PENDING: Final = "pending"


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()
    csrf_form = Annotated[Form, Depends(desk.csrf.form)]

    @routes.get("/oauth/authorize")
    def authorise(request: Request) -> Response:
        """Take the wallet's pushed request and see to the login."""
        reference = parse_authorization_reference(strict_query(request))
        if not reference.request_uri.startswith(REQUEST_URI):
            raise InvalidRequest("request_uri is not one of ours")
        pushed = desk.authorise.begin(reference.request_uri.removeprefix(REQUEST_URI), reference.client_id)
        handle = random_reference()
        here = f"/oauth/verder/{handle}"
        found = citizen(desk, request)
        response = RedirectResponse(here if found else login_address(here), 303)
        session = found.session if found else desk.sessions.current(request)
        until = epoch(desk.clock.now() + ANSWER_WITHIN)
        remember(
            desk.sessions, session, response, kind=_PENDING, name=handle, value={**_packed(pushed), "until": until}
        )
        return response

    @routes.get("/oauth/verder/{handle}")
    def go_on(request: Request, handle: str) -> Response:
        """After the login: send the citizen back to a listed wallet, or ask whether this is their wallet."""
        found = required_citizen(desk, request)
        waiting = _waiting(desk, found.session, handle)
        if found.represented:
            return _not_for_another(desk, request, found, handle)
        if desk.authorise.wallets().name_of(waiting.client_id) is None:
            return _ask(desk, request, found, handle, waiting)
        return RedirectResponse(_finished(desk, found, handle), 303)

    @routes.post("/oauth/toestemming")
    def answer(request: Request, form: csrf_form) -> Response:
        """Take the citizen's answer."""
        found = in_person(desk, request)
        handle = form.text("verzoek")
        waiting = _waiting(desk, found.session, handle)
        allowed = form.text("antwoord") == "ja"
        back = _finished(desk, found, handle) if allowed else _refused(desk, found.session, handle)
        target = describe_target(waiting.redirect_uri)
        return desk.pages.render(request, "terug_naar_wallet.html", back=back, allowed=allowed, target=target)

    @routes.get("/oauth/gestopt/{handle}")
    def stopped(request: Request, handle: str) -> Response:
        """The citizen did not log in: tell the wallet."""
        return RedirectResponse(_refused(desk, desk.sessions.required(request), handle), 303)

    return routes


def _ask(desk: Desk, request: Request, found: Citizen, handle: str, waiting: PushedRequest) -> Response:
    kinds = {configuration(each).kind for each in waiting.configurations}
    return desk.pages.render(
        request,
        "toestemming.html",
        session=found.session,
        desk=desk,
        citizen=found,
        handle=handle,
        target=describe_target(waiting.redirect_uri),
        overview=Kind.OVERVIEW in kinds,
        cases=Kind.CASE in kinds,
    )


def _not_for_another(desk: Desk, request: Request, found: Citizen, handle: str) -> Response:
    """Give nothing, as cards belong in the wallet of whom they are about; say so, and lead back to the wallet."""
    target = describe_target(_waiting(desk, found.session, handle).redirect_uri)
    back = _refused(desk, found.session, handle)
    return desk.pages.render(
        request, "niet_namens.html", status=403, session=found.session, desk=desk, back=back, target=target
    )


def _finished(desk: Desk, found: Citizen, handle: str) -> str:
    waiting = _taken(desk, found.session, handle)
    code = desk.authorise.finish(waiting, found.person)
    return success_redirect(waiting.redirect_uri, code=code, state=waiting.state, issuer=desk.url)


def _refused(desk: Desk, session: Session, handle: str) -> str:
    waiting = _taken(desk, session, handle)
    denied = AccessDenied("the citizen did not agree")
    return error_redirect(waiting.redirect_uri, denied, state=waiting.state, issuer=desk.url)


def _taken(desk: Desk, session: Session, handle: str) -> PushedRequest:
    _, kept = take(desk.sessions, session, _PENDING, handle)
    if kept is None:
        raise AuthorisationEnded
    return _unpacked(kept)


def _waiting(desk: Desk, session: Session, handle: str) -> PushedRequest:
    pending = session.data.get(_PENDING)
    kept = pending.get(handle) if isinstance(pending, dict) else None
    until = kept.get("until") if isinstance(kept, dict) else None
    if not isinstance(kept, dict) or not isinstance(until, int) or until <= epoch(desk.clock.now()):
        raise AuthorisationEnded
    return _unpacked(kept)


def _packed(request: PushedRequest) -> JsonObject:
    return {
        "client_id": request.client_id,
        "redirect_uri": request.redirect_uri,
        "code_challenge": request.code_challenge,
        "configurations": list(request.configurations),
        "by_details": request.by_details,
        "state": request.state,
        "issuer_state": request.issuer_state,
        "dpop_thumbprint": request.dpop_thumbprint,
        "instance": request.instance,
    }


def _unpacked(kept: JsonObject) -> PushedRequest:
    names = kept["configurations"]
    return PushedRequest(
        client_id=str(kept["client_id"]),
        redirect_uri=str(kept["redirect_uri"]),
        code_challenge=str(kept["code_challenge"]),
        configurations=tuple(str(name) for name in names) if isinstance(names, list) else (),
        by_details=kept["by_details"] is True,
        state=_optional(kept, "state"),
        issuer_state=_optional(kept, "issuer_state"),
        dpop_thumbprint=_optional(kept, "dpop_thumbprint"),
        instance=_optional(kept, "instance"),
    )


def _optional(kept: JsonObject, name: str) -> str | None:
    value = kept.get(name)
    return value if isinstance(value, str) else None
