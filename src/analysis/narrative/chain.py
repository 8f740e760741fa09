"""Words on the chain from what a plan does to the index it may move."""

from analysis.blocks import Provenance, Sentence


def not_evidence(rests_on: Provenance) -> Sentence:
    """What the table is for and what it is not."""
    return Sentence(
        "Bảng nối từng phần của kế hoạch với thành phần chỉ số gần nhất, qua người được tiếp cận và việc người dân làm sau đó. "
        "Đây là cách hiểu do nhóm khai báo trước để biết cần nhìn vào đâu; đứng cạnh nhau không có nghĩa là do nhau.",
        rests_on,
        is_note=True,
    )


def not_declared(plan_number: str, rests_on: Provenance) -> Sentence:
    """In place of the table for a plan whose chain nobody declared."""
    return Sentence(
        f"Kế hoạch {plan_number} chưa được khai báo nhắm tới thành phần chỉ số nào (tệp indices/outcome_chain.csv), nên chưa lập được bảng nối.",
        rests_on,
        is_note=True,
    )
