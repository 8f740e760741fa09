"""Faults are told all together, grouped, in Vietnamese; exit codes are for schedulers."""

from analysis.errors import (
    EXIT_DATA_FAULTS,
    EXIT_LOCKED,
    FAULTS_SHOWN_PER_CAUSE,
    PLACES_SHOWN,
    Cell,
    DataFaults,
    Fault,
    Notice,
    RunLocked,
    describe_faults,
    notice_lines,
)


def make_fault(cause: str = "Giá trị lạ", line: int = 2, found: str = "x") -> Fault:
    return Fault(cause, f"a.csv, dòng {line}", f"“{found}”", "1", "sửa ô")


def test_a_fault_names_the_place_the_value_what_is_accepted_and_what_to_do():
    assert str(make_fault()) == "a.csv, dòng 2: gặp “x”; chấp nhận: 1. Cách xử lý: sửa ô."


def test_faults_are_grouped_by_cause_with_counts():
    told = describe_faults([make_fault("A", 2), make_fault("B", 3), make_fault("A", 4)])
    assert told.startswith("Dữ liệu có 3 lỗi; chưa ghi gì")
    assert told.index("[2 lỗi] A") < told.index("dòng 4") < told.index("[1 lỗi] B")


def test_a_long_group_is_cut_and_says_how_much_is_left():
    told = describe_faults([make_fault(line=line, found=f"x{line}") for line in range(FAULTS_SHOWN_PER_CAUSE + 5)])
    assert told.count("a.csv") == FAULTS_SHOWN_PER_CAUSE
    assert "… và 5 lỗi cùng loại" in told


def test_a_value_repeated_in_many_places_is_told_once_with_the_first_places():
    told = describe_faults([make_fault(line=line) for line in range(PLACES_SHOWN + 300)])
    assert told.count("gặp “x”") == 1
    assert told.count("a.csv") == PLACES_SHOWN
    assert "và 300 chỗ khác" in told


def test_a_notice_said_of_several_places_is_one_line():
    lines = notice_lines([Notice("Tên cột", f"tệp {number}", "hiểu “Đơn vi” là “Đơn vị thực hiện”") for number in (1, 2)])
    assert lines == ["  - Tên cột: hiểu “Đơn vi” là “Đơn vị thực hiện” (tệp 1; tệp 2)"]


def test_a_cell_is_called_as_excel_calls_it():
    assert [Cell("S", 3, column).name for column in (1, 26, 27, 52, 703)] == ["A3", "Z3", "AA3", "AZ3", "AAA3"]


def test_a_long_group_does_not_hide_the_next_cause():
    told = describe_faults([make_fault(line=line) for line in range(100)] + [make_fault("Khác", 999)])
    assert "dòng 999" in told


def test_data_faults_keep_every_fault_and_exit_with_their_own_code():
    error = DataFaults([make_fault(line=line) for line in range(50)])
    assert len(error.faults) == 50
    assert (error.exit_code, RunLocked.exit_code) == (EXIT_DATA_FAULTS, EXIT_LOCKED)
