//! What statistics refuse.

use crate::kernel::error::codes;

codes! {
    PERIOD_INVALID = ("statistics_period_invalid", 422, "起始日期应不晚于终止日期，且不超过 {max_years} 年", "The period must run forward and not exceed {max_years} years");
    RECORD_NOT_FOUND = ("statistics_record_not_found", 404, "没有该合同的公开记录", "No record of this contract");
}
