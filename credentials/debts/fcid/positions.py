"""Where a member stands in a JSON text, so that a fault can name its line.

Only used once something is wrong: the strict parser is fast and forgets places. This scan reads the text once, in
order, and stops where the text stops making sense.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, final

Path: TypeAlias = tuple[str | int, ...]

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]++')
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


@final
@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object or an element of an array; `repeated` when its name was there before."""

    offset: int
    path: Path
    repeated: bool


def members(text: str) -> Iterator[Member]:
    """Give every member and element of a JSON text, in the order in which they stand.

    The text need not be sound: where it is not, what comes out is a guess, and good enough to point at.
    """
    scan = _Scan()
    for match in _TOKEN.finditer(text):
        repeated = scan.take(match.group())
        if repeated is not None:
            yield Member(match.start(), scan.path, repeated)


class _Frame:
    __slots__ = ("expects_name", "is_object", "names", "place")

    def __init__(self, *, is_object: bool) -> None:
        self.is_object = is_object
        self.expects_name = is_object
        self.names: set[str] = set()
        self.place: str | int = "" if is_object else 0


class _Scan:
    """The place in the text: one frame per open object or array."""

    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._around: tuple[_Frame, ...] = ()

    @property
    def path(self) -> Path:
        return tuple(frame.place for frame in self._around)

    def take(self, piece: str) -> bool | None:
        """Move over one token; tell whether a member begins here, and then whether its name was there before."""
        frames = self._frames
        self._around = tuple(frames)
        top = frames[-1] if frames else None
        match piece:
            case "}" | "]":
                del frames[-1:]
                return None
            case ":":
                return None
            case ",":
                if top is not None:
                    top.expects_name = top.is_object
                    top.place = top.place if isinstance(top.place, str) else top.place + 1
                return None
            case _ if top is not None and top.expects_name:
                top.place = _unquoted(piece)
                top.expects_name = False
                repeated = top.place in top.names
                top.names.add(top.place)
                return repeated
            case "{" | "[":
                frames.append(_Frame(is_object=piece == "{"))
        return None if top is None or top.is_object else False


def line_of(text: str, path: Path) -> int:
    """Return the line (from 1) of the member at a path, or of the nearest thing around it that is there."""
    best, depth = 0, 0
    for member in members(text):
        if len(member.path) > depth and member.path == path[: len(member.path)]:
            best, depth = member.offset, len(member.path)
            if depth == len(path):
                break
    return text.count("\n", 0, best) + 1


def dotted(path: Path) -> str:
    """Write a path as `body.financiele_zaken[2].saldo`. A name that is no plain word is not repeated."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (step if _NAME.match(step) else "?")
    return text


def _unquoted(piece: str) -> str:
    try:
        return str(json.loads(piece))
    except ValueError:
        return piece
