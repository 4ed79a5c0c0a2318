"""Waivers: indicators, or single subjects of them, that an authority has let off until a day."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tzcheck.errors import Problem
from tzcheck.facts import Facts


@dataclass(frozen=True)
class Waiver:
    """One row of `waivers`: of the whole indicator in a place where `subject` is None.

    `expired` says that its last day lies before the day of judging, `barred` that the indicator can't be waived;
    neither has any effect.
    """

    subject: str | None
    reason: str
    document_no: str
    approved_by: str
    expires: date | None
    file: str
    row: int
    expired: bool
    barred: bool

    @property
    def valid(self) -> bool:
        """Whether it has an effect on the day."""
        return not (self.expired or self.barred)


# The tables whose rows can be let off one by one, and the column that tells them apart.
SUBJECTS = {"schools": "school_id", "kindergartens": "kindergarten_id", "monitored_subjects": "subject"}
# What every waiver must say.
STATED = ("reason", "document_no", "approved_by")
Waivers = Mapping[tuple[int, str], list[Waiver]]


def read(facts: Facts, day: date, barred: frozenset[str]) -> tuple[Waivers, list[Problem]]:
    """The waivers by place and indicator; a query for each that can't have an effect. `barred` can't be waived.

    A waiver must say why, by which document and who approved it. It holds up to and on the day it expires.
    """
    found: dict[tuple[int, str], list[Waiver]] = defaultdict(list)
    problems: list[Problem] = []
    typed = facts.tables.get("waivers")
    if typed is None:
        return found, problems
    ids = {id for table, key in SUBJECTS.items() if table in facts.tables for *_, id in facts.tables[table].rows(key)}
    rows = typed.rows("indicator", "subject", "expires", *STATED)
    for place, of_file, number, indicator, subject, expires, *stated in rows:
        reason, document_no, approved_by = stated
        file = facts.files[of_file].path
        lacking = [name for name, cell in zip(STATED, stated, strict=True) if not cell]
        county = facts.places[place].id
        if lacking:
            details = {"lacking": ", ".join(lacking)}
            problems.append(
                Problem("query", "waiver_incomplete", file, number, lacking[0], county=county, details=details)
            )
            continue
        waiver = Waiver(
            subject or None,
            reason,
            document_no,
            approved_by,
            expires,
            file,
            number,
            expires is not None and expires < day,
            indicator in barred,
        )
        if waiver.subject is not None and waiver.subject not in ids:
            problems.append(Problem("query", "waiver_subject", file, number, "subject", waiver.subject, county=county))
        if waiver.barred:
            about: dict[str, object] = {"indicator": indicator}
            problems.append(
                Problem("query", "not_waivable", file, number, "indicator", indicator, county, details=about)
            )
        found[place, indicator].append(waiver)
    return found, problems
