"""Small dossier logs for tests, written as a vendor would, and their panel worked out by plain pandas, row by row."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

EXPORTED_ON = date(2021, 12, 31)
UNITS = ("25741", "25744", "25747")
MAPPING = """\
name_vi: Sổ hồ sơ thử
vintage: 63-tinh
is_synthetic: true
exported_on: 2021-12-31
columns:
  dossier_id: ma_ho_so
  unit: ma_don_vi
  field: linh_vuc
  service_level: muc_do
  channel: kenh
  received: ngay_tiep_nhan
  due: ngay_hen_tra
  resolved: ngay_tra_ket_qua
  fee: phi_le_phi
  paid_online: thanh_toan_truc_tuyen
  digitised: so_hoa
  synthetic: la_mo_phong
codes:
  channel: {"1": counter, "2": online, "3": post}
  service_level: {"4": toan_trinh, "3": mot_phan, "2": no_online_service}
"""
LEVELS = {4: "toan_trinh", 3: "mot_phan", 2: "no_online_service"}
CHANNELS = {1: "counter", 2: "online", 3: "post"}
KEY = ["unit_code", "period_month", "field_vi", "service_level", "channel"]


def sound_log(rows: int, seed: int) -> pd.DataFrame:
    """Dossiers without a fault, received over 2021, some near midnight on the last day of a month, some without a result."""
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 365 * 24 * 60, rows)
    received = pd.Timestamp("2021-01-01") + pd.to_timedelta(minutes, unit="min")
    late = rng.random(rows) < 0.1
    received = received.where(~late, received.to_period("M").end_time.floor("min"))
    days = rng.integers(0, 40, rows)
    resolved = pd.Series(received + pd.to_timedelta(days, unit="D"))
    resolved = resolved.where((resolved <= pd.Timestamp("2021-12-31 23:59")) & (rng.random(rows) < 0.95))
    level = rng.choice([2, 3, 4], rows)
    channel = np.where(level == 2, rng.choice([1, 3], rows), rng.choice([1, 2, 3], rows))
    fee = rng.choice([0, 15_000, 120_000], rows)
    return pd.DataFrame(
        {
            "ma_ho_so": [f"H09-{number:06d}" for number in range(rows)],
            "ho_ten": "không được đọc",
            "ma_don_vi": rng.choice(UNITS, rows),
            "linh_vuc": rng.choice(["Hộ tịch", "Đất đai", ""], rows),
            "muc_do": level,
            "kenh": channel,
            "ngay_tiep_nhan": pd.Series(received).astype("datetime64[us]"),
            "ngay_hen_tra": pd.Series(received + pd.Timedelta(days=15)).astype("datetime64[us]"),
            "ngay_tra_ket_qua": resolved.astype("datetime64[us]"),
            "phi_le_phi": fee,
            "thanh_toan_truc_tuyen": (fee > 0) & (rng.random(rows) < 0.4),
            "so_hoa": rng.random(rows) < 0.7,
            "la_mo_phong": True,
        }
    )


FAULTS = {
    "no_unit": ("ma_don_vi", " "),
    "unknown_unit": ("ma_don_vi", "99999"),
    "unit_of_other_vintage": ("ma_don_vi", "28"),
    "no_dossier_id": ("ma_ho_so", ""),
    "no_received_day": ("ngay_tiep_nhan", pd.NaT),
    "before_2000": ("ngay_tiep_nhan", pd.Timestamp("1999-12-31 10:00")),
    "in_future": ("ngay_tiep_nhan", pd.Timestamp("2022-01-01 00:30")),
    "outside_vintage": ("ngay_tiep_nhan", pd.Timestamp("2008-07-31 10:00")),
    "result_before_receipt": ("ngay_tra_ket_qua", pd.Timestamp("2009-01-01 10:00")),
    "unknown_channel": ("kenh", 7),
    "unknown_level": ("muc_do", 9),
    "negative_fee": ("phi_le_phi", -5),
    "not_marked_synthetic": ("la_mo_phong", False),
}


def with_faults(log: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The log with one row spoilt for each reason, and one repeated with a later result; the reason of every row, "" if counted."""
    spoilt = log.copy()
    reasons = pd.Series("", index=spoilt.index)
    for position, (reason, (column, value)) in enumerate(FAULTS.items()):
        spoilt.loc[position, column] = value
        reasons[position] = reason
    spoilt.loc[20, ["muc_do", "kenh"]] = [2, 2]  # online where no online service is: counted, at a level not known
    spoilt.loc[21, ["phi_le_phi", "thanh_toan_truc_tuyen"]] = [0, True]  # paid where there is no fee: no payment
    again = spoilt.loc[[30, 31]].assign(ngay_tra_ket_qua=pd.Timestamp("2021-12-31 08:00"))
    reasons[[30, 31]] = "repeated_id"
    return pd.concat([spoilt, again], ignore_index=True), pd.concat([reasons, pd.Series(["", ""])], ignore_index=True)


def plain_panel(log: pd.DataFrame) -> pd.DataFrame:
    """The panel of sound rows, by pandas alone: groups of rows, quantiles of each group's own days."""
    rows = log.assign(
        unit_code=log["ma_don_vi"],
        period_month=log["ngay_tiep_nhan"].dt.strftime("%Y-%m"),
        field_vi=log["linh_vuc"].replace("", "Không ghi"),
        service_level=log["muc_do"].map(LEVELS).mask((log["muc_do"] == 2) & (log["kenh"] == 2), "not_known"),
        channel=log["kenh"].map(CHANNELS),
        days=(log["ngay_tra_ket_qua"].dt.normalize() - log["ngay_tiep_nhan"].dt.normalize()).dt.days,
        is_online=log["kenh"] == 2,
        has_fee=log["phi_le_phi"] > 0,
        is_paid=log["thanh_toan_truc_tuyen"] & (log["phi_le_phi"] > 0),
        has_result=log["ngay_tra_ket_qua"].notna(),
        is_on_time=log["ngay_tra_ket_qua"].dt.normalize() <= log["ngay_hen_tra"].dt.normalize(),
    )
    groups = rows.groupby(KEY)
    return pd.DataFrame(
        {
            "received_count": groups.size(),
            "online_count": groups["is_online"].sum(),
            "fee_count": groups["has_fee"].sum(),
            "paid_online_count": groups["is_paid"].sum(),
            "digitised_in_count": groups["so_hoa"].sum(),
            "resolved_count": groups["has_result"].sum(),
            "due_count": groups["has_result"].sum(),
            "on_time_count": groups["is_on_time"].sum(),
            "median_days": groups["days"].quantile(0.5),
            "p90_days": groups["days"].quantile(0.9),
        }
    ).reset_index()


def write_log(folder: Path, log: pd.DataFrame) -> Path:
    """The log as Parquet in three hive partitions, with its mapping."""
    for number in range(3):
        part = folder / f"phan={number}"
        part.mkdir(parents=True)
        log.iloc[number::3].to_parquet(part / "ho-so.parquet", index=False)
    (folder / "anh-xa.yml").write_text(MAPPING, encoding="utf-8")
    return folder
