"""The folders and the settings; nobody else builds a path.

The project folder is the nearest one above the working folder that holds ``lantoa.toml``.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from analysis.errors import LantoaError

SETTINGS_FILE = "lantoa.toml"


class SettingsUnusable(LantoaError):
    """``lantoa.toml`` is missing, unreadable or holds a setting that does not exist."""


@dataclass(frozen=True)
class Settings:
    """What an office sets once: province (63-tinh code), reports folder, seed of the synthetic set."""

    province: str = "74"
    reports: str = "reports"
    synthetic_seed: int = 6334


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
    def processed(self) -> Path:
        return self.root / "data" / "processed"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        return self.root / self.settings.reports


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
    return Settings(**found)


def _setting_fault(name: str, value: object, kinds: dict[str, type]) -> str | None:
    """What is wrong with one setting, quoted, or None."""
    if name not in kinds:
        return f"không có thiết lập “{name}”; chấp nhận: {', '.join(kinds)}"
    if type(value) is kinds[name]:
        return None
    accepted = f'văn bản trong dấu nháy, như {name} = "{value}"' if kinds[name] is str else "số nguyên, không có dấu nháy"
    return f"{name} = {value!r} không dùng được; chấp nhận: {accepted}"
