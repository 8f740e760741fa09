"""The project as commands on files find it: files that are there, places that may be written, tables up to date, one import at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.errors import LantoaError
from analysis.project import Project, open_project

if TYPE_CHECKING:
    from analysis.store import Tables


class ReceivedFile(click.ParamType[Path]):
    """A file that is there."""

    name = "TỆP"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.is_file():
            return path
        self.fail(f"“{value}” là thư mục, cần tên tệp." if path.is_dir() else f"không có tệp “{value}”; kiểm tra lại tên và đường dẫn.", param, ctx)


class Year(click.ParamType[int]):
    """A calendar year."""

    name = "NĂM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if str(value).isdigit() and len(str(value)) == len("2021"):
            return int(value)
        self.fail(f"gặp “{value}”, cần năm bốn chữ số như 2021.", param, ctx)


class WrittenWorkbook(click.ParamType[Path]):
    """A workbook to write: a file name that ends in .xlsx and is no folder."""

    name = "TỆP"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.is_dir():
            self.fail(f"“{value}” là thư mục, cần tên tệp .xlsx, ví dụ {path / 'ten-tep.xlsx'}.", param, ctx)
        if path.suffix.lower() != ".xlsx":
            self.fail(f"gặp “{value}”, cần tên tệp có đuôi .xlsx, ví dụ {path.with_suffix('.xlsx') if path.stem else 'ten-tep.xlsx'}.", param, ctx)
        return path


class WholeNumber(click.ParamType[int]):
    """A whole number from ``low`` to ``high`` (None: without end)."""

    name = "SỐ"

    def __init__(self, low: int, high: int | None = None) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(str(value))
        except ValueError:
            number = self.low - 1
        if number < self.low or (self.high is not None and number > self.high):
            self.fail(f"gặp “{value}”, cần số nguyên từ {self.low} {'trở lên' if self.high is None else f'đến {self.high}'}.", param, ctx)
        return number


RECEIVED, WRITTEN, WORKBOOK, YEAR = ReceivedFile(), click.Path(path_type=Path), WrittenWorkbook(), Year()


def refuse_overwriting(project: Project, path: Path, force: bool) -> None:
    """Hold that a file may be written: not over another unless asked, never among the registered ones. Raises ``LantoaError``."""
    if path.resolve().is_relative_to(project.raw.resolve()):
        raise LantoaError(f"{path} nằm trong data/raw, nơi chỉ giữ tệp đã đăng ký. Hãy chọn thư mục khác.")
    if path.exists() and not force:
        raise LantoaError(f"Đã có tệp {path}. Hãy chọn tên khác hoặc thêm --force để ghi đè.")


def beside(project: Project, path: Path) -> Path:
    """The file's own place, or the same name in the project's folder for a file that is kept in ``data/raw``."""
    return project.root / path.name if path.resolve().is_relative_to(project.raw.resolve()) else path


def ready_project() -> Project:
    """The project around the working folder, its tables up to date."""
    from analysis.cli.commands import refresh

    project = open_project()
    refresh(project, is_told=False)
    return project


@contextmanager
def held_project() -> Iterator[Project]:
    """The project with its tables up to date, held alone: what is decided on its tables holds until the file is in."""
    from analysis.ingest.unfinished import holding

    with holding(open_project().raw):
        yield ready_project()


def tables_of(project: Project) -> "Tables":
    """The tables of the current build."""
    from analysis.store import Tables

    return Tables(project.processed)
