//! Refusals that achievements and demands share.

use crate::kernel::error::codes;

codes! {
    OWN_SUBMISSION = ("own_submission", 403, "不得审核本人或本单位提交的信息", "Nobody reviews what they or their organisation submitted");
    CLASSIFIED = ("classified_refused", 422, "涉密内容不得在本平台填报", "Classified material must not be entered here");
    RESERVED = ("reserved_for_a_deal", 409, "该信息已为一项交易锁定，暂不能操作", "The record is held for a deal");
    NOT_RESERVED = ("not_reserved_by_this_deal", 409, "该信息未由此交易锁定", "The record is not held by this deal");
    PERSONAL_DATA = ("personal_data_in_public_text", 422, "公开内容中含有{what}，请删除或移至联系人栏", "Public text contains {what}; remove it or use the contact fields");
    DUPLICATE_ENTRY = ("duplicate_entry", 422, "与前面的条目重复", "Repeats an earlier entry");
    PRICE_NOT_POSITIVE = ("price_not_positive", 422, "金额应大于零", "The amount must be above zero");
    PRICE_RANGE_REVERSED = ("price_range_reversed", 422, "价格上限应高于下限", "The upper end must be above the lower end");
    LAST_DAY_PAST = ("last_day_past", 422, "截止日期不得早于今天", "The last day must not lie in the past");
    LAST_DAY_TOO_FAR = ("last_day_too_far", 422, "截止日期不得晚于 {latest}", "The last day must not be after {latest}");
    ATTACHMENT_UNKNOWN = ("attachment_unknown", 422, "附件不存在，或不是贵单位上传的", "The file does not exist or was not uploaded by your organisation");
    REASON_REQUIRED = ("reason_required", 422, "已发布的信息，修改时请说明原因", "Say why a published record is changed");
    DIVISION_INVALID = ("division_invalid", 422, "行政区划代码无效", "Not a division code");
    CATALOGUE_TOO_LARGE = ("catalogue_too_large", 422, "所选期间超过 {max} 条，请缩短期间", "More than {max} entries in the period; choose a shorter one");
    PERIOD_REVERSED = ("period_reversed", 422, "结束日期不得早于开始日期", "The period ends before it begins");
}
