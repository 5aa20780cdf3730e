"""Blank nodes that can be told apart by what is said of them: the easy part of RDFC-1.0, on filled templates.

RDF Dataset Canonicalization section 4.4.3, steps 3 and 4: when the first-degree hash of every blank node is its own,
the labels follow from the order of the hashes. Two equal hashes need the search of step 5, which is in `rdf`.

Until it gets its label, blank node number 3 is written `_:` and then 3 between two U+0001. That character stands
nowhere else: literals escape it and IRIs may not hold it.
"""

import re
from collections.abc import Sequence
from typing import Final

from credentials.formats.ldp_vc.rdf import HASHES

_MARK: Final = re.compile(b"\x01[0-9]+\x01")


def mark(number: int) -> bytes:
    """Return the provisional label of a blank node."""
    return b"_:\x01%d\x01" % number


def labelled(lines: Sequence[bytes], count: int, hash_name: str) -> list[bytes] | None:
    """Return N-Quads lines with canonical labels for their marks, None when two nodes cannot be told apart so."""
    if count == 1:
        return [line.replace(b"\x010\x01", b"c14n0") for line in lines]
    about: list[list[bytes]] = [[] for _ in range(count)]
    for line in lines:
        if b"\x01" in line:
            for token in set(_MARK.findall(line)):
                about[int(token[1:-1])].append(_MARK.sub(b"z", line.replace(token, b"a")))
    hashes: dict[str, bytes] = {}
    for number, quads in enumerate(about):
        digest = HASHES[hash_name](b"\n".join((*sorted(quads), b""))).hexdigest()
        if digest in hashes:
            return None
        hashes[digest] = b"\x01%d\x01" % number
    labels = {hashes[digest]: b"c14n%d" % position for position, digest in enumerate(sorted(hashes))}
    return [_MARK.sub(lambda found: labels[found.group()], line) if b"\x01" in line else line for line in lines]
