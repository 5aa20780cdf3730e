"""What safe mode refuses: a signature must cover what a reader of the JSON sees."""

from credentials.formats.base import MalformedCredential


class UnsafeDocument(MalformedCredential):
    """A document of which something would be shown but not signed, or signed but not shown."""

    code = "unsafe_document"
