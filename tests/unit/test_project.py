"""The project folder and its settings."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.project import Settings, SettingsUnusable, open_project


def make_project(folder: Path, settings: str) -> Path:
    (folder / "lantoa.toml").write_text(settings, encoding="utf-8")
    return folder


def test_the_project_is_found_from_a_folder_deep_inside(tmp_path):
    deep = make_project(tmp_path, "") / "a" / "b"
    deep.mkdir(parents=True)
    assert open_project(deep).root == tmp_path.resolve()


def test_the_nearest_settings_file_wins(tmp_path):
    make_project(tmp_path, 'province = "01"')
    (tmp_path / "inner").mkdir()
    make_project(tmp_path / "inner", 'province = "79"')
    assert open_project(tmp_path / "inner").settings.province == "79"


def test_an_empty_settings_file_means_the_defaults(tmp_path):
    assert open_project(make_project(tmp_path, "")).settings == Settings()


def test_settings_replace_defaults_and_move_the_reports_folder(tmp_path):
    project = open_project(make_project(tmp_path, 'reports = "bao-cao"\nsynthetic_seed = 7'))
    assert project.reports == tmp_path.resolve() / "bao-cao"
    assert (project.settings.synthetic_seed, project.settings.province) == (7, "74")


def test_the_folders_hang_under_the_project_root(tmp_path):
    project = open_project(make_project(tmp_path, ""))
    folders = [project.raw, project.register, project.processed, project.notebooks]
    assert [folder.relative_to(project.root).as_posix() for folder in folders] == [
        "data/raw",
        "data/raw/sources.yml",
        "data/processed",
        "notebooks",
    ]


def test_no_settings_file_above_is_told_with_its_name(tmp_path):
    with pytest.raises(SettingsUnusable, match="Không thấy tệp lantoa"):
        open_project(tmp_path)


@pytest.mark.parametrize(
    ("settings", "quoted"),
    [
        ('tinh = "74"', "không có thiết lập “tinh”; chấp nhận: province, reports, synthetic_seed, index_dir, peers, placebo_plans"),
        ('language = "vi"', "không có thiết lập “language”"),
        ("province = 74", 'province = 74 không dùng được; chấp nhận: văn bản trong dấu nháy, như province = "74"'),
        ("synthetic_seed = true", "synthetic_seed = True không dùng được; chấp nhận: số nguyên"),
        ("index_dir = false", "index_dir = False không dùng được; chấp nhận: văn bản trong dấu nháy"),
        (
            'peers = "75"',
            'peers = \'75\' không dùng được; chấp nhận: danh sách mã trong ngoặc vuông, mỗi mã trong dấu nháy, như peers = ["75", "79"]',
        ),
        ("peers = [75, 79]", "peers = [75, 79] không dùng được; chấp nhận: danh sách mã trong ngoặc vuông"),
        ('peers = ["75", ""]', "peers = ['75', ''] không dùng được"),
        ('peers = ["75", "79", "75"]', "peers ghi hai lần 75; chấp nhận: mỗi mã một lần"),
        ("placebo_plans = 99", "placebo_plans = 99 quá nhỏ; chấp nhận: từ 100 trở lên"),
        ('synthetic_seed = "1"', "synthetic_seed = '1' không dùng được; chấp nhận: số nguyên"),
    ],
)
def test_an_unknown_setting_or_a_wrong_type_is_quoted_with_what_is_accepted(tmp_path, settings, quoted):
    with pytest.raises(SettingsUnusable) as told:
        open_project(make_project(tmp_path, settings))
    assert quoted in str(told.value)


def test_peers_are_a_list_of_codes_and_none_means_those_of_the_region(tmp_path):
    assert open_project(make_project(tmp_path, 'peers = ["75", "79"]')).settings.peers == ("75", "79")
    assert open_project(make_project(tmp_path, "peers = []")).settings.peers == Settings().peers == ()


def test_the_index_folder_is_taken_from_the_project_root_and_none_when_not_set(tmp_path):
    inner = make_project(tmp_path, 'index_dir = "../chi-so"')
    assert open_project(inner).index_folder == inner.resolve() / ".." / "chi-so"
    assert open_project(make_project(tmp_path, "")).index_folder is None


def test_the_shipped_settings_name_a_folder_of_index_files_and_are_otherwise_the_defaults():
    shipped = open_project(Path(__file__).parent).settings
    assert shipped == replace(Settings(), index_dir="../shared/data/panel")


def test_all_wrong_settings_are_told_together(tmp_path):
    with pytest.raises(SettingsUnusable) as told:
        open_project(make_project(tmp_path, 'province = 74\npeers = "75"\ntinh = 1'))
    assert all(name in str(told.value) for name in ("province = 74", "peers = '75'", "“tinh”"))


@pytest.mark.parametrize("content", [b'province = "74', b"\xff\xfe\x00"])
def test_an_unreadable_settings_file_is_told_as_such(tmp_path, content):
    (tmp_path / "lantoa.toml").write_bytes(content)
    with pytest.raises(SettingsUnusable, match="không đọc được"):
        open_project(tmp_path)
