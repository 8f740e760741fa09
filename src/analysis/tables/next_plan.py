"""Tables of the chapter on next year's plan."""

from collections.abc import Mapping, Sequence

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table
from analysis.estimate.inside.power import PowerResult


def items(rows: Sequence[tuple[Cell, ...]], rests_on: Provenance) -> Table:
    """One row an item: place in the plan, kind, activities, advice, facts."""
    columns = (Column("Mục"), Column("Nội dung"), Column("Hoạt động", 0), Column("Nên làm"), Column("Căn cứ"))
    notes = ("Xếp theo việc nên làm rồi theo số hoạt động. “Chia đợt”: xã nào bắt đầu trước do bốc thăm, không phải xã nào cần hơn.",)
    return Table("next-plan-items", "Từng mục của kế hoạch: giữ, bỏ, dời hay chia đợt", columns, tuple(rows), rests_on, notes)


def waves(as_is: Mapping[int, PowerResult], if_all: Mapping[int, PowerResult], rests_on: Provenance) -> Table:
    """One row a number of waves, each spread over one year: the communes that sent a log, and beside them all, where both are known."""
    headed = as_is or if_all
    both = bool(as_is and if_all)
    columns = (
        Column("Số đợt", 0),
        Column("Xã có nhật ký" if as_is else "Xã", 0),
        Column("Tháng so được", 0),
        Column("Nhận ra từ (điểm %)", 2),
        Column("± mô phỏng", 2),
        Column("Báo động nhầm", 1, is_percent=True),
        *([Column("Nếu mọi xã gửi nhật ký: nhận ra từ (điểm %)", 2)] if both else []),
    )
    rows: list[tuple[Cell, ...]] = [
        (count, power.units_count, power.compared_months, power.mde, power.mde_error, power.false_alarm_rate)
        + ((if_all[count].mde if count in if_all else None,) if both else ())
        for count, power in sorted(headed.items())
    ]
    return Table("next-plan-power", "Chia mấy đợt thì nhận ra được bao nhiêu", columns, tuple(rows), rests_on, _terms(next(iter(headed.values()))))


def _terms(power: PowerResult) -> tuple[str, ...]:
    return (
        "Tháng so được: tháng vừa có xã đã triển khai vừa có xã chưa. Nhận ra từ: thay đổi lâu dài nhỏ nhất mà phép thử tìm ra với khả năng 80 %, "
        "hai phía, mức 5 %. Thay đổi lâu dài: mức thêm hoặc bớt có từ tháng bắt đầu và giữ nguyên các tháng sau, không phải của riêng một tháng.",
        "Biến động: phần lên xuống của từng xã từng tháng còn lại sau khi trừ mức riêng của xã và mức chung của tháng; lấy từ chính các xã trong "
        f"{power.past_months} tháng, từ {text.month(power.past_first)} đến {text.month(power.past_last)}, mỗi xã nặng nhẹ theo số hồ sơ.",
    )


def improvements(base: tuple[str, PowerResult], changes: Sequence[tuple[str, PowerResult]], rests_on: Provenance) -> Table:
    """What of the data would help most: the base first, then the changes from the smallest detectable change on."""
    columns = (Column("Nếu"), Column("Xã", 0), Column("Nhận ra từ (điểm %)", 2), Column("Nhạy hơn", 0, is_percent=True))
    held = sorted(changes, key=lambda row: (row[1].mde is None, row[1].mde or 0.0))
    mde, error = base[1].mde, base[1].mde_error
    told = [(said, power.units_count, power.mde, None if not mde or power.mde is None else 1 - power.mde / mde) for said, power in held]
    notes = ["Nhạy hơn: mức thay đổi nhận ra được nhỏ hơn dòng đầu bao nhiêu phần trăm; số âm là kém nhạy hơn."]
    if mde and error:
        notes.append(f"Chênh dưới {text.percent(2 * 2**0.5 * error / mde, 0)} nằm trong sai số mô phỏng.")
    rows = ((base[0], base[1].units_count, mde, None), *told)
    title = "Bổ sung số liệu nào thì năm sau nhận ra được thay đổi nhỏ hơn"
    return Table("next-plan-data", title, columns, rows, rests_on, (" ".join(notes),))
