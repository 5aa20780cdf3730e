"""The web frame: which app answers which path, and what holds for every answer.

Order of ideas: `input` reads strictly; `headers`, `limits` and `frame` hold for every exchange; `apps` makes the three
kinds of app; `assemble` puts them under one root.
"""

from service.web.apps import ApiContact, business_app, pages_app, protocol_app
from service.web.assemble import Health, assemble
from service.web.bearer import bearer_token
from service.web.headers import SCANNING, content_security_policy
from service.web.input import ApiModel, Form, form_body, json_body, protocol_form, strict_query
from service.web.protocol import ProtocolApp
from service.web.public import PublicResponse

__all__ = [
    "SCANNING",
    "ApiContact",
    "ApiModel",
    "Form",
    "Health",
    "ProtocolApp",
    "PublicResponse",
    "assemble",
    "bearer_token",
    "business_app",
    "content_security_policy",
    "form_body",
    "json_body",
    "pages_app",
    "protocol_app",
    "protocol_form",
    "strict_query",
]
