"""Files into the project and back to their sender: placed, registered and built; or marked where they are faulty."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli.project_files import beside
from analysis.cli.told import marked_line
from analysis.errors import DataFaults, LantoaError
from analysis.project import Project

if TYPE_CHECKING:
    from analysis.ingest.intake import Arrival


def place_files(project: Project, arrivals: "Sequence[Arrival]") -> None:
    """Put files under ``data/raw`` and into the register, build with them and with the office's index folder, and keep the tables."""
    from analysis import store
    from analysis.cli.inputs import inputs_hash
    from analysis.ingest.index_folder import folder_sources
    from analysis.ingest.intake import place

    build, sources = place(project.raw, arrivals, folder_sources(project.index_folder, project.raw))
    store.write(project.processed, inputs_hash(sources, project.index_folder, project.own_maps), build.tables)


def mark(project: Project, path: Path, error: DataFaults) -> list[str]:
    """The workbook with the faulty cells marked, beside the received file; none when no fault names a cell.

    The faults are told whether or not it can be written.
    """
    from analysis.ingest.fault_workbook import write_fault_workbook
    from analysis.ingest.log_versions import marked_name
    from analysis.ingest.workbooks import read_workbook

    if not any(fault.cell for fault in error.faults):
        return []
    target = marked_name(beside(project, path))
    try:
        write_fault_workbook(path, read_workbook(path, path.name), error.faults, getattr(error, "notices", ()), target)
    except (LantoaError, OSError) as failure:
        return [f"Chưa ghi được tệp đánh dấu ô lỗi {target.name}: {failure}"]
    return [marked_line(target)]
