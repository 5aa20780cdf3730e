"""The reference page of a business API: its OpenAPI document for people, at `/docs`, without a script or another host.

What the page shows is taken from the document alone, so the two cannot differ.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from service.pages import Pages
from service.web.openapi import API_ROOT

ADDRESS: Final = "/docs"

_KINDS: Final = {
    "string": "tekst",
    "integer": "geheel getal",
    "number": "getal",
    "boolean": "ja of nee",
    "object": "object",
    "array": "lijst",
    "date": "dag",
    "date-time": "moment",
    "uri": "adres",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of a message; what is inside another is named with a point, in a list with `[]`."""

    name: str
    kind: str
    required: bool
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation can answer."""

    status: str
    text: str
    members: tuple[Member, ...]
    example: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the API can do."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    secured: bool
    scope: str | None
    parameters: tuple[Member, ...]
    headers: tuple[Member, ...]
    body: tuple[Member, ...]
    example: str | None
    answers: tuple[Answer, ...]


def install_reference(screens: FastAPI, pages: Pages, business: FastAPI, *, address: str) -> None:
    """Add the page. `address` is where the party is served; the page is made when it is first asked for."""
    made: list[list[Operation]] = []

    @screens.get(ADDRESS)
    def reference(request: Request) -> Response:
        """The API, for people."""
        document = business.openapi()
        if not made:
            made.append(list(operations(document)))
        return pages.render(
            request,
            "reference.html",
            title_of_api=document["info"]["title"],
            about=document["info"].get("description", ""),
            version=document["info"]["version"],
            operations=made[0],
            address=address,
            document=f"{API_ROOT}/openapi.json",
        )


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Return every operation of an OpenAPI 3.1 document, in its order."""
    read = _Schemas(document.get("components", {}).get("schemas", {}))
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            body = said.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield Operation(
                anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
                method=method.upper(),
                path=API_ROOT + path,
                summary=said.get("summary", ""),
                text=said.get("description", ""),
                secured=bool(said.get("security")),
                scope=next((each["oauth2"][0] for each in said.get("security", ()) if "oauth2" in each), None),
                parameters=tuple(read.parameters(said, ("path", "query"))),
                headers=tuple(read.parameters(said, ("header",))),
                body=tuple(read.members(body.get("schema", {}))),
                example=read.example(body),
                answers=tuple(_answers(said["responses"], read)),
            )


def _answers(responses: Mapping[str, Any], read: "_Schemas") -> Iterator[Answer]:
    for status, said in sorted(responses.items()):
        # The form of a refusal is the same everywhere, and stands once at the foot of the page.
        content = said.get("content", {}).get("application/json", {})
        members = tuple(read.members(content.get("schema", {})))
        yield Answer("anders" if status == "default" else status, said["description"], members, read.example(content))


class _Schemas:
    """The named schemas of a document."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named

    def parameters(self, said: Mapping[str, Any], places: Collection[str]) -> Iterator[Member]:
        """Return the parameters of an operation that go in these places."""
        for each in said.get("parameters", ()):
            if each["in"] in places:
                # What it is for stands beside its schema, not in it.
                schema = {**each.get("schema", {}), "description": each.get("description", "")}
                yield self.member(each["name"], schema, required=bool(each.get("required")))

    def members(self, schema: Mapping[str, Any], prefix: str = "") -> Iterator[Member]:
        """Return the members of an object, those of the objects inside behind each."""
        found = self._resolve(schema)
        required = found.get("required", ())
        for name, each in found.get("properties", {}).items():
            yield self.member(prefix + name, each, required=name in required)
            inside = self._resolve(each)
            if inside.get("type") == "array":
                yield from self.members(inside.get("items", {}), f"{prefix}{name}[].")
            else:
                yield from self.members(inside, f"{prefix}{name}.")

    def member(self, name: str, schema: Mapping[str, Any], *, required: bool) -> Member:
        """Return one member."""
        found = self._resolve(schema)
        kind = found.get("format") if found.get("format") in _KINDS else found.get("type", "")
        text = schema.get("description") or found.get("description", "")
        choices = tuple(str(each) for each in found.get("enum", (found["const"],) if "const" in found else ()))
        return Member(name, _KINDS.get(str(kind), ""), required, text, choices)

    def example(self, content: Mapping[str, Any]) -> str | None:
        """Return the example of a message, laid out."""
        if "example" in content:
            return _laid_out(content["example"])
        examples = self._resolve(content.get("schema", {})).get("examples", ())
        return _laid_out(examples[0]) if examples else None

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while True:
            if "$ref" in schema:
                schema = self._named[schema["$ref"].rpartition("/")[2]]
                continue
            options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
            if len(options) != 1:
                return schema
            schema = options[0]


def _laid_out(example: object) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
