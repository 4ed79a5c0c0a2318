"""Reads the files with pyarrow, for the libraries that have no reader of their own or a slower one."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet
from standard import DECIMALS, TABLES, TEXTS


def read(folder: Path, format: str) -> dict[str, pa.Table]:
    """The tables by name; columns with decimals as whole hundredths, since the arrays of these libraries are binary."""
    types = {**dict.fromkeys(TEXTS, pa.string()), **dict.fromkeys(DECIMALS, pa.float64())}
    found = {}
    for name in TABLES:
        file = folder / f"{name}.{format}"
        if format == "csv":
            table = csv.read_csv(file, convert_options=csv.ConvertOptions(column_types=types))
        else:
            table = parquet.read_table(file)
        for number, field in enumerate(table.schema):
            if field.name in DECIMALS:
                hundredths = pc.round(pc.multiply(table[field.name].cast(pa.float64()), 100)).cast(pa.int64())
                table = table.set_column(number, field.name, hundredths)
            elif pa.types.is_integer(field.type):
                # Products of the 32 bits that a file has would overflow, silently.
                table = table.set_column(number, field.name, table[field.name].cast(pa.int64()))
        found[name] = table
    return found
