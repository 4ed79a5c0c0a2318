"""Places: counties, zones, cities and the province, under every name and code that people write for them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LEVELS = ("county", "zone", "municipal", "city", "province")


@dataclass(frozen=True)
class Place:
    """A county (`zone` for a functional zone without an official code), a city's own level 市本级, a city, a province.

    `code` is the 6-digit code of GB/T 2260, or None where there is none.
    """

    code: str | None
    name: str
    level: str = "county"
    aliases: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What identifies the place: its code, or its name where it has no code."""
        return self.code or self.name

    @property
    def published_level(self) -> str:
        """`county`, `city` or `province`, as the result names it."""
        return {"zone": "county", "municipal": "city"}.get(self.level, self.level)

    @property
    def spellings(self) -> list[str]:
        """Every spelling that means this place, as `spelled` compares them."""
        short = spelled(self.name)
        found = [*filter(None, [self.code]), short, *map(spelled, self.aliases)]
        if len(short) > 2 and short[-1] in "区县市":
            found.append(short[:-1])
        return found

    @property
    def short(self) -> str:
        """The name as the tables of the notice have it: 椒江, 新区."""
        if self.level == "zone" and self.aliases:
            return self.aliases[0]
        return (
            self.name[:-1] if self.level == "county" and self.name[-1] in "区县市" and len(self.name) > 2 else self.name
        )

    def answers_to(self, text: str) -> bool:
        """Whether `text` is one of the place's names or codes."""
        return spelled(text) in self.spellings


# Taizhou by GB/T 2260. Yuhuan was the county 331021 until 2017. The zone of Taizhou Bay has no code of its own.
TAIZHOU = (
    Place("331002", "椒江区"),
    Place("331003", "黄岩区"),
    Place("331004", "路桥区"),
    Place("331082", "临海市"),
    Place("331081", "温岭市"),
    Place("331083", "玉环市", aliases=("331021", "玉环县")),
    Place("331023", "天台县"),
    Place("331024", "仙居县"),
    Place("331022", "三门县"),
    Place(None, "台州湾新区", "zone", aliases=("新区", "台州湾")),
    Place("331001", "市本级", "municipal", aliases=("市辖区",)),
    Place("331000", "台州市", "city", aliases=("台州",)),
    Place("330000", "浙江省", "province", aliases=("浙江", "全省", "全省第六名")),
)
WHOLE = ("合计", "总计", "全市合计")
TOTALS = (*WHOLE, "小计")


def spelled(text: str) -> str:
    """A name or code as it is compared: half-width, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def level_of(code: str) -> str:
    """The level that a 6-digit code stands for."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


class Places:
    """The places known so far. A code that nobody registered is a place of its own; an unknown name is none.

    Several counties of the country may have the same name, though none that of one that was known beforehand.
    """

    def __init__(self, known: Iterable[Place] = TAIZHOU) -> None:
        self._by_spelling: dict[str, Place] = {}
        self._shared: dict[str, list[Place]] = {}
        self._first = frozenset(self.add(place) for place in known)

    def add(self, place: Place) -> Place:
        """Registers a place; the one known under its code or name stays and is returned."""
        known = self._by_spelling.get(place.code or "") or (
            None if place.code else self._by_spelling.get(spelled(place.name))
        )
        if known:
            return known
        for spelling in place.spellings:
            first = self._by_spelling.setdefault(spelling, place)
            if first is not place:
                self._shared.setdefault(spelling, [first]).append(place)
        return place

    def taken(self, name: str, place: Place) -> bool:
        """Whether a name is that of another place which was known beforehand."""
        return any(one.answers_to(name) and one.id != place.id for one in self._first)

    def sharing(self, text: str) -> list[Place]:
        """The places that `text` may name, where that are several."""
        return self._shared.get(spelled(text), [])

    def find(self, text: str) -> Place | None:
        """The place that `text` names or codes, or None."""
        spelling = spelled(text)
        known = self._by_spelling.get(spelling)
        if known:
            return known
        if len(spelling) == 6 and spelling.isascii() and spelling.isdigit():
            return self.add(Place(spelling, spelling, level_of(spelling)))
        return None

    def names(self) -> list[str]:
        """The names of all known places."""
        return list(dict.fromkeys(place.name for place in self._by_spelling.values()))
