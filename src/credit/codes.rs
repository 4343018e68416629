//! What this room refuses.

use crate::kernel::error::codes;

codes! {
    LEVEL_MISMATCH = ("credit_level_mismatch", 422, "该等级不属于所选的记录类型", "The level does not belong to this kind of record");
    EXPIRY_REQUIRED = ("credit_expiry_required", 422, "严重失信记录须写明终止日期", "A record that bars a unit must have a last day");
    DAYS_OUT_OF_ORDER = ("credit_days_out_of_order", 422, "终止日期不得早于起始日期", "The last day must not lie before the first");
    UNIT_CODE_INVALID = ("credit_unit_code_invalid", 422, "统一社会信用代码校验不通过，请核对", "The unified social credit code fails its check");
    OWN_ORGANISATION = ("credit_own_organisation", 403, "不得办理本单位的信用记录", "You may not keep records about your own organisation");
    SAME_PERSON = ("credit_same_person", 403, "申诉应由登记人以外的人员答复", "An appeal is answered by somebody other than who recorded it");
}
