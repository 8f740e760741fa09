"""Measured on this machine, in one run: taking in a large activity log, and reading a plan.

The log is synthetic, in the office's form, with every row unlike the others. The rival is what a script of one's own
would do first, ``pandas.read_excel``, which checks nothing; the floor is reading the cells and nothing else.
"""

import argparse
import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from bench import ROOT, copied_project, measured, show
from openpyxl import Workbook

from analysis.codes import AUDIENCES, CHANNELS
from analysis.ingest.activity_log.layout import LOG_COLUMNS
from analysis.units import unit_labels, units_below

ROWS = 200_000
SEED = 6334
PLAN = ROOT / "tests" / "data" / "plan"

RIVAL = "import pandas; pandas.read_excel({path!r}, engine='openpyxl')"
FLOOR = "from python_calamine import CalamineWorkbook as Book; Book.from_path({path!r}).get_sheet_by_index(0).to_python()"
PARSE = """
import sys, time
from pathlib import Path
from analysis import store
from analysis.ingest.plan_document import parse_plan, read_document
units = store.read("units")
for path in map(Path, sys.argv[1:]):
    started = time.perf_counter()
    draft = parse_plan(read_document(path, path.name), path.name, units)
    print(f"plan, {path.suffix:6} {time.perf_counter() - started:6.2f} s for {len(draft.items)} items")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the log")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        project = copied_project(Path(folder) / "project")
        measured([sys.executable, "-m", "analysis.cli", "build"], project)
        log = Path(folder) / "nhat-ky.xlsx"
        write_log(log, rows)
        taken = measured([sys.executable, "-m", "analysis.cli", "import", str(log), "--kind", "activity-log", "--synthetic"], project)
        rival = measured([sys.executable, "-c", RIVAL.format(path=str(log))], project)
        floor = measured([sys.executable, "-c", FLOOR.format(path=str(log))], project)
        print(f"import of {rows:,} rows / floor            {taken.wall / floor.wall:5.2f} × wall   {taken.peak_mb / floor.peak_mb:5.2f} × memory")
        print(f"pandas.read_excel / import             {rival.wall / taken.wall:5.2f} × wall   {rival.peak_mb / taken.peak_mb:5.2f} × memory\n")
        for name, result in (("import, checked and built", taken), ("pandas.read_excel (openpyxl)", rival), ("floor: cells read", floor)):
            show(name, result)
        measured_plans(project)


def write_log(path: Path, rows: int) -> None:
    """A log in the office's form; titles differ, so no row repeats another."""
    chance = random.Random(SEED)  # noqa: S311 - invented rows, no secret
    units = unit_labels(units_below(pd.read_csv(ROOT / "data/raw/units/63-tinh/units.csv", dtype="string", na_values=[""]), "74")).tolist()
    channels, audiences = list(CHANNELS.values()), list(AUDIENCES.values())
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Nhật ký")
    sheet.append([column.heading for column in LOG_COLUMNS])
    for number in range(1, rows + 1):
        day = date(2021, 1, 1) + timedelta(days=chance.randrange(365))
        known = {
            "stt": number,
            "unit": chance.choice(units),
            "channel": chance.choice(channels),
            "audience": chance.choice(audiences),
            "start": day,
            "title": f"[Mô phỏng] Hoạt động số {number} về dịch vụ công trực tuyến",
            "quantity": chance.randrange(1, 40),
            "counter": "tin",
        }
        sheet.append([known.get(column.key) for column in LOG_COLUMNS])
    book.save(path)


def measured_plans(project: Path) -> None:
    """Reading time without the start of Python, for each form of the same plan."""
    import subprocess

    files = sorted(str(path) for path in PLAN.glob("ke-hoach-999-2021.*") if path.suffix in (".txt", ".docx", ".xlsx", ".pdf"))
    print("\n" + subprocess.run([sys.executable, "-c", PARSE, *files], cwd=project, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main()
