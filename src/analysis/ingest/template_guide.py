"""What the template says to the official who fills it in: the columns, the ways to write, what must not be entered, how to send."""

from collections.abc import Iterator

from analysis.ingest.activity_log.layout import EXAMPLE_MARK, LISTS_SHEET, LOG_COLUMNS, LOG_SHEET

_MEANINGS = {
    "stt": "Đánh số 1, 2, 3 … Có thể để trống.",
    "plan_number": "Số, ký hiệu của kế hoạch. Để trống nếu hoạt động nằm ngoài kế hoạch.",
    "plan_item": "Chọn mục của kế hoạch mà hoạt động thực hiện. Để trống nếu hoạt động nằm ngoài kế hoạch.",
    "unit": "Đơn vị trực tiếp thực hiện hoạt động, chọn trong danh sách; mỗi dòng một đơn vị. "
    "Trung tâm Hành chính công tỉnh được tính là Văn phòng UBND tỉnh, ghi tên nào cũng được.",
    "channel": "Hình thức truyền thông, chọn trong danh sách.",
    "audience": "Hoạt động hướng đến ai, chọn trong danh sách. Cán bộ, công chức được tính riêng, không gộp với người dân, doanh nghiệp.",
    "start": "Ngày bắt đầu, ghi ngày/tháng/năm. "
    "Nếu chỉ nhớ đến tháng, quý, nửa năm thì ghi “tháng 5/{year}”, “Quý II/{year}”, “6 tháng đầu năm {year}”.",
    "end": "Ngày kết thúc. Để trống nếu hoạt động chỉ trong một ngày, hoặc “Từ ngày” đã ghi cả tháng, cả quý.",
    "title": "Tên hoặc nội dung ngắn gọn của hoạt động; mỗi hoạt động một dòng, không gộp nhiều hoạt động vào một dòng.",
    "quantity": "Đã làm bao nhiêu, theo “Đơn vị tính”. Không có số liệu thì để trống, đừng ghi 0.",
    "counter": "Số lượng ở trên đếm bằng gì (tin, bài, cuộc, buổi, tờ …), chọn trong danh sách.",
    "reach": "Số lượt người xem, nghe, tham dự … Không có số liệu thì để trống, đừng ghi 0.",
    "reach_kind": "Số lượt ở trên là lượt gì, chọn trong danh sách.",
    "reach_basis": "Số lượt được ghi nhận thật (danh sách, hệ thống đếm) hay do đơn vị ước tính.",
    "cost": "Kinh phí thực chi, tính bằng đồng. Không biết thì để trống.",
    "evidence": "Số văn bản, địa chỉ trang đăng tin, tên tệp lưu. Không dán hình ảnh vào ô.",
    "note": "Điều khác cần nói rõ.",
}
_WRITING = (
    ("Cách ghi ngày", "24/12/{year}; tháng 5/{year}; Quý II/{year}; 6 tháng đầu năm {year}. Ngày trước, tháng sau, năm đủ bốn chữ số."),
    ("Cách ghi số", "1250 hoặc 1.250 (dấu chấm ngăn hàng nghìn). Số ước chừng ghi kèm chữ: “gần 100”, “khoảng 1.200”, “trên 500”, “1,5 triệu”."),
    ("Khi Excel cảnh báo", "Nếu ghi bằng chữ như trên, Excel hỏi có giữ giá trị không: chọn Có (Yes)."),
    ("Không nhập", "Họ tên, số điện thoại, số căn cước, địa chỉ nhà của người dân hoặc người tham dự; chỉ ghi số lượng."),
    ("Dòng ví dụ", f"Hai dòng có STT “{EXAMPLE_MARK}1”, “{EXAMPLE_MARK}2” chỉ để xem cách ghi: có thể xóa hoặc để nguyên, không được nạp."),
    ("Giữ nguyên", "Không đổi tên các cột. Có thể chèn thêm dòng, thêm dòng cộng ở cuối, ghi chú và chữ ký dưới bảng."),
    (
        "Gửi tệp",
        "Lưu ở dạng .xlsx, không đặt mật khẩu, rồi gửi về Văn phòng UBND tỉnh. Nếu có lỗi, văn phòng gửi lại chính tệp này, ô cần sửa được tô màu.",
    ),
)


def guide_lines(plan_number: str, plan_title: str, year: int) -> Iterator[tuple[str, str]]:
    """Label and text of each line of the instruction sheet."""
    yield f"Hướng dẫn ghi nhật ký hoạt động truyền thông năm {year}", ""
    yield "Kế hoạch", f"{plan_number}: {plan_title}"
    yield "Cách dùng", f"Ghi vào trang “{LOG_SHEET}”, mỗi hoạt động một dòng. Các giá trị được chọn nằm ở trang “{LISTS_SHEET}”."
    yield "", ""
    yield "Ý nghĩa các cột", ""
    for column in LOG_COLUMNS:
        yield column.heading, ("(bắt buộc) " if column.is_required else "") + _MEANINGS[column.key].format(year=year)
    yield "", ""
    yield "Cách ghi", ""
    yield from ((label, said.format(year=year)) for label, said in _WRITING)
