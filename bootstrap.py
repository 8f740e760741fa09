"""Set up the suite in ``.venv``: standard library only, the same on Windows, macOS and Linux.

    python3 bootstrap.py          what reports need
    python3 bootstrap.py --dev    and what tests need

Versions are locked with hashes in ``requirements/``. Nothing is done when the environment already matches.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
SUPPORTED = ((3, 11), (3, 14))
LOCKS = {"run": ROOT / "requirements" / "lock.txt", "dev": ROOT / "requirements" / "dev.txt"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="also install what tests and checks need")
    kind = "dev" if parser.parse_args().dev else "run"
    if not SUPPORTED[0] <= sys.version_info[:2] < SUPPORTED[1]:
        print(f"Cần Python 3.11, 3.12 hoặc 3.13; đang chạy {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    if is_ready(kind):
        return 0
    print("Đang cài đặt môi trường (.venv), chỉ làm một lần…", flush=True)
    install(kind)
    stamp("dev" if kind == "dev" else "run").write_text(fingerprint(kind), encoding="utf-8")
    return 0


def is_ready(kind: str) -> bool:
    """A development environment also serves for running."""
    return any(stamp(held).is_file() and stamp(held).read_text(encoding="utf-8") == fingerprint(held) for held in {kind, "dev"})


def stamp(kind: str) -> Path:
    return ENVIRONMENT / f".lantoa-{kind}"


def fingerprint(kind: str) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in (LOCKS[kind], ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(kind: str) -> None:
    """uv from its own locked file, then every locked package, then this package without its dependencies."""
    for held in ("run", "dev"):
        stamp(held).unlink(missing_ok=True)
    venv.EnvBuilder(with_pip=True, clear=not (ENVIRONMENT / "pyvenv.cfg").is_file()).create(ENVIRONMENT)
    python = str(SCRIPTS / ("python.exe" if os.name == "nt" else "python"))
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", ROOT / "requirements" / "bootstrap.txt"])
    uv = [python, "-m", "uv", "pip"]
    locked = ["--no-build-isolation-package", "pyspark", "--require-hashes", "-r", LOCKS[kind]]  # pyspark is built with the setuptools just locked
    run([*uv, "install", "--quiet", "--python", python, *locked])
    run([*uv, "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", "--editable", ROOT])


def run(command: list[object]) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        print(f"Cài đặt dừng ở lệnh: {' '.join(error.cmd)}\nHãy kiểm tra kết nối tới kho gói Python rồi chạy lại.", file=sys.stderr)
        sys.exit(1)
