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
            example = " (ví dụ --year 2021)" if error.param and "--year" in error.param.opts else ""
            return f"thiếu “{error.param.opts[0] if error.param else '?'}”{example}."
        case click.BadParameter():
            return f"giá trị của “{error.param.opts[0] if error.param else 'tham số'}” không dùng được: {error.message}"
        case _:
            return error.format_message()


def _near(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; có phải “{close[0]}”?" if close else "."
