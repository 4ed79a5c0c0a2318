"""Cells: what a text in a cell means as a number, a day, a range, a share or a level."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tzcheck.place import spelled

SCALE = Decimal("0.000001")
LARGEST = Decimal(10) ** 10
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
# A moment that begins a day is that day: spreadsheets and data frames write one so.
MIDNIGHT = r"(?:[ T]00?:00(?::00(?:\.0+)?)?)?"
DATE = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{MIDNIGHT}", re.ASCII)
YEARS = range(1900, 2101)
# How people write that there is no number.
NOTHING = frozenset({"/", "-", "—", "——", "无"})

# A cell that begins with one of these would run as a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(cell: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def code_of(codes: Mapping[str, tuple[str, ...]], text: str) -> str | None:
    """The code that a text is, or is a label of, whatever its width and case; None where it is none."""
    folded = spelled(text).casefold()
    for code, labels in codes.items():
        if folded == code or any(folded == spelled(label).casefold() for label in labels):
            return code
    return None


def number_of_kind(kind: str, number: Decimal | None) -> int | Decimal | None:
    """The number as a cell of that kind holds it, to six decimals; None where it can't."""
    if number is None or abs(number) >= LARGEST:
        return None
    whole = int(number) if number == number.to_integral_value() else None
    match kind:
        case "count":
            return whole if whole is not None and whole >= 0 else None
        case "year":
            return whole if whole in YEARS else None
        case "measure":
            return number.quantize(SCALE, ROUND_HALF_UP) if number >= 0 else None
        case "printed":
            return number
        case _:
            return number.quantize(SCALE, ROUND_HALF_UP)


def parse_decimal(text: str, percent: bool = False) -> Decimal | None:
    """The number that a cell holds: full-width digits and thousands separators read as meant; None otherwise."""
    folded = unicodedata.normalize("NFKC", text).strip().removesuffix("年")
    if percent:
        folded = folded.removesuffix("%").strip()
    return Decimal(folded.replace(",", "")) if len(folded) < 40 and NUMBER.fullmatch(folded) else None


AMOUNT_OF_BAND = r"(\d{1,6}(?:\.\d{1,2})?)"


def ends_of_band(text: str) -> tuple[Decimal | None, Decimal | None]:
    """The two ends of a range such as `26-30`, `≤25`, `≥66` or `61≤x<73`; an open end is None."""
    folded = re.sub(r"人|间|m2|㎡|平方米|单间|面积|每班", "", spelled(text).casefold())
    folded = folded.replace("<=", "≤").replace(">=", "≥").replace("不足", "<").replace("不满", "<")
    between = re.fullmatch(rf"{AMOUNT_OF_BAND}(?:-|~|—|–|−|至|[≤<]x?[≤<]?){AMOUNT_OF_BAND}", folded)
    if between:
        return Decimal(between[1]), Decimal(between[2])
    above = re.fullmatch(rf"[≥>]{AMOUNT_OF_BAND}|{AMOUNT_OF_BAND}及?以上", folded)
    if above:
        return Decimal(above[1] or above[2]), None
    below = re.fullmatch(rf"[≤<]{AMOUNT_OF_BAND}|{AMOUNT_OF_BAND}及?以下", folded)
    if below:
        return Decimal(0), Decimal(below[1] or below[2])
    return None, None


def prefix_of_id(id: str) -> int:
    """The first two digits of an id of 10 digits; 0 where it is none."""
    return int(id[:2]) if re.fullmatch(r"[0-9]{10}", id) else 0


def parse_date(text: str) -> date | None:
    """The day that a cell holds, `2022-12-31`, `2022/12/31 0:00` or `2022年12月31日`; None otherwise."""
    match = DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        return None
    year, month, day = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


EXPECTED: Mapping[str, Mapping[str, str]] = {
    "count": {"zh": "不小于 0 的整数", "en": "a whole number of 0 or more"},
    "measure": {"zh": "不小于 0 的数", "en": "a number of 0 or more"},
    "number": {"zh": "数", "en": "a number"},
    "printed": {"zh": "数", "en": "a number"},
    "year": {"zh": "四位数年份，如 2022", "en": "a year of 4 digits such as 2022"},
    "percent": {
        "zh": "不小于 0 的百分数，如 45.5 或 45.5%",
        "en": "a percentage of 0 or more such as 45.5 or 45.5%",
    },
    "share": {"zh": "小数，如 0.14，或 14%", "en": "a fraction such as 0.14, or 14%"},
    "level": {"zh": "Ⅰ 至 Ⅴ 级", "en": "a level from I to V"},
    "date": {"zh": "日期，如 2022-12-31", "en": "a date such as 2022-12-31"},
    "band": {"zh": "范围，如 26-30、≤25、≥66", "en": "a range such as 26-30, ≤25 or ≥66"},
    "county_code": {"zh": "六位代码", "en": "a code of 6 digits"},
    "indicator": {"zh": "规则中已有的指标编号", "en": "the id of an indicator in the rules"},
    "standard": {"zh": "规则中已有的标准编号", "en": "the id of a standard in the rules"},
    "check": {"zh": "规则中已有的校验项编号", "en": "the id of a check in the rules"},
}


# What the values of the state's quality monitoring must be: a level I to V, and a share.
MONITORED = {"monitoring_level": "level", "monitoring_variation": "share"}
ROMAN = ("I", "II", "III", "IV", "V")


def share_written(text: str) -> Decimal | None:
    """The share that `0.14` or `14%` stands for; None where it is none."""
    percent = spelled(text).endswith("%")
    number = number_of_kind("measure", parse_decimal(text, percent=percent))
    return None if number is None else Decimal(number) / 100 if percent else Decimal(number)


def level_of_attainment(text: str) -> Decimal | None:
    """The level that `3`, `Ⅲ` or `III级` stands for; None where it is none of 1 to 5."""
    folded = spelled(text).upper().removesuffix("级")
    number = str(ROMAN.index(folded) + 1) if folded in ROMAN else folded
    return Decimal(number) if number in ("1", "2", "3", "4", "5") else None
