"""Tables of the chapter on next year's plan."""

from collections.abc import Mapping, Sequence

from analysis.blocks import Cell, Column, Provenance, Table
from analysis.estimate.inside.power import PowerResult


def items(rows: Sequence[tuple[Cell, ...]], rests_on: Provenance) -> Table:
    """One row an item: place in the plan, kind, activities, advice, facts."""
    columns = (Column("Mục"), Column("Nội dung"), Column("Hoạt động", 0), Column("Nên làm"), Column("Căn cứ"))
    notes = ("Xếp theo việc nên làm rồi theo số hoạt động. “Chia đợt”: xã nào bắt đầu trước do bốc thăm, không phải xã nào cần hơn.",)
    return Table("next-plan-items", "Từng mục của kế hoạch: giữ, bỏ, dời hay chia đợt", columns, tuple(rows), rests_on, notes)


def waves(found: Mapping[int, PowerResult], rests_on: Provenance) -> Table:
    """One row a number of waves, each spread over one year."""
    columns = (
        Column("Số đợt", 0),
        Column("Xã", 0),
        Column("Tháng so được", 0),
        Column("Nhận ra từ (điểm %)", 2),
        Column("± mô phỏng", 2),
        Column("Báo động nhầm", 1, is_percent=True),
    )
    rows = tuple(
        (count, power.units_count, power.compared_months, power.mde, power.mde_error, power.false_alarm_rate)
        for count, power in sorted(found.items())
    )
    notes = (
        "Tháng so được: tháng vừa có xã đã triển khai vừa có xã chưa. Nhận ra từ: thay đổi lâu dài nhỏ nhất mà phép thử tìm ra với khả năng 80 %, "
        "hai phía, mức 5 %; tính trên biến động của chính các xã trong 36 tháng gần nhất, mỗi xã nặng nhẹ theo số hồ sơ.",
    )
    return Table("next-plan-power", "Chia mấy đợt thì nhận ra được bao nhiêu", columns, rows, rests_on, notes)


def improvements(rows: Sequence[tuple[str, PowerResult]], rests_on: Provenance) -> Table:
    """What of the data would help most: the base first, then the changes from the smallest detectable effect on."""
    base = rows[0][1].mde
    columns = (Column("Nếu"), Column("Xã", 0), Column("Nhận ra từ (điểm %)", 2), Column("So với như nay", 0, is_percent=True))
    held = [rows[0], *sorted(rows[1:], key=lambda row: (row[1].mde is None, row[1].mde or 0.0))]
    told = tuple((said, power.units_count, power.mde, None if not base or power.mde is None else power.mde / base - 1) for said, power in held)
    notes = ("Cột cuối âm: nhận ra được thay đổi nhỏ hơn. Chênh lệch dưới vài phần trăm nằm trong sai số mô phỏng.",)
    return Table("next-plan-data", "Bổ sung số liệu nào thì năm sau trả lời được nhiều hơn", columns, told, rests_on, notes)
