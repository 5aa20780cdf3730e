"""A second opinion on W3C proofs that the engine accepted, by software that others wrote."""

from credentials.formats.ldp_vc.second_opinion import SecondOpinion, Silence, Verdict
from credentials.verification.second_opinions.asking import SecondOpinions

__all__ = ["SecondOpinion", "SecondOpinions", "Silence", "Verdict"]
