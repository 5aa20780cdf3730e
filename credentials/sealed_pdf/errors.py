"""What can be wrong with a sealed document."""

from credentials.errors import BlauweKnopError, MalformedInput


class MalformedPdf(MalformedInput):
    """A file that says it is a PDF and cannot be read as one, or not as one of ours."""

    code = "malformed_pdf"


class SealMissing(BlauweKnopError):
    """A PDF without a seal, or with another number of them than one."""

    code = "document_not_sealed"


class SealBroken(BlauweKnopError):
    """The seal is not one over exactly these bytes: something was changed, or it was never a seal."""

    code = "document_changed"


class AddedAfterSeal(SealBroken):
    """Something was put behind the sealed part of the file: the seal does not speak of it."""

    code = "added_after_seal"
