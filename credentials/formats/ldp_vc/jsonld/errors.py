"""What a JSON-LD document or context can have wrong with it (JSON-LD 1.1 API section 9.6)."""

from credentials.formats.base import MalformedCredential


class JsonLdError(MalformedCredential):
    """Input that JSON-LD 1.1 calls an error; `keyword_error` is the specification's code for it, as it spells it."""

    code = "invalid_json_ld"

    def __init__(self, keyword_error: str, detail: str = "") -> None:
        self.keyword_error = keyword_error
        super().__init__(f"{keyword_error}: {detail}" if detail else keyword_error)
