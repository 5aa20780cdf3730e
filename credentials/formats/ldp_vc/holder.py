"""The holder in a Data Integrity credential, as in every W3C credential."""

from credentials.formats.vcdm.holder import key_of, signing_method, subject_id

__all__ = ["key_of", "signing_method", "subject_id"]
