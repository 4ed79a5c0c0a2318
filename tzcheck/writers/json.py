"""The result as JSON, for programs; its schema is in result.schema.json beside this file."""

import json

from tzcheck.report import Report, as_data


def write(report: Report, lang: str, details: bool) -> str:
    """The report as the contract's JSON; it has every detail whatever `details` says."""
    return json.dumps(as_data(report, lang), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
