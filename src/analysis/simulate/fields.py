"""Fields of procedure that each unit's dossiers belong to. Shares, deadlines and fees are invented, of the order of ordinary procedures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.simulate.dossier_levels import UNIT_FIELD_SD_LOG
from analysis.simulate.roster import Unit
from analysis.text import fold

SERVICE_LEVELS = (2, 3, 4)  # no online service, in part, end to end
FIFTH_FIELD_SHARE = 0.6  # invented: communes that book people with merit apart from social protection
FIT_ROUNDS = 40  # of proportional fitting; margins agree to three decimals long before

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Field:
    """A field of procedure: deadline in working days; ``price_vnd`` of one copy, page or certificate, of which a dossier takes up to
    ``most_units``, 0 without a fee; ``service_levels`` that its procedures may have; ``share`` of an ordinary unit's dossiers."""

    name_vi: str
    deadline_days: int
    price_vnd: int
    most_units: int
    service_levels: tuple[int, ...]
    share: float


def _field(name_vi: str, deadline_days: int, price_vnd: int = 0, most_units: int = 1, levels: str = "234", share: float = 1.0) -> Field:
    return Field(name_vi, deadline_days, price_vnd, most_units, tuple(int(level) for level in levels), share)


MERIT = "Người có công"
# The last of each has every level of service, so that any share of levels can be met.
COMMUNE_FIELDS = (
    _field(MERIT, 12, levels="3", share=0.05),
    _field("Bảo trợ xã hội", 10, levels="34", share=0.09),
    _field("Đất đai", 15, 60_000, 3, levels="23", share=0.08),
    _field("Hộ tịch", 3, 8_000, 5, levels="34", share=0.18),
    _field("Chứng thực", 1, 2_000, 20, share=0.60),  # 73.5 % of a ward's dossiers in July 2025 (Phường Bình Dương)
)
# Folded words of the department's name; the first that fits.
DEPARTMENT_FIELDS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    ("bao hiem", (_field("Chính sách bảo hiểm xã hội", 10, levels="23", share=0.3), _field("Thu bảo hiểm xã hội", 7, share=0.7))),
    ("khu cong nghiep", (_field("Đầu tư tại khu công nghiệp", 15, 300_000, levels="23", share=0.3), _field("Lao động tại khu công nghiệp", 7))),
    ("cong thuong", (_field("Lưu thông hàng hóa", 12, 1_200_000, levels="23", share=0.2), _field("Xúc tiến thương mại", 5))),
    ("giao duc", (_field("Quy chế thi, tuyển sinh", 15, levels="23", share=0.2), _field("Văn bằng, chứng chỉ", 3, 3_000, 3))),
    ("giao thong", (_field("Vận tải đường bộ", 5, 200_000, levels="34", share=0.3), _field("Giấy phép lái xe", 5, 135_000, share=0.7))),
    ("khoa hoc", (_field("Khoa học và công nghệ", 15, 500_000),)),
    ("ke hoach", (_field("Đầu tư", 20, levels="23", share=0.1), _field("Đăng ký doanh nghiệp", 3, 50_000, share=0.9))),
    ("lao dong", (_field("Người có công", 15, levels="23", share=0.3), _field("Việc làm", 7, 450_000, share=0.7))),
    ("ngoai vu", (_field("Lãnh sự", 5),)),
    ("nong nghiep", (_field("Bảo vệ thực vật", 10, 500_000, levels="23", share=0.4), _field("Thú y", 5, 40_000, 3, share=0.6))),
    ("noi vu", (_field("Thi đua, khen thưởng", 20, levels="23", share=0.6), _field("Tôn giáo", 20, share=0.4))),
    ("tai chinh", (_field("Quản lý giá và công sản", 15),)),
    ("tai nguyen", (_field("Môi trường", 30, 5_000_000, levels="23", share=0.1), _field("Đất đai", 15, 100_000, 5, share=0.9))),
    ("tu phap", (_field("Công chứng, luật sư", 15, 300_000, levels="23", share=0.1), _field("Lý lịch tư pháp", 10, 200_000, share=0.9))),
    ("thong tin", (_field("Báo chí, xuất bản", 7),)),
    ("van hoa", (_field("Du lịch", 10, 650_000, levels="34", share=0.3), _field("Văn hóa", 7, 100_000, share=0.7))),
    ("xay dung", (_field("Nhà ở", 20, levels="23", share=0.3), _field("Hoạt động xây dựng", 15, 300_000, share=0.7))),
    ("y te", (_field("Khám bệnh, chữa bệnh", 20, 430_000, levels="23", share=0.5), _field("Dược phẩm", 15, 500_000, share=0.5))),
    ("thanh tra", (_field("Khiếu nại, tố cáo", 30),)),
)
OTHER_FIELDS = (_field("Hành chính chung", 10),)


@dataclass(frozen=True)
class FieldMix:
    """Fields of each unit. ``catalogue`` lists every field once by what it is; ``field`` (units, fields) are positions in it, ``share``
    (units, fields) adds up to 1 a unit, 0 where a unit has fewer fields; ``is_offered`` (units, fields, levels)."""

    catalogue: tuple[Field, ...]
    field: NDArray[np.int64]
    share: Floats
    is_offered: NDArray[np.bool_]


def draw_field_mix(rng: np.random.Generator, units: Sequence[Unit]) -> FieldMix:
    """What each unit's dossiers are about: the fields of its kind, in shares of its own."""
    most = len(COMMUNE_FIELDS)
    offered = [_fields_of(unit) for unit in units]
    padded = [(fields[-1],) * (most - len(fields)) + fields for fields in offered]
    catalogue = tuple(dict.fromkeys(field for fields in offered for field in fields))
    share = np.array([[0.0] * (most - len(fields)) + [field.share for field in fields] for fields in offered])
    share *= rng.lognormal(0.0, UNIT_FIELD_SD_LOG, share.shape)
    is_without_fifth = rng.random(len(units)) >= FIFTH_FIELD_SHARE
    share[is_without_fifth[:, None] & np.array([[field.name_vi == MERIT for field in fields] for fields in padded]) & _is_commune(units)] = 0
    return FieldMix(
        catalogue,
        np.array([[catalogue.index(field) for field in fields] for fields in padded]),
        share / share.sum(axis=1, keepdims=True),
        np.array([[[level in field.service_levels for level in SERVICE_LEVELS] for field in fields] for fields in padded]) & (share > 0)[:, :, None],
    )


def fields_given_level(mix: FieldMix, level_shares: Floats) -> Floats:
    """Shares of the fields among a unit's dossiers of each level of service, shape (units, levels, fields).

    Iterative proportional fitting (Deming and Stephan 1940) of the levels each field may have to the shares of fields and levels;
    where both cannot be met, the shares of levels are.
    """
    joint = mix.is_offered.astype(np.float64)
    for _ in range(FIT_ROUNDS):
        joint = _fitted(joint, mix.share[:, :, None], axis=2)
        joint = _fitted(joint, level_shares[None, None, :], axis=1)
    return np.swapaxes(joint / joint.sum(axis=1, keepdims=True), 1, 2)


def _fitted(joint: Floats, wanted: Floats, axis: int) -> Floats:
    total = joint.sum(axis=axis, keepdims=True)
    return joint * np.divide(wanted, total, out=np.zeros(np.broadcast_shapes(wanted.shape, total.shape)), where=total > 0)


def _fields_of(unit: Unit) -> tuple[Field, ...]:
    if unit.level == "commune":
        return COMMUNE_FIELDS
    name = fold(unit.name)
    return next((fields for words, fields in DEPARTMENT_FIELDS if words in name), OTHER_FIELDS)


def _is_commune(units: Sequence[Unit]) -> NDArray[np.bool_]:
    return np.array([[unit.level == "commune"] for unit in units])
