"""What a report was made from and of: parameters, hashes, versions, checks, durations."""

import json
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.publish.model import ReportModel
from analysis.sources import sha256_of

MANIFEST = "manifest.json"
NAMED_PACKAGES = ("lantoa", "numpy", "pandas", "pandera", "papermill", "plotly", "scipy", "statsmodels")


def describe(
    model: ReportModel, folder: Path, *, root: Path, inputs: dict[str, str], checks: dict[str, int], seconds: dict[str, float]
) -> dict[str, Any]:
    """The manifest of a rendered folder; ``inputs`` maps registered paths to sha256, ``seconds`` stages to durations."""
    return {
        "parameters": {"year": model.year, "province": model.province_code, "place": model.province_vi, "as_of": model.as_of},
        "is_synthetic": model.is_synthetic,
        "inputs": dict(sorted(inputs.items())),
        "outputs": {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in NAMED_PACKAGES}},
        "commit": _commit(root),
        "checks": checks,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def write(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest beside the files it describes."""
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8", newline="\n")


def _commit(root: Path) -> str | None:
    """The commit of the project folder, or None outside a git checkout."""
    try:
        found = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False, timeout=10)  # noqa: S603, S607
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None
