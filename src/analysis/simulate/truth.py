"""The known truth behind the simulated uptake, and the carry-over it rests on."""

from dataclasses import dataclass, replace

import numpy as np

from analysis.text import number


@dataclass(frozen=True)
class Truth:
    """How simulated online filing answers communication. All values are invented.

    For unit i and month t, the probability that a dossier of a procedure with an online service is filed
    online is the inverse logit of

        month level(t) + unit level(i) + unit shock(i, t)
        + effect_logit x adstock(log1p(n(i, t)), decay)
        + province_effect_logit x adstock(log1p(m(t)), decay)

    where n counts the unit's own logged activities whose audience is not officials, in the month in which
    they start (dated only to a quarter or year: in equal parts over its months), and m counts those of the
    Văn phòng UBND tỉnh. Activities for officials and activities of
    districts have no effect; nothing spills over to another unit; no other outcome answers. In the dossier log the working days to
    a result differ by channel, but communication changes them only by changing the channel.

    Attributes
    ----------
    effect_logit
        Added to the logit for one unit of adstocked own dose; a single activity has a dose of log 2.
    decay
        Share of the carried dose that is left a month later, 0 to below 1.
    province_effect_logit
        The same for the office's activities; equal in all units, so month effects absorb it.
    unit_sd_logit
        SD of lasting differences between units.
    shock_sd_logit, shock_carry
        Innovation SD and carry-over of each unit's own passing shocks: the reason to cluster by unit.
    precision
        Sum of the two beta parameters of the beta-binomial: the larger, the less overdispersion.
    online_duration_factor
        Working days to the result of a dossier filed online, as a multiple of those of one of the same unit, field and month that
        came to the counter or by post; before days are cut to whole ones.
    """

    effect_logit: float = 0.08
    decay: float = 0.5
    province_effect_logit: float = 0.03
    unit_sd_logit: float = 0.45
    shock_sd_logit: float = 0.10
    shock_carry: float = 0.6
    precision: float = 400.0
    online_duration_factor: float = 0.85

    @property
    def cumulative_effect_logit(self) -> float:
        """Sum over all later months of the effect of one unit of dose."""
        return self.effect_logit / (1 - self.decay)

    @property
    def half_life_months(self) -> float:
        """Months after which half of a dose is left; 0 without carry-over."""
        return float(np.log(0.5) / np.log(self.decay)) if self.decay > 0 else 0.0


TRUTH = Truth()


def without_effect(truth: Truth) -> Truth:
    """The same world in which a unit's own activities change nothing."""
    return replace(truth, effect_logit=0.0)


def truth_statement(truth: Truth) -> str:
    """Vietnamese text of the truth, for the annex of a report made on simulated data."""
    return (
        "Nhật ký hoạt động và số liệu hồ sơ trong phụ lục này là số liệu mô phỏng, không phải quan sát thực tế. "
        "Trong số liệu mô phỏng, xác suất một hồ sơ (thuộc thủ tục có dịch vụ trực tuyến) được nộp trực tuyến phụ thuộc vào "
        "số hoạt động truyền thông hướng tới người dân, doanh nghiệp của chính đơn vị đó, tính theo tháng bắt đầu "
        "(hoạt động chỉ biết quý hoặc năm thì chia đều cho các tháng). "
        f"Liều là ln(1 + số hoạt động); mỗi đơn vị liều làm tăng logit {number(truth.effect_logit, 2)} ngay trong tháng, "
        f"mỗi tháng sau còn lại {number(100 * truth.decay)} % tác động của tháng trước "
        f"(thời gian bán giảm {number(truth.half_life_months, 1)} tháng), cộng dồn {number(truth.cumulative_effect_logit, 2)} logit. "
        f"Một hoạt động trong tháng, khi tỷ lệ đang là 30 %, nâng tỷ lệ khoảng {number(_points_at_30_pct(truth), 1)} điểm phần trăm "
        "ngay trong tháng. "
        f"Hoạt động của Văn phòng UBND tỉnh nâng mọi đơn vị như nhau (hệ số {number(truth.province_effect_logit, 2)}) nên không tách được "
        "khỏi biến động chung của từng tháng. Hoạt động chỉ dành cho cán bộ, công chức và hoạt động của cấp huyện không có tác động; "
        "không có lan tỏa giữa các đơn vị; thanh toán trực tuyến, số hóa và bưu chính công ích không phụ thuộc vào truyền thông. "
        "Trong sổ hồ sơ mô phỏng, số ngày làm việc để giải quyết hồ sơ nộp trực tuyến bằng "
        f"{number(100 * truth.online_duration_factor)} % số ngày của hồ sơ nộp trực tiếp hoặc qua bưu chính cùng đơn vị, cùng lĩnh vực, cùng tháng "
        "(trước khi làm tròn thành ngày); truyền thông không làm thay đổi số ngày của từng kênh. "
        "Hai kênh có cơ cấu lĩnh vực khác nhau, nên so sánh chung mọi lĩnh vực không cho ra tỷ lệ này."
    )


def _points_at_30_pct(truth: Truth) -> float:
    raised = 1 / (1 + np.exp(-(np.log(0.3 / 0.7) + truth.effect_logit * np.log(2))))
    return float(100 * (raised - 0.3))
