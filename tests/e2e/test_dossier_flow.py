"""A dossier log from the vendor's files to the tables, as an office does it on the command line."""

from analysis import cli, store
from analysis.ingest.dossiers.panel_file import read_panel
from analysis.sources import read_register
from dossier_logs import plain_panel, sound_log, with_faults, write_log


def test_a_log_is_summed_up_checked_taken_in_published_and_withdrawn(project, tmp_path, capsys):
    log, reasons = with_faults(sound_log(6_000, seed=31))
    folder, panel = write_log(tmp_path / "so", log), tmp_path / "so-ho-so.parquet"
    assert cli.run(["uptake", "aggregate", str(folder), "--out", str(panel)]) == 0
    said = capsys.readouterr().out
    assert f"{len(log):,} dòng vào".replace(",", ".") in said
    assert "trùng mã hồ sơ với một dòng khác: 2 dòng" in said
    assert read_panel(panel, "panel").cells["received_count"].sum() == (reasons == "").sum()

    assert cli.run(["check", str(panel)]) == 0
    assert "không có lỗi" in capsys.readouterr().out

    assert cli.run(["import", str(panel), "--kind", "dossier-panel"]) == 3  # the synthetic panel tells the same months of the same units
    assert "--replaces synthetic-dossiers" in capsys.readouterr().err
    before = read_register(project.root / "data" / "raw")
    assert cli.run(["import", str(panel), "--kind", "dossier-panel", "--replaces", "synthetic-dossiers"]) == 0
    assert len(read_register(project.root / "data" / "raw")) == len(before) + 1
    tables = store.Tables(project.root / "data" / "processed")
    counted = plain_panel(log[reasons == ""])["received_count"].sum()
    assert tables.dossier_cells["received_count"].sum() == counted
    account = tables.dossier_account.set_index("outcome")["rows_count"]
    assert account["counted"] == counted
    assert account.sum() == len(log)

    assert cli.run(["import", str(panel), "--kind", "dossier-panel"]) == 3
    assert "giống hệt tệp đã nạp ngày" in capsys.readouterr().err
    assert cli.run(["uptake", "publish", str(panel), "--out", str(tmp_path / "cong-bo.xlsx")]) == 0
    assert "ẩn" in capsys.readouterr().out

    cli.run(["received"])
    source_id = next(word for word in capsys.readouterr().out.split() if word.startswith("dossiers-"))
    assert cli.run(["withdraw", source_id]) == 0
    assert store.Tables(project.root / "data" / "processed").dossier_cells.empty


def test_a_log_without_a_mapping_says_how_to_write_one(project, tmp_path, capsys):
    folder = write_log(tmp_path / "so", sound_log(20, seed=32))
    (folder / "anh-xa.yml").unlink()
    assert cli.run(["uptake", "aggregate", str(folder), "--out", str(tmp_path / "x.parquet")]) == 3
    assert "docs/dossier_mapping.md" in capsys.readouterr().err
