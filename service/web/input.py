"""Read what a client sends, strictly: one reading of each byte, or a refusal that does not quote it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final, TypeVar, final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from credentials import limits
from credentials.encoding import JsonObject, JsonValue, json_object, json_parse
from credentials.errors import MalformedInput
from credentials.openid.errors import InvalidRequest
from credentials.openid.form import MAX_FORM_BYTES, form_pairs, parse_form
from credentials.openid.form import MEDIA_TYPE as FORM
from credentials.openid.members import ErrorClass
from credentials.plain_text import text_fault
from service.errors import UnexpectedMediaType
from service.problems import MalformedBody
from service.web.idempotency import Idempotency

# A citizen's consent has a box for every card.
MAX_FORM_FIELDS: Final = limits.CARDS + 100

_Model = TypeVar("_Model", bound=BaseModel)


class ApiModel(BaseModel):
    """A message of a business API: camelCase on the wire, no unknown members, no coercion of types, readable texts."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True, hide_input_in_errors=True
    )

    @field_validator("*", mode="after")
    @classmethod
    def _readable(cls, value: Any) -> Any:  # noqa: ANN401  # whatever the field is
        for text in _texts(value):
            fault = text_fault(text, lines=True)
            if fault is not None:
                raise PydanticCustomError("unreadable_text", "{fault}", {"fault": fault})
        return value


def example(**members: JsonValue) -> ConfigDict:
    """Return the `model_config` of an ApiModel that shows itself in the document by these members, as on the wire."""
    return ConfigDict(json_schema_extra={"examples": [members]})


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401  # whatever the field is
    """Return the texts in a field at every depth, names too; a model inside has seen to its own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(name)
            yield from _texts(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)


@final
class Form(Mapping[str, str]):
    """A form's fields: each name once, unless it is read as a list (check boxes) with `all`."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        values = self.all(name)
        if not values:
            raise KeyError(name)
        if len(values) > 1:
            raise MalformedInput("a form field is given twice")
        return values[0]

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may be given more than once."""
        return [value for key, value in self._pairs if key == name]

    def text(self, name: str) -> str:
        """Return a field without surrounding white space; empty when it is absent."""
        return (self.get(name) or "").strip()

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def __repr__(self) -> str:
        return f"Form({sorted(self)})"


async def json_body(request: Request) -> JsonObject:
    """Read a strict JSON object. Raises UnexpectedMediaType, MalformedInput."""
    require_json(request)
    return json_object(await request.body(), "the body")


def require_json(request: Request) -> None:
    """Demand that the body is said to be JSON. Raises UnexpectedMediaType."""
    media_type = media_type_of(request)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnexpectedMediaType("the body must be application/json")


def media_type_of(request: Request) -> str:
    """Return the media type of a request's body in lower case, without parameters; empty when there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def form_body(request: Request) -> Form:
    """Read a form (`application/x-www-form-urlencoded`, UTF-8). Raises UnexpectedMediaType, MalformedInput."""
    return Form(form_pairs(await _form_bytes(request), "the form", max_fields=MAX_FORM_FIELDS))


def protocol_form(
    request: Request, body: bytes, *, max_bytes: int = MAX_FORM_BYTES, error: ErrorClass = InvalidRequest
) -> dict[str, str]:
    """Read the form of a protocol, in which no name may occur twice (RFC 6749 section 3.2). Raises `error`.

    Without a body nothing is said, whatever its media type.
    """
    if not body:
        return {}
    if media_type_of(request) != FORM:
        raise error(f"the body must be {FORM}")
    return parse_form(body, max_bytes=max_bytes, error=error)


def strict_query(request: Request) -> dict[str, str]:
    """Read the query, in which no name may occur twice (RFC 6749 section 3.1). Raises MalformedInput."""
    pairs = form_pairs(request.scope.get("query_string", b""), "the query", max_fields=MAX_FORM_FIELDS)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedInput("a parameter is given twice")
    return fields


class StrictRoute(APIRoute):
    """A FastAPI route whose JSON bodies are read by the strict parser; for apps that declare body models."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # narrower on purpose
        """Return FastAPI's own handler, given our request class."""
        handler = super().get_route_handler()
        takes_json = self.body_field is not None

        async def strict(request: Request) -> Response:
            ours = _StrictRequest(request.scope, request.receive)
            # Without a body it is for FastAPI to say which fields are missing, if any.
            if takes_json and await ours.body():
                require_json(ours)
            once: Idempotency | None = getattr(request.app.state, "idempotency", None)
            if once is None or request.method != "POST":
                return await handler(ours)
            return await once(ours, handler)

        return strict


class _StrictRequest(Request):
    async def json(self) -> JsonValue:
        try:
            return json_parse(await self.body(), "the body")
        except MalformedInput as error:
            raise MalformedBody(error) from error


async def _form_bytes(request: Request) -> bytes:
    if media_type_of(request) != FORM:
        raise UnexpectedMediaType(f"the body must be {FORM}")
    return await request.body()


def validated(model: type[_Model], value: Any) -> _Model:  # noqa: ANN401  # it is the model that says what it is
    """Validate parsed input against a model. Raises pydantic's error, which the problem table shows without values."""
    return model.model_validate(value)
