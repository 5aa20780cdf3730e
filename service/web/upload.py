"""Read a form with one file, in memory: what somebody uploads never lies on our disk."""

from dataclasses import dataclass
from typing import Final, final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from credentials.errors import MalformedInput
from service.errors import UnexpectedMediaType
from service.web.input import Form, media_type_of

MEDIA_TYPE: Final = "multipart/form-data"
_MAX_FIELDS: Final = 8
MAX_FIELD_BYTES: Final = 4_096


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 30  # the frame has bounded the body already


@final
@dataclass(frozen=True, slots=True, repr=False)
class Uploaded:
    """The fields of a form, and its one file: what it was called there, and its content; both empty without one."""

    form: Form
    name: str
    content: bytes


async def upload_body(request: Request, name: str, *, longest: int = MAX_FIELD_BYTES) -> Uploaded:
    """Return the fields of a form, each of `longest` bytes at most, and its one file.

    Raises UnexpectedMediaType, MalformedInput.
    """
    if media_type_of(request) != MEDIA_TYPE:
        raise UnexpectedMediaType(f"the body must be {MEDIA_TYPE}")
    parser = _InMemory(
        request.headers,
        request.stream(),
        max_files=1,
        max_fields=_MAX_FIELDS,
        max_part_size=longest,
    )
    try:
        parts = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise MalformedInput("the form cannot be read") from error
    pairs = [(key, value) for key, value in parts.multi_items() if isinstance(value, str)]
    files = [value for key, value in parts.multi_items() if isinstance(value, UploadFile) and key == name]
    content = await files[0].read() if files else b""
    called = (files[0].filename or "") if files else ""
    await parts.close()
    return Uploaded(Form(pairs), called, content)
