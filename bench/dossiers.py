"""Measured on this machine, in one run: a dossier log summed up, against the same query by hand and against a bare scan.

The log is synthetic, ROWS dossiers over 72 months (10 million unless told: ``make bench ROWS=100000000``). Every figure is of a process of
its own. The rival is one DuckDB query that finds repeated ids and takes exact quantiles, with all the memory it asks for; the floor
is pyarrow reading the mapped columns. Spark and CSV are for the record, on a tenth of the rows.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS = int(os.environ.get("ROWS") or 10_000_000)
TENTH = 10
COLUMNS = (
    "ma_ho_so",
    "ma_don_vi",
    "linh_vuc",
    "muc_do",
    "kenh",
    "ngay_tiep_nhan",
    "ngay_hen_tra",
    "ngay_tra_ket_qua",
    "phi_le_phi",
    "thanh_toan_truc_tuyen",
    "so_hoa",
    "la_mo_phong",
)
JUDGED = """
    ngay_tiep_nhan BETWEEN TIMESTAMP '2008-08-01' AND TIMESTAMP '2024-12-31 23:59:59'
    AND (ngay_tra_ket_qua IS NULL OR ngay_tra_ket_qua BETWEEN ngay_tiep_nhan AND TIMESTAMP '2024-12-31 23:59:59')
    AND kenh IN (1, 2, 3) AND muc_do IN (2, 3, 4) AND NOT (kenh = 2 AND muc_do = 2)
    AND phi_le_phi >= 0 AND NOT (thanh_toan_truc_tuyen AND phi_le_phi = 0) AND la_mo_phong AND ma_ho_so <> ''
"""
BY_HAND = f"""
    SELECT ma_don_vi, year(ngay_tiep_nhan) * 12 + month(ngay_tiep_nhan) AS thang, linh_vuc, muc_do, kenh,
        count(*), count(*) FILTER (kenh = 2), count(*) FILTER (phi_le_phi > 0), count(*) FILTER (thanh_toan_truc_tuyen),
        count(*) FILTER (so_hoa), count(ngay_tra_ket_qua), count(*) FILTER (ngay_tra_ket_qua::DATE <= ngay_hen_tra::DATE),
        quantile_cont(ngay_tra_ket_qua::DATE - ngay_tiep_nhan::DATE, [0.5, 0.9])
    FROM {{log}} WHERE {JUDGED} GROUP BY ALL ORDER BY ALL
"""  # noqa: S608 - the log is a file of ours
REPEATED = "SELECT ma_ho_so, count(*) FROM {log} GROUP BY 1 HAVING count(*) > 1"


def main() -> None:
    """Make the log, measure each way, print ratios first."""
    with tempfile.TemporaryDirectory(prefix="lantoa-bench-") as folder:
        log, small = Path(folder) / "so", Path(folder) / "so-nho"
        make_log(log, ROWS)
        make_log(small, ROWS // TENTH)
        ours = measured("summed", log, Path(folder) / "panel.parquet", "duckdb")
        again = measured("summed", log, Path(folder) / "panel.parquet", "duckdb")
        by_hand, floor = measured("by_hand", log), measured("scan", log)
        text = as_csv(small, Path(folder) / "so.csv")
        csv, csv_scan = measured("summed", text, Path(folder) / "csv.parquet", "duckdb"), measured("scan_csv", text)
        spark = measured("summed", small, Path(folder) / "spark.parquet", "spark-local")
        few = measured("summed", small, Path(folder) / "few.parquet", "duckdb")
    print(f"dossiers / the same by hand in SQL  {ours['seconds'] / by_hand['seconds']:5.2f} × wall")
    print(f"dossiers / floor                    {ours['seconds'] / floor['seconds']:5.2f} × wall")
    print(f"a CSV / DuckDB's own scan of it     {csv['seconds'] / csv_scan['seconds']:5.2f} × wall")
    print(f"Spark on this machine / DuckDB      {spark['seconds'] / few['seconds']:5.2f} × wall\n")
    size = sum(path.stat().st_size for path in log.rglob("*.parquet")) if log.exists() else 0
    print(f"{ROWS:,} dossiers in 72 parts" + (f", {size / 1e9:.2f} GB" if size else ""))
    for name, found in (
        ("summed up", ours),
        ("summed up again, nothing changed", again),
        ("by hand in SQL", by_hand),
        ("floor: pyarrow scan", floor),
        (f"{ROWS // TENTH:,} from CSV", csv),
        (f"{ROWS // TENTH:,}: DuckDB's scan of the CSV", csv_scan),
        (f"{ROWS // TENTH:,} on Spark", spark),
        (f"{ROWS // TENTH:,} on DuckDB", few),
    ):
        print(f"{name:40} {found['seconds']:7.2f} s wall  {found['megabytes']:6.0f} MB")


def measured(way: str, *arguments: object) -> dict[str, float]:
    """Wall seconds and peak memory of one way, in a process of its own."""
    command = [sys.executable, __file__, way, *map(str, arguments)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def make_log(folder: Path, rows: int) -> None:
    """A synthetic log of the shipped units and plans."""
    command = [sys.executable, "-m", "analysis.cli", "uptake", "synthetic", "--rows", str(rows), "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def as_csv(log: Path, path: Path) -> Path:
    """The same rows as one CSV, its mapping beside it."""
    import duckdb

    duckdb.sql(f"COPY (SELECT {', '.join(COLUMNS)} FROM '{log}/*/*.parquet') TO '{path}' (HEADER, DELIMITER ',')")  # noqa: S608 - a file of ours
    path.with_name("anh-xa.yml").write_bytes((log / "anh-xa.yml").read_bytes())
    return path


def summed(log: str, out: str, engine: str) -> None:
    """As the command does it."""
    from analysis import store
    from analysis.ingest.dossiers.mapping import read_mapping
    from analysis.ingest.dossiers.summing import find, sum_up

    place = Path(log)
    mapping = read_mapping((place if place.is_dir() else place.parent) / "anh-xa.yml")
    found = sum_up(find(place, mapping), mapping, store.read("units"), Path(out), engine, lambda _: None)
    if found.account.set_aside or found.account.rows_in != found.account.rows_counted:
        raise SystemExit(f"rows set aside of a sound log: {found.account}")


def by_hand(log: str) -> None:
    """One query, as one would write it."""
    import duckdb

    source = f"read_parquet('{log}/*/*.parquet')"
    repeated = duckdb.sql(REPEATED.format(log=source)).fetchall()
    rows = duckdb.sql(BY_HAND.format(log=source)).to_arrow_table()
    if repeated or not len(rows):
        raise SystemExit("repeated ids in a sound log")


def scan(log: str) -> None:
    """The bytes of the needed columns, decoded."""
    import pyarrow.dataset as ds

    for _ in ds.dataset(log, format="parquet", exclude_invalid_files=True).scanner(columns=list(COLUMNS)).to_batches():
        pass


def scan_csv(path: str) -> None:
    """DuckDB reading every cell of a CSV as text."""
    import duckdb

    sums = ", ".join(f"max({name})" for name in COLUMNS)
    duckdb.sql(f"SELECT {sums} FROM read_csv('{path}', all_varchar=true)").fetchall()  # noqa: S608 - a file of ours


def _run(way: Callable[..., None], arguments: list[str]) -> None:
    import resource

    start = time.perf_counter()
    way(*arguments)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _run({"summed": summed, "by_hand": by_hand, "scan": scan, "scan_csv": scan_csv}[sys.argv[1]], sys.argv[2:])
    else:
        main()
