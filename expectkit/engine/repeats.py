"""Ids that occur more than once: copies of rows make every range too narrow."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from expectkit.engine.columns import plain
from expectkit.io.case_source import CaseSource, require_columns

MOST_ROWS: Final = 5_000_000
"""Larger sources are not looked through: their ids would take more memory than the rest of the work."""


def n_repeats(source: CaseSource, column: str) -> int | None:
    """Count the rows whose id an earlier row has; missing ids are no repeats.

    Parameters
    ----------
    source : CaseSource
    column : str

    Returns
    -------
    int or None
        None where the source has more than `MOST_ROWS` rows.

    Raises
    ------
    DataError
        If the column does not exist.
    """
    require_columns(source, (column,))
    if (source.n_rows() or 0) > MOST_ROWS:
        return None
    parts = [plain(batch.columns[column]) for batch in source.batches((column,))]
    if pa.types.is_nested(parts[0].type):
        return None
    ids = pa.chunked_array(parts)
    return int(len(ids) - ids.null_count - pc.count_distinct(ids, mode="only_valid").as_py())
