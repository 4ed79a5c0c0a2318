"""The verdicts an indicator can get, and how they are printed."""

from enum import StrEnum


class Verdict(StrEnum):
    """What was found of one indicator in one place. Doubt has states of its own and is never a pass."""

    MET = "met"
    UNMET = "unmet"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"
    NOT_COUNTED = "not_counted"
    WAIVED = "waived"

    @property
    def counted(self) -> bool:
        """Whether the indicator stands in the denominator of the achievement."""
        return self not in (Verdict.NOT_APPLICABLE, Verdict.NOT_COUNTED)


# Comparisons as people write them.
SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
SYMBOLS = {
    Verdict.MET: "√",
    Verdict.UNMET: "※",
    Verdict.UNDETERMINED: "?",
    Verdict.NOT_APPLICABLE: "/",
    Verdict.NOT_COUNTED: "——",
    Verdict.WAIVED: "※*",
}
