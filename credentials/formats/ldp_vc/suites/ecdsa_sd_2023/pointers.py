"""JSON pointers (RFC 6901) and the part of a compact document that they select (DI-ECDSA 3.4.10 to 3.4.13).

A part keeps the document's contexts, and of every object on the way to what is selected its identifier and its types:
without these its statements would be others.
"""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem

MAX_POINTERS: Final = 256

_KEPT: Final = ("@id", "id", "@type", "type")
_INDEX: Final = re.compile("0|[1-9][0-9]{0,5}")
_BAD_ESCAPE: Final = re.compile("~(?![01])")


class _Sparse(dict[str, "_Part"]):
    """The items of an array that were selected, by index."""


_Part: TypeAlias = bool | int | float | str | dict[str, "_Part"] | None


def steps_of(pointer: str) -> tuple[str, ...]:
    """Take a pointer apart (RFC 6901 section 4). Raises InvalidProof with PROOF_GENERATION_ERROR."""
    if pointer and not pointer.startswith("/"):
        raise InvalidProof("a JSON pointer begins with a slash", ProofProblem.GENERATION)
    if _BAD_ESCAPE.search(pointer):
        raise InvalidProof("a JSON pointer has an unknown escape", ProofProblem.GENERATION)
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def select(document: JsonObject, pointers: Iterable[str]) -> JsonObject | None:
    """Return a copy of what the pointers select with what has to go with it; None when there are no pointers.

    Raises InvalidProof with PROOF_GENERATION_ERROR for a pointer that matches nothing, LimitExceeded for a document
    that is nested too deep.
    """
    try:
        return _selected(document, pointers)
    except RecursionError as error:
        raise LimitExceeded("the document is nested too deep") from error


def _selected(document: JsonObject, pointers: Iterable[str]) -> JsonObject | None:
    selection: dict[str, _Part] | None = None
    # One pointer given many times would be copied as often.
    for pointer in dict.fromkeys(pointers):
        if selection is None:
            selection = _initial(document)
            if "@context" in document:
                selection = {"@context": _copy(document["@context"]), **selection}
        _add(selection, document, steps_of(pointer))
    return None if selection is None else {name: _dense(part) for name, part in selection.items()}


def _add(selection: dict[str, _Part], document: JsonObject, steps: tuple[str, ...]) -> None:
    if not steps:
        selection.update({name: _copy(value) for name, value in document.items()})
        return
    if steps[0] == "@context":
        raise InvalidProof("a JSON pointer selects a context", ProofProblem.GENERATION)
    value: JsonValue = document
    part = selection
    for step in steps[:-1]:
        value = _at(value, step)
        if isinstance(value, dict | list):
            entered = part.setdefault(step, _initial(value) if isinstance(value, dict) else _Sparse())
            assert isinstance(entered, dict)  # it was begun from this same value
            part = entered
    part[steps[-1]] = _copy(_at(value, steps[-1]))


def _at(value: JsonValue, step: str) -> JsonValue:
    if isinstance(value, dict) and step in value:
        return value[step]
    if isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
        return value[int(step)]
    raise InvalidProof("a JSON pointer matches nothing", ProofProblem.GENERATION)


def _initial(source: JsonObject) -> dict[str, _Part]:
    # DI-ECDSA 3.4.11: a blank node's own label says nothing outside its document.
    return {
        name: _copy(source[name])
        for name in _KEPT
        if name in source and not (name in _KEPT[:2] and str(source[name]).startswith("_:"))
    }


def _copy(value: JsonValue) -> _Part:
    # An array is kept by index, so that a later pointer into it finds its place.
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    if isinstance(value, list):
        return _Sparse({str(index): _copy(item) for index, item in enumerate(value)})
    return value


def _dense(part: _Part) -> JsonValue:
    if isinstance(part, _Sparse):
        return [_dense(part[index]) for index in sorted(part, key=int)]
    if isinstance(part, dict):
        return {name: _dense(item) for name, item in part.items()}
    return part
