"""The ``lantoa`` command: parsing and wiring only; messages in Vietnamese, exit codes for schedulers.

0 done · 1 our fault · 2 wrong command line · 3 data faults · 5 another run holds the folder.
"""

import sys
import traceback

import click

from analysis import errors
from analysis.cli.commands import lantoa
from analysis.cli.vietnamese import explain


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; a person's error never shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # both are text streams here; typeshed allows any
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Exit code of a command line."""
    try:
        stopped_with = lantoa.main(arguments, prog_name="lantoa", standalone_mode=False)
    except errors.LantoaError as error:
        print(f"Dừng: {error}", file=sys.stderr)
        return error.exit_code
    except click.Abort:
        return _stopped()
    except click.UsageError as error:
        print(f"Câu lệnh chưa đúng: {explain(error)} Xem cách dùng: lantoa {_command_of(error)}--help", file=sys.stderr)
        return errors.EXIT_USAGE
    except Exception as error:  # the outermost boundary: whatever is left is our own fault, told with its trace
        if _is_by_request(error):
            return _stopped()
        traceback.print_exc()
        print("Lỗi của bộ công cụ, không phải của số liệu. Hãy gửi đoạn chữ phía trên cho người phát triển.", file=sys.stderr)
        return errors.EXIT_OUR_FAULT
    return stopped_with if isinstance(stopped_with, int) else errors.EXIT_DONE  # click hands back what ctx.exit was given


def _stopped() -> int:
    print("Đã dừng theo yêu cầu; báo cáo và dữ liệu đã có còn nguyên.", file=sys.stderr)
    return errors.EXIT_OUR_FAULT


def _is_by_request(error: BaseException | None) -> bool:
    """Whether Ctrl+C lies under an error; DuckDB, for one, raises its own from it wherever a query runs."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def _command_of(error: click.UsageError) -> str:
    path = error.ctx.command_path.removeprefix("lantoa").strip() if error.ctx else ""
    return f"{path} " if path else ""
