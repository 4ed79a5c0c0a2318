"""Readers: a file becomes rows of text cells that know their row."""

from tzcheck.readers import csv, yaml
from tzcheck.readers.rows import RawTable

READERS = {".csv": csv.read, ".yaml": yaml.read, ".yml": yaml.read}

__all__ = ["READERS", "RawTable"]
