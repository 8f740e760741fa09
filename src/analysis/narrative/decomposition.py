"""Two sentences that answer why a rank changed, and what moved a composite."""

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.figures.decomposition import places_vi
from analysis.standing import RankDecomposition
from analysis.theme import VERDICT_VI

MOST_NAMED = 2  # components named in a sentence; the table has them all


def why_rank_changed(
    found: RankDecomposition, index: str, place: str, names: dict[str, str], rests_on: Provenance, told_otherwise: dict[int, int] | None = None
) -> Finding:
    """Why a rank went from one edition to another: how many places each cause moved, and what would have been with weights kept.

    ``told_otherwise``: the rank told elsewhere, by year, where it differs from the one recomputed from the components.
    """
    second = _with_weights_kept(found) if found.crosses_era else _moved_most(found, names)
    return Finding(
        f"rank-change-{index.lower().replace(' ', '-')}",
        f"{_rank_change(found, index, place)}. {second}.",
        _evidence(found) + _differing(told_otherwise or {}),
        rests_on,
    )


def _differing(ranks: dict[int, int]) -> str:
    told = [f"hạng {rank} của năm {year}" for year, rank in ranks.items()]
    return f" Thứ hạng ở đây tính lại từ điểm thành phần; nơi khác ghi {text.enumerate_vi(told)} vì điểm tổng hợp đã làm tròn." if told else ""


def in_brief(found: RankDecomposition, index: str, rests_on: Provenance) -> Sentence:
    """The first of the two sentences, for a page where the place is named already."""
    return Sentence(f"{_rank_change(found, index, 'tỉnh')}; giải thích ở phần các chỉ số.", rests_on)


def _rank_change(found: RankDecomposition, index: str, place: str) -> str:
    start, end = f"hạng {found.from_rank}/{found.from_rank_of} năm {found.from_year}", f"hạng {found.to_rank}/{found.to_rank_of} năm {found.to_year}"
    places = found.to_rank - found.from_rank
    if not places:
        return f"{index} của {place} giữ hạng {found.to_rank}/{found.to_rank_of} từ năm {found.from_year} đến năm {found.to_year}"
    causes = [
        *([f"{places_vi(found.weights_places)} do đổi trọng số"] if found.crosses_era else []),
        f"{places_vi(found.own_places)} do điểm của tỉnh{_unsettled(found)}",
        f"{places_vi(found.others_places)} do điểm của các tỉnh khác",
    ]
    about = "ước tính " if found.crosses_era else ""
    return f"{index} của {place} từ {start} {'xuống' if places > 0 else 'lên'} {end} ({abs(places)} bậc): {about}{text.enumerate_vi(causes)}"


def _unsettled(found: RankDecomposition) -> str:
    """A word where the province's own part changes its sign with the weights or the others' scores it is set against."""
    if found.own_places_least * found.own_places_most >= 0:
        return ""
    return f" (chưa chắc: từ {places_vi(found.own_places_least)} đến {places_vi(found.own_places_most)} tùy cách thay)"


def _with_weights_kept(found: RankDecomposition) -> str:
    """What either set of weights would have given in both years."""
    old_end, new_start = f"hạng {found.old_weights_to_rank}/{found.to_rank_of}", f"hạng {found.new_weights_from_rank}/{found.from_rank_of}"
    if found.old_weights_to_rank == found.to_rank and found.new_weights_from_rank == found.from_rank:
        return "Theo trọng số cũ hay mới, thứ hạng từng năm đều như vậy"
    kept = f"vẫn đứng {old_end}" if found.old_weights_to_rank == found.to_rank else f"đứng {old_end}, không phải {found.to_rank}/{found.to_rank_of}"
    was = (
        f"tỉnh cũng đứng {new_start}"
        if found.new_weights_from_rank == found.from_rank
        else f"tỉnh đã đứng {new_start}, không phải {found.from_rank}/{found.from_rank_of}"
    )
    return f"Giữ nguyên trọng số cũ thì năm {found.to_year} tỉnh {kept}; chấm theo trọng số mới thì ngay năm {found.from_year} {was}"


def _moved_most(found: RankDecomposition, names: dict[str, str]) -> str:
    """The components that weighed most in the province's own change, against the median province."""
    went_down = found.own_places > 0 if found.own_places else found.to_rank > found.from_rank
    moved = found.components[(found.components["contribution_score"] < 0) == went_down]
    chosen = moved.sort_values("contribution_score", ascending=went_down, kind="stable").head(MOST_NAMED)
    if chosen.empty:
        return f"So với thay đổi chung của các tỉnh, không thành phần nào của tỉnh {'giảm' if went_down else 'tăng'}"
    told = [
        f"{text.decapitalised(names.get(row.component, row.component))} ({text.signed(row.contribution_score)} điểm {found.index})"
        for row in chosen.itertuples()
    ]
    return f"So với thay đổi chung của các tỉnh, {'giảm' if went_down else 'tăng'} nhiều nhất ở {text.enumerate_vi(told)}"


def _evidence(found: RankDecomposition) -> str:
    """What the figures rest on, where they cross eras."""
    if not found.crosses_era:
        return "Tách bằng cách thay lần lượt điểm của tỉnh và của các tỉnh khác, lấy bình quân hai thứ tự."
    return (
        "Phần trọng số chỉ dùng thứ hạng trong từng năm. Phần tách giữa tỉnh và các tỉnh khác giả định điểm thành phần hai năm đo như nhau, "
        f"nên là ước tính: riêng phần của tỉnh từ {places_vi(found.own_places_least)} đến {places_vi(found.own_places_most)} tùy cách thay. "
        "Chưa biết thay đổi về điểm là thật hay ngẫu nhiên. Trọng số khôi phục từ số công bố; đây là phép tách số học, "
        "không nói nguyên nhân do truyền thông."
    )


def constant_weight_move(found: RankDecomposition, index: str, names: dict[str, str], rests_on: Provenance) -> Sentence | None:
    """The change under constant weights, which across eras is never called clear, and where the province fell or rose most.

    None inside one era, where the composite itself is judged.
    """
    if not found.crosses_era:
        return None
    change, net = found.old_weights_to_score - found.from_score, found.net_change_score
    said = f"Giữ nguyên trọng số cũ, điểm {index} thay đổi {text.signed(change)} (trừ thay đổi chung của các tỉnh còn {text.signed(net)})"
    reason = "chưa biết là thay đổi thật hay ngẫu nhiên, vì cách đo điểm thành phần có thay đổi giữa hai kỳ"
    years = found.to_year - found.from_year
    if found.noise_score is not None:
        reason += f" (mức dao động qua {years} năm ở giai đoạn trước là ±{text.number(found.noise_score, 2)} điểm)"
    parts = f"{_moved_most(found, names)}. {_reweighted_most(found, names)}."
    return Sentence(f"{said}; {reason}. {parts}", rests_on, "Phần của từng thành phần tính theo bình quân trọng số cũ và mới.")


def _reweighted_most(found: RankDecomposition, names: dict[str, str]) -> str:
    """The component whose new weight changed the composite most, by how far the province stands from the median in it."""
    most = found.components.sort_values("weights_contribution_score", key=abs, ascending=False, kind="stable").iloc[0]
    name = text.decapitalised(names.get(most["component"], most["component"]))
    weights = f"trọng số {most['from_weight_pct']:.0f} → {most['to_weight_pct']:.0f} %"
    return f"Riêng việc đổi trọng số ảnh hưởng nhiều nhất qua {name} ({text.signed(most['weights_contribution_score'])} điểm, {weights})"


def contributions(parts: pd.DataFrame, index: str, from_year: int, to_year: int, rests_on: Provenance) -> Sentence:
    """The components that pulled a composite up and down most inside one era; clear ones before others."""
    size = parts["contribution_score"].abs()
    ordered = parts.assign(is_clear=parts["verdict"] == "clear", size=size).sort_values(["is_clear", "size"], ascending=False, kind="stable")
    up, down = (ordered[ordered["contribution_score"] * sign > 0].head(MOST_NAMED) for sign in (1, -1))
    said = [
        f"{word} nhiều nhất: {text.enumerate_vi([_part(row) for row in rows.itertuples()])}"
        for word, rows in (("kéo lên", up), ("kéo xuống", down))
        if len(rows)
    ]
    return Sentence(f"{index} từ {from_year} đến {to_year}, {'; '.join(said) or 'không thành phần nào thay đổi'}.", rests_on)


def _part(row: object) -> str:
    name, score, verdict = (getattr(row, field) for field in ("name_vi", "contribution_score", "verdict"))
    return f"{text.decapitalised(name)} ({text.signed(score)} điểm, {VERDICT_VI[verdict]})"
