"""Click in Vietnamese: headings of help pages and messages of a wrong command line."""

from difflib import get_close_matches
from typing import Any

import click

HEADINGS = {"Options": "Tùy chọn", "Commands": "Lệnh", "Arguments": "Tham số"}


class Formatter(click.HelpFormatter):
    """Help pages with Vietnamese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args.replace("[OPTIONS]", "[TÙY CHỌN]").replace("COMMAND [ARGS]...", "LỆNH …"), prefix or "Cách dùng: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(HEADINGS.get(heading, heading))

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        translated = [(term, _help_text(text)) for term, text in rows]
        super().write_dl(translated, col_max, col_spacing)


def _help_text(text: str) -> str:
    fixed = {"Show this message and exit.": "Hiện trợ giúp này.", "Show the version and exit.": "Hiện phiên bản."}
    return fixed.get(text, text.replace("[required]", "(bắt buộc)"))


click.Context.formatter_class = Formatter


def explain(error: click.UsageError) -> str:
    """One Vietnamese sentence for a wrong command line, with the nearest right word."""
    match error:
        case click.NoSuchOption():
            return f"không có tùy chọn “{error.option_name}”{_near(error.option_name, error.possibilities or [])}"
        case click.exceptions.NoSuchCommand():
            group = error.ctx.command if error.ctx else None
            known = list(group.commands) if isinstance(group, click.Group) else []
            return f"không có lệnh “{error.command_name}”{_near(error.command_name, known)} Các lệnh: {', '.join(known)}."
        case click.MissingParameter():
            return f"thiếu “{_called(error.param)}”{_EXAMPLES.get(_called(error.param), '')}."
        case click.BadParameter() if error.param and isinstance(error.param.type, click.Choice):
            return f"giá trị của “{error.param.opts[0]}” không dùng được; chấp nhận: {', '.join(error.param.type.choices)}."
        case click.BadParameter():
            return f"giá trị của “{_called(error.param)}” không dùng được: {error.message}"
        case _:
            return error.format_message()


_EXAMPLES = {
    "--year": " (ví dụ --year 2021)",
    "--kind": " (activity-log, plan, pci-workbook, papi-workbook hoặc index-annex)",
    "--index": " (ví dụ --index SIPAS)",
    "--plan": " (ví dụ --plan 6334/KH-UBND)",
}
_ARGUMENTS = {"files": "tên tệp", "file": "tên tệp", "source_id": "mã nguồn", "year": "năm"}


def _called(param: click.Parameter | None) -> str:
    """An option by its name, an argument by what it means."""
    name = param.opts[0] if param else "tham số"
    return _ARGUMENTS.get(name, name)


def _near(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; có phải “{close[0]}”?" if close else "."
