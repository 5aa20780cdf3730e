"""What a party sets about its processing log: who keeps it, and what its lines refer to."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from service.settings import BaseUrl, SettingPath, Settings, web_address

# RFC 3986 section 4.3, with no white space and nothing outside ASCII: an absolute URI.
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,500}\Z")


def _uri(value: str) -> str:
    if _URI.match(value) is None:
        raise PydanticCustomError("uri", "must be an absolute URI")
    return value


Uri = Annotated[str, AfterValidator(_uri)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ProcessingLogSection(Settings):
    """Logboek Dataverwerkingen: who keeps the log (a collector of OpenTelemetry, or a file), and of what it tells.

    A party's own model names its `operations`.
    """

    operations: ClassVar[Collection[StrEnum]] = ()

    kind: Literal["collector", "file"]
    url: Annotated[str | None, Field(description="where a collector takes traces by OTLP/HTTP: ends in /v1/traces")] = (
        None
    )
    file: Annotated[SettingPath | None, Field(description="the file to which JSON lines are appended")] = None
    authentication: Annotated[
        Literal["none", "bearer", "certificate"],
        Field(
            description="bearer: state/processing-log-token; "
            "certificate: state/processing-log-certificate.pem and state/processing-log-key.pem"
        ),
    ] = "none"
    own_network: Annotated[bool, Field(description="the collector has a private address")] = False
    processing_activity_id: Annotated[
        Uri | None, Field(description="in your register of processing activities, of what has no address of its own")
    ] = None
    processing_activity_ids: Annotated[
        dict[str, Uri], Field(description="in your register of processing activities, by operation")
    ] = Field(default_factory=dict)
    data_subject_id_type: Annotated[
        Word, Field(description="what kind of code people are known by: a word, or a URI in a register")
    ] = "pseudoniem"
    callers: Annotated[
        dict[str, BaseUrl],
        Field(description="by client id, the address of the application whose `traceparent` is taken"),
    ] = Field(default_factory=dict)
    resource: Annotated[
        dict[Word, Word], Field(description="what your log calls this application, beside its name and version")
    ] = Field(default_factory=dict)
    most_waiting: Annotated[
        int, Field(ge=1_000, le=100_000_000, description="lines that may wait; beyond that nothing more is done")
    ] = 1_000_000

    @property
    def activities(self) -> Mapping[str, str]:
        """The address of each operation in the register."""
        return {each.value: self.processing_activity_ids.get(each.value) or self._rest for each in self.operations}

    @property
    def _rest(self) -> str:
        return self.processing_activity_id or ""

    @field_validator("url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return None if value is None else web_address(value)

    @model_validator(mode="after")
    def _somebody_keeps_it(self) -> Self:
        if (self.kind == "collector") != (self.url is not None) or (self.kind == "file") != (self.file is not None):
            raise PydanticCustomError("logbook", "a collector has a url and no file, a file has a file and no url")
        return self

    @model_validator(mode="after")
    def _each_operation_is_in_the_register(self) -> Self:
        known = {each.value for each in self.operations}
        unknown = sorted(self.processing_activity_ids.keys() - known)
        if unknown:
            raise PydanticCustomError(
                "operation",
                "processing_activity_ids: there are {known}, and no others",
                {"known": ", ".join(sorted(known))},
            )
        missing = sorted(name for name, address in self.activities.items() if not address)
        if missing:
            # LDV 1.0.0 section 3.3.1.1: each line must name one.
            raise PydanticCustomError(
                "activity",
                "{missing} missing in processing_activity_ids, and no processing_activity_id for the rest",
                {"missing": ", ".join(missing)},
            )
        return self
