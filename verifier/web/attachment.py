"""A file to take along, as an answer that no cache keeps."""

from starlette.responses import Response


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """Answer with a file; `name` is of letters, digits, hyphens and points."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
