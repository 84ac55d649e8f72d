"""The Spark session of a command, and what this machine needs for one."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crawler.data_set.columns import require_pyarrow
from crawler.errors import NewsloomError, UsageError

BATCH = 500
"""Rows that a task gets from the JVM at a time."""
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
    # Tasks that take minutes of Python would be put together because their bytes are few.
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
"""What every session has unless --conf, or spark-submit, says otherwise."""


@contextmanager
def spark_session(master: str | None, settings: Mapping[str, str]) -> Iterator[Any]:
    """A session, ended after the block; without a master that of spark-submit, or this machine's.

    Raises UsageError where pyspark or Java is missing, or Spark does not start.
    """
    require_pyarrow()
    builder = _builder()
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted:
        _require_java()
        # Workers take the first python of PATH otherwise, which need not have Newsloom.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.master(master or "local[*]")
    elif master is not None:
        raise UsageError("spark-submit has a master of its own; give --master to it")
    for name, value in {**({} if submitted else _SETTINGS), **settings}.items():
        builder = builder.config(name, value)
    session = _started(builder, master)
    for name, value in _SETTINGS.items():
        if submitted and name.startswith("spark.sql.") and name not in settings:
            session.conf.set(name, value)
    try:
        with _explained():
            yield session
    finally:
        session.stop()


def parallelism(session: Any) -> int:
    """Tasks that run at a time."""
    return max(1, int(session.sparkContext.defaultParallelism))


@contextmanager
def _explained() -> Iterator[None]:
    """What ends the work becomes a NewsloomError."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        # Of what a task raised, a traceback, the last line.
        last = [line for line in str(error).splitlines() if line.strip()][-1:]
        raise NewsloomError(f"Spark gave up: {''.join(last)[:500]}") from error


def _builder() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(
            "this needs Apache Spark (extra `spark`); run `pipx inject newsloom 'pyspark>=4.1,<5' "
            "fsspec`, or `pip install 'newsloom[spark]'` where Newsloom is installed"
        ) from error
    return SparkSession.builder.appName("newsloom")


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        raise UsageError(
            "Apache Spark needs Java 17 or newer, and there is no `java` here. On Debian: apt "
            "install openjdk-17-jre-headless"
        )


def _started(builder: Any, master: str | None) -> Any:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    # Rows go by Arrow; pandas, where it is installed, is not used.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        first = " ".join(str(error).split())[:300]
        raise UsageError(
            f"Spark does not start on {master or 'this machine'} ({first}); its own lines above "
            "say more"
        ) from error
