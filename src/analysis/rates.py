"""The rates of online-service uptake: what each counts, over what, and what may be added.

At least nine different shares circulate under one name. A key fixes numerator, denominator and how its counts behave;
two keys are never added or compared, however alike their names are.
"""

from dataclasses import dataclass

from analysis.codes import RATE_KEYS

DOSSIERS, SERVICES = "hồ sơ", "dịch vụ"


@dataclass(frozen=True)
class Rate:
    """One rate key: its columns in a monthly table, what they count in Vietnamese, and whether months and units may be added.

    Counts of dossiers add over months and units. Counts of services do not: next month's services are the same services, and a
    procedure is offered by every commune at once. With ``rests_on_levels`` the counts depend on how levels of service are
    labelled, so the series before and after Decree 42/2022/NĐ-CP is relabelled, not merely flagged.
    """

    key: str
    numerator: str
    denominator: str
    numerator_vi: str
    denominator_vi: str
    counted_vi: str = DOSSIERS
    rests_on_levels: bool = False

    @property
    def is_additive(self) -> bool:
        """Whether months and units may be added."""
        return self.counted_vi == DOSSIERS

    @property
    def name_vi(self) -> str:
        """What the rate is, both counts named."""
        return RATE_KEYS[self.key]


_OFFERED = "services_offered_count"
_RECEIVED = ("received_count", "hồ sơ tiếp nhận")
_ONLINE = ("online_count", "hồ sơ nộp trực tuyến")


def _of(key: str, numerator: str, numerator_vi: str, denominator: str, denominator_vi: str, counted_vi: str = DOSSIERS, levels: bool = False) -> Rate:
    return Rate(key, numerator, denominator, numerator_vi, denominator_vi, counted_vi, levels)


RATES: dict[str, Rate] = {
    rate.key: rate
    for rate in (
        _of("online_all", *_ONLINE, *_RECEIVED),
        _of("online_of_online_services", *_ONLINE, "online_service_count", "hồ sơ của thủ tục có dịch vụ trực tuyến", levels=True),
        _of("toan_trinh", "full_online_count", "hồ sơ nộp trực tuyến toàn trình", *_RECEIVED, levels=True),
        _of("mot_phan", "partial_online_count", "hồ sơ nộp trực tuyến một phần", *_RECEIVED, levels=True),
        _of(
            "services_offered",
            "services_offered_count",
            "thủ tục có dịch vụ trực tuyến",
            "procedures_count",
            "thủ tục thuộc thẩm quyền",
            SERVICES,
            True,
        ),
        _of("services_used", "services_used_count", "dịch vụ có hồ sơ trực tuyến", _OFFERED, "dịch vụ đã cung cấp", SERVICES, True),
        _of("epay_dossiers", "paid_online_count", "hồ sơ thanh toán trực tuyến", "fee_count", "hồ sơ có nghĩa vụ tài chính"),
        _of("digitised_in", "digitised_in_count", "hồ sơ số hóa khi tiếp nhận", *_RECEIVED),
        _of("digitised_out", "digitised_out_count", "hồ sơ có kết quả điện tử", "resolved_count", "hồ sơ đã giải quyết"),
        _of("bcci_in", "bcci_in_count", "hồ sơ tiếp nhận qua bưu chính công ích", *_RECEIVED),
        _of("bcci_out", "bcci_out_count", "kết quả trả qua bưu chính công ích", "resolved_count", "hồ sơ đã giải quyết"),
    )
}
