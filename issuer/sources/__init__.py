"""Where an agency's debts come from: one file per kind of register, all under one contract suite."""

from issuer.sources.columns import Columns, TotalRow
from issuer.sources.csv_table import csv_table
from issuer.sources.fcid_directory import FcidDirectorySource, Refused
from issuer.sources.http import Endpoint, HttpFcidSource
from issuer.sources.json_table import json_table
from issuer.sources.spreadsheet import spreadsheet_table
from issuer.sources.sql import SqlDatabaseSource, SqlQueries
from issuer.sources.table import OpenTable
from issuer.sources.table_file import TableFileSource

__all__ = [
    "Columns",
    "Endpoint",
    "FcidDirectorySource",
    "HttpFcidSource",
    "OpenTable",
    "Refused",
    "SqlDatabaseSource",
    "SqlQueries",
    "TableFileSource",
    "TotalRow",
    "csv_table",
    "json_table",
    "spreadsheet_table",
]
