//! What the subsidy room refuses.

use crate::kernel::error::codes;

codes! {
    SCHEME_UNKNOWN = ("scheme_unknown", 422, "没有代码为“{scheme}”的补助办法", "There is no scheme {scheme}");
    SCHEME_NOT_IN_FORCE = ("scheme_not_in_force", 422, "补助办法“{scheme}”在 {year} 年度无效", "The scheme {scheme} is not in force in {year}");
    SCHEME_NOT_YEARLY = ("scheme_not_yearly", 422, "补助办法“{scheme}”不按登记合同逐年核算，不能编制批次", "The scheme {scheme} is not computed over registered contracts by year");
    SCHEME_VERSION_DATE = ("scheme_version_date", 422, "新版本须晚于现行版本的生效日 {day}", "A new version must begin after the present one did, {day}");
    SCHEME_PERIOD_BOOKED = ("scheme_period_booked", 409, "{year} 年度或以后已有批次，新版本不得追溯", "There are batches for {year} or later: a new version cannot reach back");
    SCHEME_CLAIMS_STANDING = ("scheme_claims_standing", 409, "申报 {number} 的事项发生在 {day} 或以后，新版本不得追溯", "Claim {number} is for an event of {day} or later: a new version cannot reach back");
    SCHEME_FORMULA_INVALID = ("scheme_formula_invalid", 422, "补助公式无效：{reason}", "The formula is not valid: {reason}");
    SUBSIDY_AMOUNT_TOO_LARGE = ("subsidy_amount_too_large", 422, "金额超出可计算范围", "The amounts are beyond what can be computed");
    BENEFICIARY_NOT_ENTITLED = ("beneficiary_not_entitled", 422, "该单位不是本办法的补助对象", "The organisation is not of the kind that the scheme supports");
    PERIOD_IN_FUTURE = ("period_in_future", 422, "{year} 年度尚未开始", "The year {year} has not begun");
    BUDGET_YEAR_INVALID = ("budget_year_invalid", 422, "预算年度不得早于补助所属年度", "The budget year must not be before the year that the subsidy is for");
    NOTHING_TO_PAY = ("nothing_to_pay", 422, "该单位 {year} 年度没有可补助的金额", "There is nothing to pay for {year}");
    BATCH_EXISTS = ("batch_exists", 409, "该单位 {year} 年度的批次已存在（{batch}）", "The batch for {year} exists already ({batch})");
    EARLIER_BATCH_OPEN = ("earlier_batch_open", 409, "该单位另有在办批次（{batch}）含更正事项，请先办结", "Another batch of the beneficiary is under way and holds corrections ({batch}): finish it first");
    BATCH_OUTDATED = ("batch_outdated", 409, "编制后合同 {number} 已变动，请退回重新编制", "Contract {number} has changed since the batch was prepared: return it and prepare it again");
    FACTS_CHANGED = ("facts_changed", 409, "编制过程中登记合同有变动，请重试", "Registered contracts changed during the preparation; try again");
    APPROPRIATION_EXCEEDED = ("appropriation_exceeded", 409, "预算不足：可用 {balance} 元，还差 {missing} 元", "The appropriation is too small: {balance} yuan available, {missing} yuan missing");
    APPROPRIATION_AMOUNT_INVALID = ("appropriation_amount_invalid", 422, "预算金额不得为零", "The amount must not be zero");
    SAME_PERSON = ("same_person", 403, "编制、复核、批准、拨付须由不同人员办理，您已办理过本批次的其他环节", "Preparing, verifying, approving and paying need different people, and you have done another step of this batch");
    OWN_CASE = ("own_case", 403, "不得办理本单位的补助", "Nobody acts on a case of their own organisation");
    OPINION_REQUIRED = ("opinion_required", 422, "退回或作废须说明理由", "Say why the batch is returned or voided");
    SCHEME_NOT_YOURS = ("scheme_not_yours", 403, "该补助办法属于 {division}，不在贵单位管辖范围内", "The scheme belongs to {division}, outside your division");
    SCHEME_EXISTS = ("scheme_exists", 409, "补助办法“{scheme}”已存在，请发布新版本", "There is a scheme {scheme} already: publish a new version of it");
    SCHEME_CODE_INVALID = ("scheme_code_invalid", 422, "代码应为 2 至 32 个大写字母、数字或短横", "A code has 2 to 32 capital letters, digits or hyphens");
    BUDGET_YEAR_OVER = ("budget_year_over", 409, "{year} 预算年度已结束，未用预算不结转，请在新年度重新安排", "The budget year {year} is over; what is unused is not carried over unless it is appropriated anew");
    BUDGET_YEAR_CLOSED = ("budget_year_closed", 409, "{year} 预算年度已关账，只能在未关账年度记更正", "The budget year {year} is closed: book a dated correction in an open one");
    BUDGET_YEAR_RUNNING = ("budget_year_running", 409, "{year} 预算年度尚未结束", "The budget year {year} is not over");
    DAY_IN_FUTURE = ("day_in_future", 422, "日期不得晚于今天", "The day must not be in the future");
    BATCH_PARTLY_PAID = ("batch_partly_paid", 409, "本批次已开始拨付，不能退回或作废", "Money of this batch has moved: it can neither be returned nor voided");
    BATCH_NOT_ORDERED = ("batch_not_ordered", 409, "本批次尚未下达拨付指令", "The payments of this batch were not ordered yet");
    BATCH_ORDERED = ("batch_ordered", 409, "拨付指令 {instruction} 已下达，财政未回报失败前不能退回或作废", "The payment {instruction} was ordered: the batch can neither be returned nor voided until the treasury reports that it failed");
    DAY_TOO_EARLY = ("day_too_early", 422, "日期不得早于决定之日 {day}", "The day must not be before the decision, {day}");
    GROUP_NOT_YOURS = ("group_not_yours", 403, "关联组“{group}”由 {division} 设定，不在贵单位管辖范围内", "The linked group {group} is kept by {division}, outside your division");
    CLAWBACK_BEFORE_PAYMENT = ("clawback_before_payment", 409, "应追回 {missing} 元所对应的款项尚未拨付，请先办结以前批次", "{missing} yuan to be clawed back were not paid yet: finish the earlier batches first");
    REPAYMENT_REPEATED = ("repayment_repeated", 409, "凭证 {reference} 的退款已经登记", "The repayment by {reference} has been booked");
    REPAYMENT_TOO_LARGE = ("repayment_too_large", 422, "退款额应大于零且不超过尚欠的 {open} 元", "The amount must be above zero and at most the {open} yuan that are open");
    BENEFICIARY_REQUIRED = ("beneficiary_required", 422, "补助办法“{scheme}”按登记合同核算，须指明登记机构", "The scheme {scheme} counts registered contracts: name the registration office");
    CLAIM_EXISTS = ("claim_exists", 409, "该事项已申报（{number}），不得重复申报", "There is a claim for this already ({number})");
    CLAIM_MISSING = ("claim_missing", 409, "该登记机构 {year} 年度尚未申报或申报未通过", "The office has no accepted claim for {year}");
    CLAIM_DAY_INVALID = ("claim_day_invalid", 422, "日期不得晚于今天，补正时不得改变所属年度", "The day must not be in the future, nor move to another year when a claim is completed");
    CONTRACT_REQUIRED = ("contract_required", 422, "须指明已转化的登记合同", "Name the registered contract that was converted");
    CONTRACT_NOT_YOURS = ("contract_not_yours", 422, "应为本单位作为买方、现行有效且金额已定的登记合同", "It must be a standing registered contract of a final amount whose buyer is your organisation");
    EVIDENCE_MISSING = ("evidence_missing", 422, "缺少证明材料：{item}", "Evidence is missing: {item}");
    EVIDENCE_UNKNOWN = ("evidence_unknown", 422, "不在本办法的证明材料清单中", "Not in the scheme's list of evidence");
    AWARD_TOO_HIGH = ("award_too_high", 422, "核定金额应大于零且不超过 {limit} 元", "The award must be above zero and at most {limit} yuan");
    PUBLICITY_RUNNING = ("publicity_running", 409, "公示期至 {day}，期满后方可批准", "The list is publicised until {day} and cannot be approved before");
    PUBLICITY_OVER = ("publicity_over", 409, "公示期已于 {day} 结束", "The publicity ended on {day}");
    OBJECTIONS_OPEN = ("objections_open", 409, "尚有 {count} 件异议未答复", "{count} objections are not answered yet");
    OBJECTION_ANSWERED = ("objection_answered", 409, "该异议已答复", "The objection has been answered");
    REMITTANCE_ROWS = ("remittance_rows", 422, "应有 1 至 {max} 行拨付结果", "A report has 1 to {max} rows");
    REMITTANCE_TOO_LARGE = ("remittance_too_large", 413, "拨付结果文件超过 {max_bytes} 字节", "The payment file exceeds {max_bytes} bytes");
    REMITTANCE_COLUMN = ("remittance_column", 422, "文件缺少“{title}”列", "The file has no column {title}");
    REMITTANCE_CELL = ("remittance_cell", 422, "第 {row} 行“{title}”无效", "Row {row}: {title} is not valid");
}
