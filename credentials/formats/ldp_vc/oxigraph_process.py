"""The worker's own program: canonicalise what its parent sends, and nothing else. Run as a file, never imported.

When it is ready it writes an R. A request on standard input is one letter, four bytes of length and that many bytes.
P: JSON-LD to N-Quads; E: the same by way of PyLD's expansion; C or D: canonicalise N-Quads with SHA-256 or SHA-384. The
answer is one letter (Y or N), a length and bytes. Memory is bounded here; time is bounded by the parent, which kills.
End of input ends it.
"""

import json
import resource
import struct
import sys
from typing import NoReturn

import pyoxigraph

_MEMORY = 1 << 30
_CPU_SECONDS = 30


def _refuse(*_: object) -> NoReturn:
    raise ValueError


_EXPANSION = {"base": "", "processingMode": "json-ld-1.1", "documentLoader": _refuse}


def _parse(data: bytes) -> bytes:
    quads = pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.JSON_LD)
    return pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b""


def _expanded(data: bytes) -> bytes:
    from pyld import jsonld  # noqa: PLC0415  # slow to load and seldom needed

    try:
        return json.dumps(jsonld.expand(json.loads(data), _EXPANSION)).encode("utf-8")
    except (jsonld.JsonLdError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError from error


def _canonical(data: bytes, algorithm: pyoxigraph.CanonicalizationAlgorithm) -> bytes:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(algorithm)
    return pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""


def _answer(job: bytes, data: bytes) -> bytes:
    if job == b"P":
        return _parse(data)
    if job == b"E":
        return _parse(_expanded(data))
    algorithms = pyoxigraph.CanonicalizationAlgorithm
    return _canonical(data, algorithms.RDFC_1_0 if job == b"C" else algorithms.RDFC_1_0_SHA_384)


def main() -> None:
    """Answer requests until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b"R")
    sink.flush()
    while head := source.read(5):
        data = source.read(struct.unpack(">I", head[1:])[0])
        # A parent that died cannot kill: processor time used so far and a little more is all there is.
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + _CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        try:
            answer, content = b"Y", _answer(head[:1], data)
        except (ValueError, SyntaxError, MemoryError):
            answer, content = b"N", b""
        sink.write(answer + struct.pack(">I", len(content)) + content)
        sink.flush()


if __name__ == "__main__":
    main()
