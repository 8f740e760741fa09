"""The false-alarm table as it is read: what each method's promise rests on, how far it is kept, what the method could find."""

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.figures.methods_calibration import PRINTED_VI, STATISTIC_VI

_LONG = "chuỗi dài"
_INDEPENDENT = "điểm các năm độc lập với nhau"
_MANY = "nhiều tỉnh cùng có kế hoạch, không phải một tỉnh"
_NORMAL = "chênh lệch giữa các tỉnh phân phối chuẩn, tỉnh nào cũng dao động như nhau"
_EXCHANGEABLE = "khi chưa có kế hoạch, tỉnh được xét không khác gì các tỉnh đem so"
PROMISE_RESTS_ON_VI = {
    "before_after": f"{_INDEPENDENT} và không gì khác làm điểm thay đổi",
    "two_way_fixed_effects_cluster": _MANY,
    "two_way_fixed_effects_hc1": f"{_MANY}; {_INDEPENDENT}",
    "two_way_fixed_effects_iid": f"{_INDEPENDENT}, tỉnh nào cũng dao động như nhau",
    "demeaned_did_hc1": _MANY,
    "interrupted_time_series_ols": f"{_INDEPENDENT} quanh đường thẳng của chính tỉnh",
    "interrupted_time_series_hac": f"{_LONG}, dao động quanh đường thẳng của chính tỉnh",
    "interrupted_time_series_glsar": f"{_LONG}, tự tương quan bậc một quanh đường thẳng",
    "interrupted_time_series_local_level": f"{_LONG}, mức của tỉnh trôi ngẫu nhiên",
    "gap_to_others": "khoảng cách các năm độc lập với nhau quanh đường thẳng",
    "debiased_t_test": f"{_LONG}, khoảng cách đến nhóm đối chứng ổn định",
}


def false_alarms(rows: pd.DataFrame, measured_on: str, effect_sd: float, rests_on: Provenance) -> Table:
    """One row a method and p-value, worst first, those that could not be measured last with the reason."""
    columns = (
        Column("Cách tính"),
        Column("p dựa trên"),
        Column("Lời hứa 5 % đúng khi"),
        Column("Báo động nhầm", 1, is_percent=True),
        Column("± (điểm %)", 1),
        Column("Nhận ra khi có thật", 0, is_percent=True),
        Column("Khoảng 95 % chứa mức thật", 0, is_percent=True),
        Column("Trong báo cáo"),
    )
    notes = (
        f"Đo trên {measured_on}. ±: sai số của tỷ lệ đo được, tính theo tỉnh vì các kế hoạch giả định của cùng một tỉnh chồng lên nhau.",
        f"Nhận ra khi có thật: khi cộng thêm {text.number(effect_sd, 1)} lần độ lệch chuẩn của chênh lệch ở các kế hoạch giả định; "
        "với cách tính hay báo động nhầm, tỷ lệ này không nói lên điều gì.",
        "p theo thứ hạng giữ lời hứa theo cách xây dựng: mỗi tỉnh được xếp giữa chính các tỉnh kia, nên tỷ lệ đo được ở quanh hoặc dưới 5 %.",
    )
    ordered = rows.sort_values("false_alarm_rate", ascending=False, kind="stable", na_position="last")
    return Table(
        "calibration", "Mỗi cách tính báo động nhầm bao nhiêu, nhận ra được bao nhiêu", columns, tuple(map(_row, _records(ordered))), rests_on, notes
    )


def promise_rests_on(name: str, statistic: str) -> str:
    """What must hold for a p-value at most 5 % to be as rare as it says."""
    if statistic == "rank":
        return _EXCHANGEABLE
    return PROMISE_RESTS_ON_VI.get(name, _NORMAL)


def _records(rows: pd.DataFrame) -> list[dict[str, Cell]]:
    return [{str(name): cell(value) for name, value in record.items()} for record in rows.to_dict("records")]


def _row(record: dict[str, Cell]) -> tuple[Cell, ...]:
    error = record["monte_carlo_error"]
    return (
        text.sentence_case(str(record["name_vi"])),
        STATISTIC_VI[str(record["statistic"])],
        promise_rests_on(str(record["name"]), str(record["statistic"])),
        record["false_alarm_rate"],
        100 * error if isinstance(error, float) else None,
        record["power"],
        record["coverage"],
        str(record["refusal_vi"]) if record["refusal_vi"] else PRINTED_VI[bool(record["may_print"])],
    )
