"""Panels of dossier logs that an office takes in: whole or not at all, one panel a unit and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis import codes
from analysis.ingest.dossiers.panel_file import Account, read_panel
from analysis.ingest.dossiers.tables import CELLS
from analysis.ingest.intake import Arrival, NotAsAsked, free_id, refuse_same, safe_name, synthetic_set_out
from analysis.sources import Source, sha256_of
from analysis.text import day_of_iso, number

PANEL_LAYOUT = "dossier-panel"
SHORT_VI = "sổ hồ sơ một cửa, bảng tổng hợp"
TERMS = "Số liệu tổng hợp của đơn vị, không có dữ liệu cá nhân; ô dưới 5 hồ sơ không công bố"


@dataclass(frozen=True)
class PanelArrival:
    """A panel ready to be placed, with its account."""

    account: Account
    arrival: Arrival


def receive_panel(path: Path, registered: Sequence[Source], received_on: date, replaces: str | None, *, replaces_synthetic: bool) -> PanelArrival:
    """What importing a panel would do; a real panel takes the place of the whole synthetic set when that is asked for.

    Raises ``DataFaults`` for a file that is no panel, ``NotAsAsked`` where the same bytes are in force, the source to replace is not
    one, or a real panel would stand beside a synthetic one.
    """
    account, sha256 = read_panel(path, path.name).account, sha256_of(path)
    refuse_same(path, sha256, registered, replaces)
    gone = synthetic_set_out(registered, is_synthetic=account.is_synthetic, replaces_synthetic=replaces_synthetic)
    old = [*_replaced(path, registered, replaces), *gone]
    return PanelArrival(account, Arrival(path, _entry(path, sha256, account, registered, received_on), tuple(dict.fromkeys(old))))


def _replaced(path: Path, registered: Sequence[Source], replaces: str | None) -> list[Source]:
    if replaces is None:
        return []
    named = [source for source in registered if source.is_in_force and source.source_id == replaces and source.table == CELLS]
    if not named:
        raise NotAsAsked(f"{path.name}: không có bảng tổng hợp sổ hồ sơ đang dùng mang mã “{replaces}”. Xem các mã bằng lệnh “lantoa received”.")
    return named


def _entry(path: Path, sha256: str, account: Account, registered: Sequence[Source], received_on: date) -> Source:
    source_id = free_id(f"dossiers-{received_on:%Y%m%d}-{sha256[:8]}", {source.source_id for source in registered})
    aside = [f"{codes.DOSSIER_REASONS[reason]}: {number(rows)}" for reason, rows in account.set_aside.items()]
    return Source(
        source_id=source_id,
        path=f"dossiers/{source_id}/{safe_name(path.name)}",
        table=CELLS,
        short_vi=SHORT_VI,
        publisher="đơn vị vận hành phần mềm một cửa",
        document=f"{account.name_vi}, bảng tổng hợp, tệp {path.name}",
        edition=_edition(account),
        published="không công bố",
        received_on=received_on.isoformat(),
        addresses=(f"tệp {path.name} của đơn vị",),
        sha256=sha256,
        is_synthetic=account.is_synthetic,
        terms=TERMS,
        note=f"{number(account.rows_in)} dòng vào, {number(account.rows_counted)} dòng được tính. "
        + ("Để riêng: " + "; ".join(aside) + "." if aside else ""),
        layout=PANEL_LAYOUT,
    )


def _edition(account: Account) -> str:
    if not account.first_day:
        return "không có hồ sơ nào"
    return f"hồ sơ tiếp nhận từ {day_of_iso(account.first_day)} đến {day_of_iso(account.last_day)}"
