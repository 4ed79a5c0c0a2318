"""What is given in vain: county values and documents of a place that no rule asks them of."""

from collections.abc import Iterable, Mapping

from tzcheck.errors import Problem
from tzcheck.facts import Facts
from tzcheck.place import Place
from tzcheck.rule import Rulebook
from tzcheck.table import VALUES
from tzcheck.texts import texts


def unread(book: Rulebook, facts: Facts) -> Iterable[Problem]:
    """A query for each row that has no effect where it stands."""
    levels = levels_of_values(book)

    def value_elsewhere(place: Place, key: str) -> dict[str, object] | None:
        own = "city" if place.level == "city" else "county"
        return {"level": texts(f"unread.{own}")} if own not in levels.get(key, {own}) else None

    def attested_elsewhere(place: Place, id: str) -> dict[str, object] | None:
        pack = book.packs.get(id.partition(".")[0])
        rule = pack.rules.get(id) if pack else None
        return {"place": place.name} if pack and rule and not pack.speaks_of(rule, place) else None

    asked = (
        ("values", "key", "value_elsewhere", value_elsewhere),
        ("attestations", "indicator", "attested_elsewhere", attested_elsewhere),
    )
    for table, column, code, elsewhere in asked:
        typed = facts.tables.get(table)
        found = {
            (place, given): details
            for place, given, _ in (typed.counted("_place", column) if typed else ())
            if (details := elsewhere(facts.places[place], given))
        }
        for place, file, row, given in typed.rows(column) if typed and found else ():
            if (place, given) in found:
                where, county = (facts.files[file].path, row), facts.places[place].id
                yield Problem("query", code, *where, column, given, county, details=found[place, given])


def levels_of_values(book: Rulebook) -> Mapping[str, set[str]]:
    """Whose row of each county value rules read: a county's, its city's, or both."""
    found: dict[str, set[str]] = {}
    for pack in book.packs.values():
        for one in pack.measures.values():
            for key in one.columns if one.table == VALUES.id else ():
                found.setdefault(key, set()).add("city" if one.each == "city" and key not in one.summed else "county")
    return found
