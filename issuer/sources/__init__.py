"""Where an agency's debts come from: one file per kind of register, all under one contract suite."""

from issuer.sources.csv_file import CsvFileSource
from issuer.sources.csv_mapping import CsvColumns, TotalRow
from issuer.sources.fcid_directory import FcidDirectorySource, Refused

__all__ = ["CsvColumns", "CsvFileSource", "FcidDirectorySource", "Refused", "TotalRow"]
