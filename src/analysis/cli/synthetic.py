"""``lantoa simulate``: make the labelled synthetic set anew and register it."""

from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pandas as pd

from analysis.errors import LantoaError
from analysis.ingest.build import build_tables
from analysis.ingest.dossiers.intake import PANEL_LAYOUT
from analysis.project import DOSSIER_MAPPING, Project
from analysis.simulate import TRUTH, simulate_activities, simulate_uptake, truth_statement, write_dossiers
from analysis.sources import Source, read_register, registered_paths, rewrite, sha256_of

FOLDER = "synthetic"
MADE = ("activities", "uptake", "dossier_cells")
PANEL_MONTHS = ("2021-01", "2022-12")  # of the dossier log: two years are enough to show, and stay small
RECEIVED_ON = "2026-11-22"
PUBLISHER = "bộ công cụ lantoa tự tạo"
TERMS = "Số liệu mô phỏng, không phải số liệu của cơ quan nào; không trích dẫn"


class SyntheticRefused(LantoaError):
    """The synthetic set would come to stand beside real logs or counts."""


def make_synthetic(project: Project) -> list[Source]:
    """Write activity log, monthly uptake and the panel of a dossier log of the seed in the settings, in place of an earlier synthetic set."""
    _clear_unfinished(project.raw)
    registered = read_register(project.raw)
    _refuse_beside_real(registered)
    real = [source for source in registered if not source.is_synthetic]
    tables = build_tables(project.raw, real).tables
    seed = project.settings.synthetic_seed
    activities = simulate_activities(tables["plan_items"], tables["units"], seed=seed)
    uptake = simulate_uptake(tables["units"], activities, seed=seed)
    folder = f"{FOLDER}/seed-{seed}"
    log = "Nhật ký hoạt động truyền thông 2019–2024 (mô phỏng)"
    monthly = "Hồ sơ theo tháng của 91 xã và 20 sở, ngành 2019–2024 (mô phỏng)"
    made = [
        _write(project.raw, f"{folder}/activity_log_2019_2024.csv", activities, "activities", log, seed),
        _write(project.raw, f"{folder}/uptake_monthly_2019_2024.csv", uptake, "uptake", monthly, seed),
        _write_panel(project.raw, f"{folder}/dossier_panel_2021_2022.parquet", tables["units"], activities, seed),
    ]
    rewrite(project.raw, without={source.source_id for source in registered if source.is_synthetic}, adding=made)
    for old in {source.path for source in registered if source.is_synthetic} - {source.path for source in made}:
        (project.raw / old).unlink()
    return made


def _refuse_beside_real(registered: list[Source]) -> None:
    """Invented logs and counts must not come back beside real ones."""
    real = [source.source_id for source in registered if source.table in MADE and source.is_in_force and not source.is_synthetic]
    if real:
        raise SyntheticRefused(
            f"Bộ đang dùng số liệu thật ({', '.join(real)}), nên không tạo lại bộ mô phỏng: hai loại không được lẫn nhau. "
            "Muốn thử bộ mô phỏng, hãy dùng một bản sao khác của bộ lantoa."
        )


def _clear_unfinished(raw: Path) -> None:
    """Files of the synthetic folder that an interrupted run wrote and never registered."""
    known = registered_paths(raw)
    for path in sorted((raw / FOLDER).rglob("*")):
        if path.is_file() and path.relative_to(raw).as_posix() not in known:
            path.unlink()


def _write(raw: Path, path: str, table: pd.DataFrame, name: str, document: str, seed: int) -> Source:
    target = _target(raw, path)
    shown = table.map(lambda value: str(value).lower() if isinstance(value, bool) else value)
    shown.to_csv(target, index=False, lineterminator="\n", date_format="%Y-%m-%d", encoding="utf-8")
    return _source(raw, path, name, document, seed)


def _write_panel(raw: Path, path: str, units: pd.DataFrame, activities: pd.DataFrame, seed: int) -> Source:
    """The dossiers behind the monthly table, summed up as those of an office would be."""
    from analysis.ingest.dossiers.engines import DUCKDB
    from analysis.ingest.dossiers.mapping import read_mapping
    from analysis.ingest.dossiers.summing import find, sum_up

    with TemporaryDirectory() as workspace:
        log, panel = Path(workspace) / "so", Path(workspace) / "panel.parquet"
        write_dossiers(log, units, activities, seed=seed)
        mapping = read_mapping(log / DOSSIER_MAPPING)
        shown = [part for part in find(log, mapping) if PANEL_MONTHS[0] <= part.name.partition("=")[2][:7] <= PANEL_MONTHS[1]]
        sum_up(shown, mapping, units, panel, DUCKDB, lambda _: None)
        copyfile(panel, _target(raw, path))
    return _source(raw, path, "dossier_cells", "Bảng tổng hợp sổ hồ sơ 2021–2022 (mô phỏng)", seed, PANEL_LAYOUT)


def _target(raw: Path, path: str) -> Path:
    target = raw / path
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _source(raw: Path, path: str, name: str, document: str, seed: int, layout: str = "") -> Source:
    return Source(
        source_id=f"synthetic-{name.replace('_cells', 's')}",
        path=path,
        table=name,
        short_vi=f"{document[:1].lower()}{document[1:]}",
        publisher=PUBLISHER,
        document=document,
        edition=f"hạt giống {seed}",
        published="không công bố",
        received_on=RECEIVED_ON,
        addresses=("lệnh lantoa simulate",),
        sha256=sha256_of(raw / path),
        is_synthetic=True,
        terms=TERMS,
        note=truth_statement(TRUTH),
        layout=layout,
    )
