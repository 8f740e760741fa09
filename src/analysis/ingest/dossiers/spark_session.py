"""A Spark session of this machine or of a cluster, or the reason why there is none."""

import os
import shutil
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from analysis.ingest.dossiers.failures import EngineUnusable

SPARK_LOCAL, SPARK_MASTER = "spark-local", "spark://"
ANSWER_SECONDS = 5.0
SPARK_PORT = 7077


def hold_that_it_answers(name: str) -> None:
    """Hold that a master listens; Spark itself would try for minutes. Raises ``EngineUnusable``."""
    parts = urlsplit(name)
    try:
        host, port = parts.hostname or "", parts.port or SPARK_PORT
        socket.create_connection((host, port), timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise EngineUnusable(
            f"Máy chủ Spark “{name}” không trả lời ({error}). Chưa ghi gì. Hãy kiểm tra địa chỉ, cổng và mạng, "
            f"hoặc chạy trên máy này với --engine duckdb."
        ) from error


def spark_failures() -> tuple[type[Exception], ...]:
    """The errors that Spark and its gateway raise."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return Py4JError, PySparkException


def session_of(name: str, workspace: Path) -> Any:
    """A Spark session without its web page, with as many shuffle parts as a machine has use for. Raises ``EngineUnusable``."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineUnusable("Chưa cài Spark. Hãy cài gói tùy chọn [spark], hoặc dùng --engine duckdb.") from error
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise EngineUnusable("Spark cần Java 17, máy này chưa có. Hãy cài Java, hoặc dùng --engine duckdb.")
    cores = os.cpu_count() or 1
    master = f"local[{cores}]" if name == SPARK_LOCAL else name
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.local.dir": str(workspace),
        "spark.sql.warehouse.dir": str(workspace / "warehouse"),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        **({"spark.sql.shuffle.partitions": str(2 * cores), "spark.driver.memory": "2g"} if name == SPARK_LOCAL else {}),
    }
    builder = SparkSession.builder.master(master).appName("lantoa")
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:  # Spark's gateway raises whatever Java raised
        raise EngineUnusable(f"Không khởi động được Spark “{name}”: {error}") from error
