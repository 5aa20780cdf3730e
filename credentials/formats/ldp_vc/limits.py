"""How large a JSON-LD document may be, and how long it may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """How large a JSON-LD document may be before we stop reading it, and how long a worker may take over it.

    A document with more than `quick_values` commas and colons is handled in a process of its own that is killed after
    `seconds`: no thread is held up by what a stranger sends. The search that blank nodes may need is bounded by itself.
    """

    max_depth: int = 24
    max_values: int = 10_000
    max_characters: int = 1_000_000
    max_blank_nodes: int = 256
    max_quads: int = 12_000
    max_contexts: int = 64
    quick_values: int = 4_000
    seconds: float = 2.0
