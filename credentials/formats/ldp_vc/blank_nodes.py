"""Blank nodes that can be told apart by what is said of them: the easy part of RDFC-1.0.

RDF Dataset Canonicalization section 4.4.3, steps 3 and 4: when the first-degree hash of every blank node is its own,
the labels follow from the order of the hashes. Two equal hashes would need the N-degree search of step 5, which a
hostile graph makes exponential: that is left to a worker that can be killed.

Until it gets its label, blank node number 3 is written `_:` and then 3 between two U+0001. That character stands
nowhere else: literals escape it and IRIs may not hold it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256, sha384
from typing import Any, Final

HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = {"sha256": sha256, "sha384": sha384}
"""The hashes that RDFC-1.0 and our suites use, by name."""

_MARK: Final = re.compile("\x01[0-9]+\x01")


def mark(number: int) -> str:
    """Return the provisional label of a blank node."""
    return f"_:\x01{number}\x01"


def labelled(lines: Sequence[str], count: int, hash_name: str) -> list[str] | None:
    """Return N-Quads lines with canonical labels for their marks, None when two nodes cannot be told apart so."""
    about: list[list[str]] = [[] for _ in range(count)]
    for line in lines:
        if "\x01" in line:
            for token in set(_MARK.findall(line)):
                about[int(token[1:-1])].append(_MARK.sub("z", line.replace(token, "a")))
    hashes: dict[str, str] = {}
    for number, quads in enumerate(about):
        text = "".join(f"{quad}\n" for quad in sorted(quads))
        digest = HASHES[hash_name](text.encode("utf-8")).hexdigest()
        if digest in hashes:
            return None
        hashes[digest] = f"\x01{number}\x01"
    labels = {hashes[digest]: f"c14n{position}" for position, digest in enumerate(sorted(hashes))}
    return [_MARK.sub(lambda found: labels[found.group()], line) if "\x01" in line else line for line in lines]


def unlabelled(lines: Sequence[str]) -> str:
    """Return N-Quads with any labels for their marks, for an engine that makes its own."""
    return "".join(f"{_MARK.sub(lambda found: f'b{found.group()[1:-1]}', line)}\n" for line in lines)
