//! Refusals about achievements.

use crate::kernel::error::codes;

codes! {
    PATENT_KIND_MISMATCH = ("patent_kind_mismatch", 422, "专利号表明的专利类型与所选类型不符", "The patent number is of another kind of patent");
    PATENT_NOT_GRANTED = ("patent_not_granted", 422, "ZL 号为已授权专利，状态不应为申请中", "A number with ZL is a granted patent; the status says applied for");
    REGISTRATION_NUMBER_INVALID = ("registration_number_invalid", 422, "成果登记号应为 12 位（例：4502019Y0123）", "The registration number has 12 characters (example: 4502019Y0123)");
    SHARES_INCOMPLETE = ("shares_incomplete", 422, "完成人贡献比例应全部填写且合计 100%，或全部不填", "Give every contributor's share, adding up to 100%, or none");
    RANKS_BROKEN = ("ranks_broken", 422, "完成人排名应从 1 起连续且不重复", "Contributors are ranked 1, 2, 3 … without gaps or ties");
}
