"""What is given in vain: county values and documents of a place that no rule asks them of."""

from collections.abc import Iterable, Mapping

from tzcheck.errors import Problem
from tzcheck.facts import Facts
from tzcheck.rule import Rulebook
from tzcheck.table import VALUES
from tzcheck.texts import texts


def unread(book: Rulebook, facts: Facts) -> Iterable[Problem]:
    """A query for each row that has no effect where it stands."""
    levels = levels_of_values(book)
    for id, column in (("values", "key"), ("attestations", "indicator")):
        typed = facts.tables.get(id)
        for place, file, row, given in typed.rows(column) if typed else ():
            where = (facts.files[file].path, row)
            at = facts.places[place]
            if id == "values":
                own = "city" if at.level == "city" else "county"
                asked = levels.get(given, {own})
                if own not in asked:
                    details: dict[str, object] = {"level": texts(f"unread.{own}")}
                    yield Problem("query", "value_elsewhere", *where, column, given, at.id, details=details)
                continue
            pack = book.packs.get(given.partition(".")[0])
            rule = pack.rules.get(given) if pack else None
            if pack and rule and not pack.speaks_of(rule, at):
                about: dict[str, object] = {"place": at.name}
                yield Problem("query", "attested_elsewhere", *where, column, given, at.id, details=about)


def levels_of_values(book: Rulebook) -> Mapping[str, set[str]]:
    """Whose row of each county value rules read: a county's, its city's, or both."""
    found: dict[str, set[str]] = {}
    for pack in book.packs.values():
        for one in pack.measures.values():
            for key in one.columns if one.table == VALUES.id else ():
                found.setdefault(key, set()).add("city" if one.each == "city" and key not in one.summed else "county")
    return found
