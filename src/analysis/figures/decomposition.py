"""Charts that take a standing apart: components against peers, what moved a composite, what moved a rank."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Provenance, Series, numbers
from analysis.figures.standing import slug
from analysis.standing import RankDecomposition
from analysis.theme import VERDICT_SHORT_VI, VERDICT_VI

SCORE_DECIMALS = 2


def component_bars(beside: pd.DataFrame, index: str, year: int, province_name: str, peers_vi: str, rests_on: Provenance) -> Chart:
    """Each component of an edition: the province, the median of its peers, of all provinces, and the best.

    ``beside``: one row a component with ``name_vi``, ``own_score``, ``peers_score``, ``median_score``, ``best_score``.
    """
    names = tuple(beside["name_vi"])
    series = [
        (province_name, "own_score"),
        (f"mức giữa {peers_vi}", "peers_score"),
        ("mức giữa các tỉnh", "median_score"),
        ("cao nhất", "best_score"),
    ]
    below = [str(row.name_vi) for row in beside.itertuples() if row.own_score < row.median_score]
    return Chart(
        f"components-{slug(index)}",
        f"{index} {year}: {_below_title(len(below), len(beside))}",
        f"{province_name} đặt cạnh nhóm so sánh và các tỉnh, điểm thành phần năm đánh giá {year}",
        "dots",
        "category",
        "",
        "điểm",
        tuple(Series(name, names, numbers(beside[column])) for name, column in series if beside[column].notna().any()),
        rests_on,
        alt_vi="Biểu đồ chấm điểm thành phần của tỉnh, nhóm so sánh và các tỉnh. " + _below_alt(below),
        decimals=SCORE_DECIMALS,
        notes_vi=(
            "Chỉ so các tỉnh trong cùng năm. Mức giữa: một nửa số tỉnh cao hơn, một nửa thấp hơn (trung vị). Cao nhất: của riêng từng thành phần.",
        ),
    )


def _below_alt(below: list[str]) -> str:
    return f"Thấp hơn mức giữa: {text.enumerate_vi(below)}." if below else "Không thành phần nào thấp hơn mức giữa."


def _below_title(below: int, all_of: int) -> str:
    if not below:
        return f"cả {all_of} thành phần không thấp hơn mức giữa các tỉnh"
    return f"{below}/{all_of} thành phần thấp hơn mức giữa các tỉnh"


def contribution_bars(parts: pd.DataFrame, index: str, from_year: int, to_year: int, province_name: str, rests_on: Provenance) -> Chart:
    """What each component gave to the change of a composite inside one era.

    ``parts``: one row a component with ``name_vi``, ``contribution_score`` (points of the composite) and ``verdict`` of the component's move.
    """
    ordered = parts.sort_values("contribution_score", kind="stable")
    total = float(ordered["contribution_score"].sum())
    labels = tuple(f"thay đổi của thành phần: {VERDICT_VI[verdict]}" for verdict in ordered["verdict"])
    names = tuple(f"{row.name_vi} ({VERDICT_SHORT_VI[row.verdict]})" for row in ordered.itertuples())
    return Chart(
        f"contributions-{slug(index)}",
        f"{index} {text.signed(total)} điểm từ {from_year} đến {to_year}: thành phần nào kéo lên, kéo xuống",
        f"{province_name}: phần mỗi thành phần góp vào thay đổi của điểm tổng hợp; trong ngoặc: rõ, trong mức dao động ngẫu nhiên, hay chưa biết",
        "bar",
        "category",
        "",
        "điểm của chỉ số tổng hợp",
        (Series(province_name, names, numbers(ordered["contribution_score"]), labels=labels),),
        rests_on,
        alt_vi="Biểu đồ thanh phần góp của từng thành phần: "
        + "; ".join(f"{row.name_vi} {text.signed(row.contribution_score)}" for row in ordered.itertuples())
        + ".",
        decimals=SCORE_DECIMALS,
        notes_vi=("Cộng các thanh bằng thay đổi của điểm tổng hợp (lệch vài phần trăm điểm do làm tròn).",),
        y_from_zero=True,
    )


def rank_parts(found: RankDecomposition, index: str, province_name: str, rests_on: Provenance) -> Chart:
    """Places of a rank change by what moved them; positive is down the list."""
    parts = [
        ("do nơi công bố đổi trọng số", found.weights_places),
        (f"do điểm thành phần của {province_name}", found.own_places),
        ("do điểm của các tỉnh khác", found.others_places),
    ]
    parts = [(name, places) for name, places in parts if found.crosses_era or name != parts[0][0]]
    names = tuple(name for name, _ in parts)
    ranks = f"hạng {found.from_rank}/{found.from_rank_of} → {found.to_rank}/{found.to_rank_of}"
    told = "; ".join(f"{places_vi(places)} {name}" for name, places in parts)
    return Chart(
        f"rank-parts-{slug(index)}",
        f"{index} {places_vi(found.to_rank - found.from_rank)} ({ranks}): {told}",
        f"{province_name}, {found.from_year}–{found.to_year}: số bậc theo từng phần (dương là xuống, âm là lên)",
        "bar",
        "category",
        "",
        "số bậc",
        (Series(province_name, names, tuple(places for _, places in parts)),),
        rests_on,
        alt_vi=f"Biểu đồ thanh số bậc thay đổi: {told}.",
        decimals=max(_decimals(places) for _, places in parts),
        notes_vi=rank_notes(found),
        y_from_zero=True,
    )


def places_vi(places: float) -> str:
    """``xuống 13 bậc``, ``lên 3 bậc``, ``không đổi``; exact to a quarter."""
    if places == 0:
        return "không đổi"
    count = text.number(abs(places), _decimals(places))
    return f"{'xuống' if places > 0 else 'lên'} {count} bậc"


def _decimals(places: float) -> int:
    """Parts are halves or quarters of a place; as many decimals as show them exactly, so that they add up."""
    return next(decimals for decimals in (0, 1, 2) if round(places, decimals) == places)


def rank_notes(found: RankDecomposition) -> tuple[str, ...]:
    """What the split rests on."""
    if not found.crosses_era:
        return ("Tách bằng cách thay lần lượt điểm của tỉnh và của các tỉnh khác, lấy bình quân hai thứ tự.",)
    return (
        "Chưa biết thay đổi về điểm là thật hay ngẫu nhiên.",
        "Phần do trọng số: bình quân chênh lệch thứ hạng giữa hai bộ trọng số, tính trong từng năm, không so điểm qua hai cách chấm.",
        "Tách giữa tỉnh và các tỉnh khác giả định điểm thành phần hai năm đo như nhau; cách đo có hiệu chỉnh nên phần này là ước tính.",
    )
