//! What the subsidy room refuses.

use crate::kernel::error::codes;

codes! {
    SCHEME_UNKNOWN = ("scheme_unknown", 422, "没有代码为“{scheme}”的补助办法", "There is no scheme {scheme}");
    SCHEME_NOT_IN_FORCE = ("scheme_not_in_force", 422, "补助办法“{scheme}”在 {year} 年度无效", "The scheme {scheme} is not in force in {year}");
    SCHEME_NOT_YEARLY = ("scheme_not_yearly", 422, "补助办法“{scheme}”不按登记合同逐年核算，不能编制批次", "The scheme {scheme} is not computed over registered contracts by year");
    SCHEME_VERSION_DATE = ("scheme_version_date", 422, "新版本须晚于现行版本的生效日 {day}", "A new version must begin after the present one did, {day}");
    SCHEME_PERIOD_BOOKED = ("scheme_period_booked", 409, "{year} 年度或以后已有批次，新版本不得追溯", "There are batches for {year} or later: a new version cannot reach back");
    SCHEME_FORMULA_INVALID = ("scheme_formula_invalid", 422, "补助公式无效：{reason}", "The formula is not valid: {reason}");
    SUBSIDY_AMOUNT_TOO_LARGE = ("subsidy_amount_too_large", 422, "金额超出可计算范围", "The amounts are beyond what can be computed");
    BENEFICIARY_NOT_ENTITLED = ("beneficiary_not_entitled", 422, "该单位不是本办法的补助对象", "The organisation is not of the kind that the scheme supports");
    PERIOD_IN_FUTURE = ("period_in_future", 422, "{year} 年度尚未开始", "The year {year} has not begun");
    BUDGET_YEAR_INVALID = ("budget_year_invalid", 422, "预算年度不得早于补助所属年度", "The budget year must not be before the year that the subsidy is for");
    NOTHING_TO_PAY = ("nothing_to_pay", 422, "该单位 {year} 年度没有可补助的金额", "There is nothing to pay for {year}");
    BATCH_EXISTS = ("batch_exists", 409, "该单位 {year} 年度的批次已存在（{batch}）", "The batch for {year} exists already ({batch})");
    BATCH_NET_NEGATIVE = ("batch_net_negative", 409, "以前年度更正后本批次为负数（{total} 元），须先办理追回", "Corrections of earlier years make the batch negative ({total} yuan): recover the money first");
    BATCH_OUTDATED = ("batch_outdated", 409, "编制后合同 {number} 已变动，请退回重新编制", "Contract {number} has changed since the batch was prepared: return it and prepare it again");
    FACTS_CHANGED = ("facts_changed", 409, "编制过程中登记合同有变动，请重试", "Registered contracts changed during the preparation; try again");
    APPROPRIATION_EXCEEDED = ("appropriation_exceeded", 409, "预算不足：可用 {balance} 元，还差 {missing} 元", "The appropriation is too small: {balance} yuan available, {missing} yuan missing");
    APPROPRIATION_AMOUNT_INVALID = ("appropriation_amount_invalid", 422, "预算金额不得为零", "The amount must not be zero");
    SAME_PERSON = ("same_person", 403, "编制、复核、批准、拨付须由不同人员办理，您已办理过本批次的其他环节", "Preparing, verifying, approving and paying need different people, and you have done another step of this batch");
    OWN_CASE = ("own_case", 403, "不得办理本单位的补助", "Nobody acts on a case of their own organisation");
    OPINION_REQUIRED = ("opinion_required", 422, "退回或作废须说明理由", "Say why the batch is returned or voided");
}
