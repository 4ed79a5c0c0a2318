"""The same checks with durable_rules, row by row, where a rule fires for what holds, too: nothing is met by silence.

That is what tzcheck asks of it, and does itself: a subject of which no rule says anything is neither met nor unmet.
"""

import pandas as pd
import with_durable
from standard import Counts
from with_durable import read, write

__all__ = ["judge", "read", "write"]


def judge(tables: dict[str, pd.DataFrame]) -> tuple[Counts, pd.DataFrame]:
    return with_durable.judge(tables, prove=True)
