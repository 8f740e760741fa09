"""The folders and the settings; nobody else builds a path.

The project folder is the nearest one above the working folder that holds ``lantoa.toml``.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from analysis.errors import LantoaError

SETTINGS_FILE = "lantoa.toml"
DOSSIER_MAPPING = "anh-xa.yml"  # how the mapping of a dossier log is called that lies beside it
FEWEST_PLACEBO_PLANS = 100  # with fewer no false-alarm rate may be told
OWN_MAPS = "*.layout.yml"  # how an office calls its own layout maps


class SettingsUnusable(LantoaError):
    """``lantoa.toml`` is missing, unreadable or holds a setting that does not exist."""


@dataclass(frozen=True)
class Settings:
    """What an office sets once.

    ``province`` is a 63-tinh code; ``peers`` are the codes of the provinces it is held against (empty: those of its region);
    ``index_dir`` is a folder of the office's own index files (empty: none); ``synthetic_seed`` makes the synthetic set; ``placebo_plans`` is how
    often the comparison inside the province is tried on placebo plans, at least ``FEWEST_PLACEBO_PLANS``.
    """

    province: str = "74"
    reports: str = "reports"
    synthetic_seed: int = 6334
    index_dir: str = ""
    peers: tuple[str, ...] = ()
    placebo_plans: int = 999


@dataclass(frozen=True)
class Project:
    """A project folder and its settings."""

    root: Path
    settings: Settings

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def register(self) -> Path:
        return self.raw / "sources.yml"

    @property
    def own_maps(self) -> tuple[Path, ...]:
        """The office's own layout maps, which tell how its index files are read."""
        return tuple(sorted((self.root / "data").glob(OWN_MAPS)))

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / self.settings.reports

    @property
    def index_folder(self) -> Path | None:
        """The office's own index files, whether or not the folder is there; None when none is set."""
        return self.root / self.settings.index_dir if self.settings.index_dir else None


def open_project(start: Path | None = None) -> Project:
    """The project around ``start`` (default: the working folder). Raises ``SettingsUnusable``."""
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / SETTINGS_FILE).is_file():
            return Project(candidate, _read_settings(candidate / SETTINGS_FILE))
    raise SettingsUnusable(f"Không thấy tệp {SETTINGS_FILE} trong thư mục hiện tại hay thư mục cấp trên. Hãy chạy lệnh trong thư mục của bộ lantoa.")


def _read_settings(path: Path) -> Settings:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsUnusable(f"{path.name}: không đọc được ({error}). Hãy sửa cú pháp TOML rồi chạy lại.") from error
    kinds = {field.name: type(field.default) for field in fields(Settings)}
    faults = [fault for name, value in found.items() if (fault := _setting_fault(name, value, kinds))]
    if faults:
        raise SettingsUnusable(f"{path.name}: {'; '.join(faults)}. Hãy sửa rồi chạy lại.")
    chosen: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return Settings(**chosen)


def _setting_fault(name: str, value: object, kinds: dict[str, type]) -> str | None:
    """What is wrong with one setting, quoted, or None."""
    if name not in kinds:
        return f"không có thiết lập “{name}”; chấp nhận: {', '.join(kinds)}"
    kind = kinds[name]
    if kind is tuple and isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
        repeated = sorted({item for item in value if value.count(item) > 1})
        return f"{name} ghi hai lần {', '.join(repeated)}; chấp nhận: mỗi mã một lần" if repeated else None
    if name == "placebo_plans" and type(value) is int and value < FEWEST_PLACEBO_PLANS:
        return f"{name} = {value} quá nhỏ; chấp nhận: từ {FEWEST_PLACEBO_PLANS} trở lên"
    if type(value) is kind:
        return None
    accepted = {
        str: f'văn bản trong dấu nháy, như {name} = "{value}"',
        int: "số nguyên, không có dấu nháy",
        tuple: f'danh sách mã trong ngoặc vuông, mỗi mã trong dấu nháy, như {name} = ["75", "79"]',
    }
    return f"{name} = {value!r} không dùng được; chấp nhận: {accepted[kind]}"
