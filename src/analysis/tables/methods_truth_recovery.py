"""The truth-recovery table as it is read: what was planted, what was found, how sure the errors were, what a report does with it."""

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.estimate.inside.truth_recovery import SMALL

ASSIGNED_VI = {"commune": "xã", "district": "huyện"}
PROMISE_VI = {"kept": "giữ lời hứa", "near": "sát dải, trong sai số đo", "broken": "không giữ lời hứa"}


def recovery(rows: pd.DataFrame, measured_on: str, rests_on: Provenance) -> Table:
    """One row a scenario, level of assignment, method and errors, in the order of the scenarios."""
    columns = (
        Column("Kịch bản"),
        Column("Giao theo"),
        Column("Cách tính"),
        Column("Sai số"),
        Column("Mức thật", 2),
        Column("Tìm thấy", 2),
        Column("Lệch (% mức thật)", 1),
        Column("± (điểm %)", 1),
        Column("Khoảng 95 % chứa mức thật", 1, is_percent=True),
        Column("Báo động nhầm", 1, is_percent=True),
        Column("Nhận ra mức nhỏ", 0, is_percent=True),
        Column("Nên dùng"),
        Column("Lời hứa"),
    )
    notes = (
        f"Đo trên {measured_on}. Mức thật là bình quân của đúng những ô mà cách tính nói tới; điểm phần trăm, riêng mô hình số hồ sơ là logit.",
        f"Nhận ra mức nhỏ: tỷ lệ p không quá 0,05 khi mức thật bằng {text.percent(SMALL, 0)} mức ghi ở cột “Mức thật”; chỉ đo khi được hỏi.",
        "Kịch bản đánh dấu * không thỏa giả định của cách tính nên dùng: đưa vào để thấy giới hạn, không để chấm lời hứa.",
    )
    return Table("recovery", "Mỗi cách tính tìm lại mức thật đến đâu", columns, tuple(_row(row) for _, row in rows.iterrows()), rests_on, notes)


def _row(row: "pd.Series[object]") -> tuple[Cell, ...]:
    numbers = ("truth", "estimate", "bias_pct", "bias_error_pct", "coverage", "false_alarm_rate", "power")
    judged = row["is_recommended"] and row["holds"]
    return (
        f"{text.sentence_case(str(row['scenario_vi']))}{'' if row['holds'] else ' *'}",
        ASSIGNED_VI[str(row["assignment"])],
        str(row["method_vi"]),
        str(row["errors_vi"]),
        *(cell(row[name]) for name in numbers),
        "có" if row["is_recommended"] else "không",
        PROMISE_VI[str(row["promise"])] if judged else None,
    )
