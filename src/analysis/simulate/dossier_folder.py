"""Synthetic dossiers as a folder of Parquet files, a file a month, with the mapping file that a reader of logs needs."""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from analysis.errors import writing_to
from analysis.project import DOSSIER_MAPPING
from analysis.simulate.dossier_log import DossierLog, DossiersRefused
from analysis.simulate.dossier_rows import BATCH_ROWS
from analysis.simulate.roster import VINTAGE

FORMAT = 1  # raise it when the rows of a seed change, so that months written before are written anew
MONTH_FOLDER, MONTH_FILE = "thang={}", "ho-so.parquet"
UNFINISHED = ".dang-ghi"  # hidden names, which readers of the folder pass over
MARK = b"lantoa-mo-phong"  # in a file of ours: what its rows follow from
MAPPING_HEAD = "# Tệp ánh xạ cột của sổ hồ sơ MÔ PHỎNG do bộ lantoa tự tạo. Không phải số liệu của cơ quan nào.\n"
COLUMNS = {
    "dossier_id": "ma_ho_so",
    "unit": "ma_don_vi",
    "field": "linh_vuc",
    "service_level": "muc_do",
    "channel": "kenh",
    "received": "ngay_tiep_nhan",
    "due": "ngay_hen_tra",
    "resolved": "ngay_tra_ket_qua",
    "fee": "phi_le_phi",
    "paid_online": "thanh_toan_truc_tuyen",
    "digitised": "so_hoa",
    "synthetic": "la_mo_phong",
}
CODES = {
    "channel": {"1": "counter", "2": "online", "3": "post"},
    "service_level": {"4": "toan_trinh", "3": "mot_phan", "2": "no_online_service"},
}


def write_log(folder: Path, log: DossierLog, on_month: Callable[[str, int], None] | None = None) -> int:
    """Write every month of the log and its mapping file; the number of rows. See ``dossiers.write_dossiers``."""
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_beside_others(folder, log)
        _clear_unfinished(folder)
        (folder / DOSSIER_MAPPING).unlink(missing_ok=True)
        written = 0
        for month, count in _months_written(folder, log):
            written += count
            if on_month:
                on_month(month, count)
        _put(folder / DOSSIER_MAPPING, lambda path: path.write_text(mapping_text(log), encoding="utf-8", newline="\n"))
    return written


def mapping_text(log: DossierLog) -> str:
    """The mapping file: which column is what, how codes read, and that every row is invented."""
    told = {
        "name_vi": f"Sổ hồ sơ mô phỏng, hạt giống {log.seed}",
        "vintage": VINTAGE,
        "is_synthetic": True,
        "exported_on": str(log.exported_on),
        "columns": COLUMNS,
        "codes": CODES,
    }
    return MAPPING_HEAD + yaml.safe_dump(told, allow_unicode=True, sort_keys=False)


def _months_written(folder: Path, log: DossierLog) -> Iterator[tuple[str, int]]:
    for position, month in enumerate(log.months):
        path = folder / MONTH_FOLDER.format(month) / MONTH_FILE
        mark = _mark(log, position)
        if not path.exists() or _mark_of(path) != mark:
            path.parent.mkdir(exist_ok=True)
            _put(path, partial(_write, log, position, mark))
        yield str(month), int(log.counts["received_count"][:, position].sum())


def _write(log: DossierLog, position: int, mark: bytes, path: Path) -> None:
    rows = log.month(position).rows
    texts = ["ma_don_vi", "linh_vuc", "muc_do", "kenh", "phi_le_phi"]
    with pq.ParquetWriter(path, rows.schema, compression="zstd", use_dictionary=texts, store_schema=False) as writer:
        writer.write_table(rows, row_group_size=BATCH_ROWS)
        writer.add_key_value_metadata({MARK: mark})


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Write under a hidden name beside the path and rename, so that the path is whole or as it was."""
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _clear_unfinished(folder: Path) -> None:
    """What a killed run left under hidden names."""
    for path in folder.rglob(f".*{UNFINISHED}"):
        path.unlink()


def _mark(log: DossierLog, position: int) -> bytes:
    """What the rows of a month follow from; the same mark, the same rows."""
    told = {
        "format": FORMAT,
        "seed": log.seed,
        "month": str(log.months[position]),
        "exported_on": str(log.exported_on),
        "online_duration_factor": log.truth.online_duration_factor,
        "units": [[unit.code, unit.name, unit.level] for unit in log.units],
        "counts": {name: values[:, position].tolist() for name, values in log.counts.items()},
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest().encode()


def _mark_of(path: Path) -> bytes | None:
    """The mark of a month's file; None where it has none or is no whole Parquet file."""
    try:
        return (pq.read_metadata(path).metadata or {}).get(MARK)
    except pa.ArrowException:
        return None


def _refuse_beside_others(folder: Path, log: DossierLog) -> None:
    """A folder with anything but the months asked for and their mapping would be read as one log with them."""
    expected = {folder / MONTH_FOLDER.format(month) / MONTH_FILE for month in log.months}
    months = {path.parent for path in expected}
    found = sorted(path for path in folder.rglob("*") if path not in months and not path.name.endswith(UNFINISHED))
    others = [path for path in found if not _is_ours(path, folder, expected)]
    if others:
        shown = ", ".join(path.relative_to(folder).as_posix() for path in others[:5])
        raise DossiersRefused(
            f"Thư mục {folder} đã có {len(others)} tệp, thư mục khác ({shown}); hồ sơ mô phỏng không ghi lẫn vào đó. "
            "Hãy chọn một thư mục trống hoặc dọn thư mục này."
        )


def _is_ours(path: Path, folder: Path, expected: set[Path]) -> bool:
    if path == folder / DOSSIER_MAPPING:
        return path.read_bytes().startswith(MAPPING_HEAD.encode())
    return path in expected and _mark_of(path) is not None
