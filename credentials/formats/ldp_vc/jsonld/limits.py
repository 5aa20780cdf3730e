"""How much work a document may ask of the processor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonLdLimits:
    """Bounds on what one call reads; beyond them LimitExceeded is raised.

    `max_depth` counts objects and arrays of a document inside each other, contexts scoped to terms inside each other,
    and terms that need each other; `max_values` the values of a document. `max_contexts` counts the contexts that one
    call has to process because they are not known yet, and `max_terms` the terms that are in force in all of them
    together; `max_remote_depth` counts contexts that name contexts (section 4.1.2: `context overflow`).

    What is remembered between calls is forgotten when it is more than `max_remembered` terms and expanded names, or
    pieces of text of 100 characters.
    """

    max_depth: int = 64
    max_values: int = 100_000
    max_contexts: int = 1_000
    max_remote_depth: int = 16
    max_terms: int = 200_000
    max_remembered: int = 100_000
