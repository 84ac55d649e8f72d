"""The tables of a data set as Spark reads them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crawler.data_set.columns import require_pyarrow
from crawler.data_set.description import Manifest
from crawler.data_set.fill import fill_table
from crawler.spark.task_work import BY_NAME, scratch_store
from crawler.store import Store
from crawler.store.file.whole_tables import Row


class DataSetFrames:
    """The frames of a data set, in a session."""

    def __init__(self, session: Any, folder: Path, manifest: Manifest) -> None:
        self.session, self.folder, self.manifest = session, folder, manifest

    def frame(self, table: str) -> Any:
        """A table that has rows; None of one without."""
        files = [entry.path for entry in self.manifest.tables[table].files if entry.rows]
        return self.read(files) if files else None

    def read(self, files: Iterable[str]) -> Any:
        """The rows of files, by their paths below the folder."""
        return self.session.read.parquet(*(str(self.folder / file) for file in files))

    def rows(self, name: str) -> list[Row]:
        """The rows of a small table."""
        with scratch_store() as store:
            self.fill(store, name)
            found = store.whole_tables.rows(BY_NAME[name], seed=True)
            return [row for _, rows in found for row in rows]

    def fill(self, store: Store, name: str) -> None:
        """Take a small table into a store on the driver."""
        entry, schema = self.manifest.tables[name], self.manifest.schema
        pa = require_pyarrow()
        fill_table(pa, store, self.folder, BY_NAME[name], entry, schema, lambda *_: None)

    def newest_texts(self) -> Any:
        """The newest text of each article, as (article, outlet, text, text_hash)."""
        return self.frame("articles").selectExpr("id AS article", "outlet", "text", "text_hash")

    def texts(self) -> Any:
        """All texts that articles had, in these columns."""
        newest, earlier = self.newest_texts(), self.frame("revisions")
        if earlier is None:
            return newest
        outlets = newest.select("article", "outlet")
        earlier = earlier.select("article", "text", "text_hash").join(outlets, "article")
        return newest.unionByName(earlier)

    def articles_and_revisions(self) -> Any:
        """Articles, and their revisions as rows with the number of the article as `id`.

        Those of articles have no `replaced_at`.
        """
        articles, earlier = self.frame("articles"), self.frame("revisions")
        if earlier is None:
            return articles.selectExpr("*", "CAST(NULL AS TIMESTAMP) AS replaced_at")
        earlier = earlier.withColumnRenamed("article", "id")
        return articles.unionByName(earlier, allowMissingColumns=True)


def broadcast(frames: DataSetFrames, value: Any) -> Any:
    """A value that every task reads."""
    return frames.session.sparkContext.broadcast(value)


def columns_of(frame: Any, *more: str) -> str:
    """The columns of a frame with their types, and more, as Spark writes them."""
    columns = [f"`{field.name}` {field.dataType.simpleString()}" for field in frame.schema]
    return ", ".join([*columns, *more])
