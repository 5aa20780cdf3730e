"""The worker's own program: canonicalise what its parent sends, and nothing else. Run as a file, never imported.

A request on standard input is one letter, four bytes of length and that many bytes. S comes first and says with what:
a JSON object of `profile`, `limits` and `contexts`, the documents of contexts by URL. C or D: a document, to be
canonicalised with SHA-256 or SHA-384. The answer is one letter (Y or N), a length and bytes. Memory is bounded here;
time is bounded by the parent, which kills. End of input ends it.
"""

import json
import resource
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc.canonical import Canonicaliser, Profile
from credentials.formats.ldp_vc.contexts import BUNDLED, ContextBundle
from credentials.formats.ldp_vc.limits import DocumentLimits

_MEMORY = 1 << 30
_CPU_SECONDS = 30
_HASHES = {b"C": "sha256", b"D": "sha384"}


def _canonicaliser(setting: bytes) -> Canonicaliser:
    told = json.loads(setting)
    extra = {url: text.encode("utf-8") for url, text in told["contexts"].items() if url not in BUNDLED}
    limits = DocumentLimits(**told["limits"])
    profile = Profile(told["profile"])
    # Their hazards were judged, or are no matter, where the bundle was made.
    return Canonicaliser(ContextBundle(extra, narrow=profile is Profile.OWN), limits, profile)


def main() -> None:
    """Answer requests until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    canonicaliser: Canonicaliser | None = None
    while head := source.read(5):
        data = source.read(struct.unpack(">I", head[1:])[0])
        # A parent that died cannot kill: processor time used so far and a little more is all there is.
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + _CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        answer, content = b"Y", b""
        try:
            if canonicaliser is None:
                canonicaliser = _canonicaliser(data)
            else:
                content = canonicaliser.canonical(json.loads(data), _HASHES[head[:1]])
        except (BlauweKnopError, MemoryError):
            answer = b"N"
        sink.write(answer + struct.pack(">I", len(content)) + content)
        sink.flush()


if __name__ == "__main__":
    main()
