"""Where expressions on dossiers run: DuckDB in this process, or Spark on this machine or a cluster; both on Vietnamese time.

Ibis sets a Spark session to UTC when it connects; the time zone is therefore set after connecting, or the last seven hours of every
month would fall into the next.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from analysis.ingest.dossiers.failures import EngineUnusable, PartsUnreadable
from analysis.ingest.dossiers.inputs import Part
from analysis.ingest.dossiers.spark_session import SPARK_LOCAL, SPARK_MASTER, hold_that_it_answers, session_of, spark_failures

TIME_ZONE = "Asia/Ho_Chi_Minh"
DUCKDB = "duckdb"
MEMORY_MB = 300  # of DuckDB's own; the process holds about 200 MB besides
BATCH_ROWS = 250_000
LONGEST_TOLD = 300
PART = "_part"  # number of the file a row came from; no vendor calls a column so
BROKEN = "_broken_line"


class Engine(ABC):
    """A place where expressions run. ``kind`` tells engines apart whose hashes differ; ``failures`` are the errors it raises."""

    kind: str
    rows_a_step: int
    failures: tuple[type[Exception], ...]

    def rows(self, parts: Sequence[tuple[int, Part]], columns: Sequence[str], delimiter: str) -> ir.Table:
        """The mapped columns of parts of one schema, with the number of each part as ``PART``, until the next parts are asked for.

        Cells of a CSV are text; lines that do not split into its columns are left out. Raises ``PartsUnreadable``.
        """
        with self._told():
            return self._rows(parts, columns, delimiter)

    @abstractmethod
    def _rows(self, parts: Sequence[tuple[int, Part]], columns: Sequence[str], delimiter: str) -> ir.Table:
        """As ``rows``."""

    @abstractmethod
    def broken_lines(self, part: Part) -> list[int | None]:
        """Line numbers of the lines left out of a CSV since it was last asked, None where the engine does not tell."""

    @abstractmethod
    def hash_of(self, text: ir.StringValue) -> ir.IntegerValue:
        """A 64-bit hash of text; equal text has equal hashes."""

    @abstractmethod
    def _whole(self, expression: ir.Table) -> pa.Table:
        """The answer at once, which engines work out on all cores."""

    @abstractmethod
    def _answer(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """The answer, in order, piece by piece."""

    def batches(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """The answer, in order, piece by piece. Raises ``PartsUnreadable``."""
        with self._told():
            yield from self._answer(expression)

    def whole(self, expression: ir.Table) -> pa.Table:
        """The answer at once, in no order. Raises ``PartsUnreadable``."""
        with self._told():
            return self._whole(expression)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self.failures as error:
            told = (str(error).strip().splitlines() or [type(error).__name__])[0][:LONGEST_TOLD]
            raise PartsUnreadable(
                f"Máy tính toán {self.kind} dừng giữa chừng: {told}. Kết quả lần trước còn nguyên. Hãy kiểm tra tệp của sổ (xuất lại tệp hỏng), "
                "chỗ trống trên đĩa, rồi chạy lại; phần đã đếm xong không phải đếm lại."
            ) from error

    @abstractmethod
    def close(self) -> None:
        """Let go of memory, files and workers."""

    def frame(self, expression: ir.Table) -> pd.DataFrame:
        """The whole answer as a frame; for small ones."""
        return self.whole(expression).to_pandas()


@contextmanager
def opened(name: str, workspace: Path) -> Iterator[Engine]:
    """The engine called ``duckdb``, ``spark-local`` or ``spark://host:port``; closed whatever happens. Raises ``EngineUnusable``."""
    if name == DUCKDB:
        engine: Engine = DuckDB(workspace)
    elif name == SPARK_LOCAL or name.startswith(SPARK_MASTER):
        engine = Spark(name, workspace)
    else:
        raise EngineUnusable(f"Không có máy tính toán “{name}”. Chấp nhận: {DUCKDB}, {SPARK_LOCAL} hoặc spark://máy-chủ:cổng.")
    try:
        yield engine
    finally:
        engine.close()


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]  # Ibis does not type it
def _duckdb_hash(text: str, reversed_text: str) -> "ibis.expr.datatypes.uint64":
    """DuckDB's own hash of 64 bits; of text alone it gives ids that count up many times as many equal hashes as chance would."""


@ibis.udf.scalar.builtin(name="xxhash64")  # type: ignore[untyped-decorator]  # Ibis does not type it
def _spark_hash(text: str) -> int:  # type: ignore[empty-body]  # Spark has the body
    """Spark's hash of 64 bits; its ``hash`` has only 32."""


class DuckDB(Engine):
    """In this process, with a bound on memory; what does not fit is written to the workspace."""

    kind = "duckdb"
    rows_a_step = 3_000_000
    failures = (duckdb.Error,)

    def __init__(self, workspace: Path):
        self._backend = ibis.duckdb.connect()
        for setting in (f"TimeZone='{TIME_ZONE}'", f"memory_limit='{MEMORY_MB}MB'", f"temp_directory='{_quoted(workspace)}'"):
            self._backend.raw_sql(f"SET {setting}")
        self._backend.raw_sql("SET preserve_insertion_order=false")
        self._names: dict[Any, str] = {}
        self._worded: dict[Any, str] = {}  # SQL of what was asked before; keeping it keeps the tables in memory that it names

    def _rows(self, parts: Sequence[tuple[int, Part]], columns: Sequence[str], delimiter: str) -> ir.Table:
        """One view a schema, put over other parts again and again: what is asked of it is worded once, not once a step."""
        first = parts[0][1]
        schema = (first.kind, tuple(sorted(first.types.items())))
        name = self._names.setdefault(schema, f"rows_of_{len(self._names)}")
        cells = ", ".join(_identifier(column) for column in columns)
        legs = [f"SELECT {number}::INTEGER AS {PART}, {cells} FROM {_reading(part, delimiter)}" for number, part in parts]  # noqa: S608 - quoted
        self._backend.raw_sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join(legs)}")
        return self._backend.table(name)

    def broken_lines(self, part: Part) -> list[int | None]:
        if "reject_errors" not in self._temporary_tables():
            return []
        errors, scans = self._backend.table("reject_errors"), self._backend.table("reject_scans")
        of_file = scans.filter(scans["file_path"] == str(part.path))
        last = of_file.filter(of_file["scan_id"] == of_file["scan_id"].max()).select("scan_id", "file_id")
        lines = errors.inner_join(last, ["scan_id", "file_id"])[["line"]].distinct().order_by("line")
        return [int(line) for line in lines.to_pandas()["line"]]

    def _temporary_tables(self) -> set[str]:
        return {name for (name,) in self._backend.raw_sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()}

    def hash_of(self, text: ir.StringValue) -> ir.IntegerValue:
        return _duckdb_hash(text, text.reverse())

    def _answer(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        yield from self._backend.to_pyarrow_batches(expression, chunk_size=BATCH_ROWS)

    def _whole(self, expression: ir.Table) -> pa.Table:
        asked = expression.op()
        if asked in self._worded:
            return self._backend.raw_sql(self._worded[asked]).to_arrow_table()
        answer = self._backend.to_pyarrow(expression)
        self._worded[asked] = self._backend.compile(expression)
        return answer

    def close(self) -> None:
        self._backend.disconnect()


class Spark(Engine):
    """A Spark of this machine (``spark-local``) or of a cluster, whose workers must see the files under the same path."""

    kind = "spark"
    rows_a_step = 50_000_000

    def __init__(self, name: str, workspace: Path):
        if name != SPARK_LOCAL:
            hold_that_it_answers(name)
        session = session_of(name, workspace)
        self.failures = spark_failures()
        self._session = session
        self._backend = ibis.pyspark.connect(session)
        session.conf.set("spark.sql.session.timeZone", TIME_ZONE)
        session.conf.set("spark.sql.csv.parser.columnPruning.enabled", "false")  # pruned, a line is not seen to be broken
        self._broken: dict[str, Any] = {}

    def _rows(self, parts: Sequence[tuple[int, Part]], columns: Sequence[str], delimiter: str) -> ir.Table:
        return _numbered((number, self._of_part(number, part, columns, delimiter)[list(columns)]) for number, part in parts)

    def _of_part(self, number: int, part: Part, columns: Sequence[str], delimiter: str) -> ir.Table:
        if part.kind == "parquet":
            if any("[ns" in kind for kind in part.types.values()):
                raise EngineUnusable(
                    f"{part.name}: thời gian ghi đến nano giây, Spark không đọc được. Hãy xuất lại đến micro giây, hoặc dùng --engine {DUCKDB}."
                )
            return self._backend.read_parquet(str(part.path))
        fields = ", ".join(f"`{name.replace('`', '``')}` STRING" for name in (*part.columns, BROKEN))
        options = {"header": True, "sep": delimiter, "quote": '"', "escape": '"', "mode": "PERMISSIVE", "columnNameOfCorruptRecord": BROKEN}
        found = self._session.read.csv(str(part.path), schema=fields, multiLine=True, enforceSchema=True, encoding="UTF-8", **options)
        view = f"part_{number}"
        found.createOrReplaceTempView(view)
        table = self._backend.table(view)
        self._broken[part.name] = table.filter(table[BROKEN].notnull())[list(columns)[:1]]
        return table.filter(table[BROKEN].isnull())

    def broken_lines(self, part: Part) -> list[int | None]:
        if part.name not in self._broken:
            return []
        return [None] * len(self._backend.to_pyarrow(self._broken[part.name]))

    def hash_of(self, text: ir.StringValue) -> ir.IntegerValue:
        return _spark_hash(text)

    def _answer(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        yield from self._whole(expression).to_batches()

    def _whole(self, expression: ir.Table) -> pa.Table:
        return self._backend.to_pyarrow(expression)

    def close(self) -> None:
        self._session.stop()


def _numbered(tables: Iterable[tuple[int, ir.Table]]) -> ir.Table:
    """Tables of one schema under one another, with the number of each."""
    legs = [table.mutate(**{PART: ibis.literal(number, "int32")}) for number, table in tables]
    return ibis.union(*legs) if len(legs) > 1 else legs[0]


def _reading(part: Part, delimiter: str) -> str:
    """How DuckDB reads a part; of a CSV every cell as text, lines that do not fit its heading kept apart."""
    path = f"'{_quoted(part.path)}'"
    if part.kind == "parquet":
        return f"read_parquet({path}, hive_partitioning = false)"
    kinds = ", ".join(f"{_identifier(name)}: 'VARCHAR'" for name in part.columns)
    options = f"header = true, delim = '{delimiter}', quote = '\"', auto_detect = false, store_rejects = true, rejects_limit = 0"
    return f"read_csv({path}, columns = {{{kinds}}}, hive_partitioning = false, {options})"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
