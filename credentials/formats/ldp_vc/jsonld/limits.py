"""How much work a document may ask of the processor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonLdLimits:
    """Bounds on what one call reads; beyond them LimitExceeded is raised.

    `max_depth` counts objects and arrays inside each other, in documents, in contexts and in contexts scoped to terms;
    `max_values` the values of a document, also those that only an expansion makes; `max_contexts` the contexts that one
    call has to process because they are not known yet; `max_remote_depth` contexts that name contexts (section 4.1.2:
    `context overflow`); `max_terms` the terms of one context. What is remembered between calls is forgotten when it
    holds more than `max_remembered` contexts and expanded names.
    """

    max_depth: int = 64
    max_values: int = 100_000
    max_contexts: int = 1_000
    max_remote_depth: int = 16
    max_terms: int = 20_000
    max_remembered: int = 100_000
