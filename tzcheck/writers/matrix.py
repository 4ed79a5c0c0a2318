"""The matrix of counties as CSV: a row an indicator, a column a county, √ ※ ? / —— in the cells."""

import csv
import io

from tzcheck.cells import plain_cell
from tzcheck.report import Report, symbol
from tzcheck.score import rounded
from tzcheck.texts import text


def write(report: Report, lang: str, details: bool) -> str:
    """The matrix of every standard, with the number of unmet indicators and the achievement below each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for id, columns in report.by_standard.items():
        head = [text("head.standard", lang), text("head.indicator", lang), text("head.title", lang)]
        writer.writerow([plain_cell(cell) for cell in (*head, *(scored.place.name for scored, _ in columns))])
        verdicts = [{one.id: one for one in score.indicators} for _, score in columns]
        pack = columns[0][1].pack
        for rule_id, rule in pack.rules.items():
            found = [by_id.get(rule_id) for by_id in verdicts]
            if not any(found):
                continue
            marks = [symbol(pack, one) if one else "" for one in found]
            writer.writerow([plain_cell(cell) for cell in (id, rule_id, rule.title.of(lang), *marks)])
        writer.writerow([id, "", text("head.unmet", lang), *(score.unmet for _, score in columns)])
        writer.writerow([id, "", text("head.undetermined", lang), *(score.undetermined for _, score in columns)])
        shares = ["" if score.achievement is None else str(rounded(score.achievement * 100, 1)) for _, score in columns]
        writer.writerow([id, "", text("head.achievement", lang) + " (%)", *shares])
    return "\ufeff" + out.getvalue()
