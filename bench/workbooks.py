"""Measured on this machine, in one run: reading the publishers' own workbooks, checked cell by cell.

The files lie beside the repository and are read in place; without them nothing is measured. The floor is python-calamine
taking the cells out of the same files and nothing else.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench import ROOT, copied_project, measured, show

WORKBOOKS = ROOT.parent / "shared" / "data" / "panel" / "workbooks"

IMPORT = """
import sys
from pathlib import Path
from analysis import store
from analysis.ingest.index_files import read_index_file, recognise
from analysis.ingest.score_reading import IndexContext
context = IndexContext(*(store.read(name) for name in ("units", "index_editions", "index_components", "index_weights")))
for path in map(Path, sys.argv[1:]):
    reading = read_index_file(path, path.name, recognise(path), context)
    if reading.faults:
        sys.exit("\\n".join(map(str, reading.faults)))
    print(f"{path.name:24} {len(reading.rows):6} rows")
"""
FLOOR = """
import sys
from python_calamine import CalamineWorkbook as Book
for path in sys.argv[1:]:
    book = Book.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""


def main() -> None:
    files = sorted(str(path) for path in WORKBOOKS.rglob("*.xls*")) if WORKBOOKS.is_dir() else []
    if not files:
        print("the publishers' workbooks are not beside the repository (../shared/data/panel/workbooks): nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        project = copied_project(Path(folder) / "project")
        measured([sys.executable, "-m", "analysis.cli", "build"], project)
        taken = measured([sys.executable, "-c", IMPORT, *files], project)
        floor = measured([sys.executable, "-c", FLOOR, *files], project)
        print(f"workbooks read and checked / floor  {taken.wall / floor.wall:5.2f} × wall   {taken.cpu / floor.cpu:5.2f} × CPU\n")
        show(f"{len(files)} workbooks, read and checked", taken)
        show("floor: their cells read", floor)
        print("\n" + subprocess.run([sys.executable, "-c", IMPORT, *files], cwd=project, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main()
