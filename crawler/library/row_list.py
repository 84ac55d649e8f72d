"""Rows of one type, which become a pandas DataFrame on demand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R", bound=NamedTuple)


class Rows(list[R]):
    """A list of named tuples; `kind` is their type, also when there is none."""

    def __init__(self, kind: type[R], rows: Iterable[R] = ()) -> None:
        super().__init__(rows)
        self.kind = kind

    def to_pandas(self) -> pd.DataFrame:
        """A DataFrame with a column for each field. Times get a zone (UTC), in whole seconds.

        Raises ModuleNotFoundError where pandas is not installed.
        """
        import pandas

        frame = pandas.DataFrame(self, columns=list(self.kind._fields))
        for name in frame.columns:
            if name == "at" or name.endswith("_at"):
                # In nanoseconds, as pandas has them by default, years beyond 2262 do not fit.
                seconds = frame[name].str.removesuffix("Z").astype("datetime64[s]")
                frame[name] = seconds.dt.tz_localize("UTC")
        return frame
