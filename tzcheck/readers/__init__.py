"""Readers: a file becomes rows of text cells that know their row."""

from tzcheck.readers import csv, parquet, yaml
from tzcheck.readers.rows import NO_VALUE, RawTable

# What reads the one table in a file; a workbook has a sheet for each.
READERS = {".csv": csv.read, ".parquet": parquet.read, ".yaml": yaml.read, ".yml": yaml.read}
WORKBOOKS = frozenset({".ods", ".xls", ".xlsm", ".xlsx"})

__all__ = ["NO_VALUE", "READERS", "WORKBOOKS", "RawTable"]
