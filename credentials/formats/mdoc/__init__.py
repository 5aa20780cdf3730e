"""`mso_mdoc`: ISO/IEC 18013-5 documents whose data elements are disclosed one by one.

Issued as IssuerSigned (OpenID4VCI 1.0 appendix A.2), presented as DeviceResponse (OpenID4VP 1.0 appendix B.2), both as
base64url text. Section numbers without a name are those of ISO/IEC 18013-5:2021.
"""

from credentials.formats.mdoc.format import TYPE, MsoMdoc, certificates_inside, issuer_signed_inside
from credentials.formats.mdoc.session import session_transcript

__all__ = ["TYPE", "MsoMdoc", "certificates_inside", "issuer_signed_inside", "session_transcript"]
