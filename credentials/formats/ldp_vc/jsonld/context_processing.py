"""Context Processing (JSON-LD 1.1 API section 4.1), done once for each context in each place.

What follows from an active context is kept with it: by URL, by the text of a context that is written into a document,
and by the term that brings a scoped context.
"""

from typing import TypeAlias, final

import orjson

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.jsonld.active_context import ABSENT, ActiveContext, TermDefinition
from credentials.formats.ldp_vc.jsonld.context_defaults import ABOUT, check_about, set_defaults
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.limits import JsonLdLimits
from credentials.formats.ldp_vc.jsonld.remote_contexts import RemoteContexts, absolute_url
from credentials.formats.ldp_vc.jsonld.term_definition import Definer

_Remote: TypeAlias = tuple[str, ...]


@final
class ContextProcessor:
    """Processes the contexts of one document."""

    __slots__ = ("_depth", "_limits", "_old", "_processed", "_remote", "_terms")

    def __init__(self, remote: RemoteContexts, limits: JsonLdLimits, *, old: bool) -> None:
        self._remote = remote
        self._limits = limits
        self._old = old
        self._processed = 0
        self._terms = 0
        self._depth = 0

    def embedded(self, active: ActiveContext, local: JsonValue, base_url: str) -> ActiveContext:
        """Return the active context after a context that stands in a document. Raises JsonLdError, LimitExceeded."""
        if isinstance(local, list):
            for item in local:
                active = self._known(active, _meant(item), base_url)
            return active
        return self._known(active, local, base_url)

    def scoped(self, active: ActiveContext, definition: TermDefinition, *, as_type: bool) -> ActiveContext:
        """Return the active context after one that a term brings, as a type or as a property.

        A property may redefine what is protected; what a type brings does not reach the nodes below it.
        """
        key = (id(definition), as_type)
        known = active.children.get(key)
        if known is not None:
            return known[1]
        context = definition.context
        if context is ABSENT:
            return active
        result = self._process(active, context, definition.base_url, (), override=not as_type, propagate=not as_type)
        # The definition is kept too: its identity is the key.
        return self._keep(active, key, definition, result)

    def _known(self, active: ActiveContext, item: JsonValue, base_url: str) -> ActiveContext:
        try:
            text = item if isinstance(item, str) else orjson.dumps(item)
        except TypeError:
            # Too deep, too large a number or no JSON at all: whatever it is, it is not worth keeping.
            return self._process(active, item, base_url, ())
        known = active.children.get((text, base_url))
        if known is not None:
            return known[1]
        active.memory.held += len(text) // 100
        return self._keep(active, (text, base_url), None, self._process(active, item, base_url, ()))

    def _keep(self, active: ActiveContext, key: object, kept: object, result: ActiveContext) -> ActiveContext:
        active.children[key] = (kept, result)
        active.memory.held += 1 + len(result.terms)
        return result

    def _process(
        self,
        active: ActiveContext,
        local: JsonValue,
        base_url: str,
        remote: _Remote,
        *,
        override: bool = False,
        propagate: bool = True,
        validate: bool = True,
    ) -> ActiveContext:
        if isinstance(local, dict) and isinstance(local.get("@propagate"), bool):
            propagate = local["@propagate"] is True
        self._enter()
        for item in local if isinstance(local, list) else [local]:
            self._count()
            if isinstance(item, dict):
                active = self._definition(active, item, base_url, remote, override=override, propagate=propagate)
            elif item is None:
                active = self._nothing(active, override=override, propagate=propagate)
            elif isinstance(item, str):
                url = absolute_url(item, base_url)
                if not validate and url in remote:
                    continue
                if len(remote) >= self._limits.max_remote_depth:
                    raise JsonLdError("context overflow")
                named, chain = self._remote.get(url), (*remote, url)
                active = self._process(
                    active, named, url, chain, override=override, propagate=propagate, validate=validate
                )
            else:
                raise JsonLdError("invalid local context")
        self._depth -= 1
        return active

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > self._limits.max_depth:
            raise LimitExceeded(f"contexts are nested deeper than {self._limits.max_depth} levels")

    def _count(self) -> None:
        self._processed += 1
        if self._processed > self._limits.max_contexts:
            raise LimitExceeded(f"more than {self._limits.max_contexts} contexts")

    def _nothing(self, active: ActiveContext, *, override: bool, propagate: bool) -> ActiveContext:
        if not override and any(definition.protected for definition in active.terms.values()):
            raise JsonLdError("invalid context nullification")
        result = ActiveContext(active.original_base, active.memory)
        if not propagate:
            result.previous = active
        return result

    def _definition(
        self,
        active: ActiveContext,
        local: JsonObject,
        base_url: str,
        remote: _Remote,
        *,
        override: bool,
        propagate: bool,
    ) -> ActiveContext:
        result = active.copy()
        if not propagate and result.previous is None:
            result.previous = active
        if not local.keys().isdisjoint(ABOUT):
            check_about(local, old=self._old)
            if "@import" in local:
                local = self._remote.with_import(local, base_url)
            set_defaults(result, local, is_remote=bool(remote), old=self._old)
        self._terms += len(local) + len(result.terms)
        if self._terms > self._limits.max_terms:
            raise LimitExceeded(f"contexts have more than {self._limits.max_terms} terms")
        protected = local.get("@protected", False)
        if not isinstance(protected, bool):
            raise JsonLdError("invalid @protected value")
        Definer(
            result,
            local,
            base_url=base_url,
            protected=protected,
            override=override,
            old=self._old,
            max_depth=self._limits.max_depth,
        ).define_all()
        for term, value in local.items():
            if isinstance(value, dict) and "@context" in value and term in result.terms:
                self._check_scoped(result, value["@context"], base_url, remote)
        return result

    def _check_scoped(self, active: ActiveContext, local: JsonValue, base_url: str, remote: _Remote) -> None:
        # Section 4.2.2 does this while the terms are still being made, so that their order would matter.
        depth = self._depth
        try:
            self._process(active, local, base_url, remote, override=True, validate=False)
        except JsonLdError as error:
            raise JsonLdError("invalid scoped context", error.keyword_error) from error
        self._depth = depth


def _meant(item: JsonValue) -> JsonValue:
    # A context document among contexts, where its context was meant. The algorithm does not say so; jsonld.js and PyLD
    # take it so, and documents that were signed with them, W3C test inputs among them, need it.
    return item["@context"] if isinstance(item, dict) and item.keys() == {"@context"} else item
