//! Subsidies, plan targets and conversion projects (DOMAIN §1, §5).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("scheme_rule", "补助规则", "Subsidy rule", SCHEME_RULE),
    define("scheme_base", "补助基数", "Subsidy base", SCHEME_BASE),
    define("batch_state", "批次状态", "Batch state", BATCH_STATE),
    define("claim_state", "申报状态", "Claim state", CLAIM_STATE),
    define("claim_evidence", "申报材料", "Claim evidence", CLAIM_EVIDENCE),
    define("account_kind", "账户类别", "Account kind", ACCOUNT_KIND),
    define("project_state", "转化项目状态", "Conversion project state", PROJECT_STATE),
    define("indicator", "考核指标", "Indicator", INDICATOR),
    define("target_comparison", "目标要求", "What reaches a target", TARGET_COMPARISON),
    define("target_measure", "计数方式", "How a target counts", TARGET_MEASURE),
    define("attainment_state", "完成情况状态", "Attainment state", ATTAINMENT_STATE),
];

const SCHEME_RULE: &[Item] = &[
    item("rate", "按比例", "Rate"),
    item("tiered", "分段累进", "Tiered rates"),
    item("threshold", "分档定额", "Threshold steps"),
    item("fixed", "定额", "Fixed amount"),
    item("cap", "限额内核定", "Award up to a cap"),
];

const SCHEME_BASE: &[Item] = &[
    item("technical_amount", "技术交易额", "Technical amount"),
    item("total_amount", "合同成交额", "Total amount"),
    item("per_conversion", "每项转化", "Each conversion"),
    item("per_enterprise", "每家", "Each enterprise"),
];

const BATCH_STATE: &[Item] = &[
    item("prepared", "已编制", "Prepared"),
    item("verified", "已核验", "Verified"),
    item("approved", "已批准", "Approved"),
    item("paid", "已拨付", "Paid"),
    item("returned", "已退回", "Returned"),
    item("cancelled", "已取消", "Cancelled"),
];

const CLAIM_STATE: &[Item] = &[
    item("draft", "草稿", "Draft"),
    item("submitted", "已提交", "Submitted"),
    item("returned", "已退回", "Returned"),
    item("awarded", "已核定", "Awarded"),
    item("refused", "不予补助", "Refused"),
    item("paid", "已拨付", "Paid"),
];

const CLAIM_EVIDENCE: &[Item] = &[
    item("contract_registration", "技术合同登记证明", "Contract registration"),
    item("payment_voucher", "付款凭证", "Payment voucher"),
    item("conversion_proof", "成果转化应用证明", "Proof of conversion"),
];

const ACCOUNT_KIND: &[Item] = &[
    item("appropriation", "预算安排", "Appropriation"),
    item("available", "可用", "Available"),
    item("reserved", "预留", "Reserved"),
    item("committed", "已承诺", "Committed"),
    item("approved", "已批准", "Approved"),
    item("paid", "已拨付", "Paid"),
    item("clawback_receivable", "应追回", "Clawback receivable"),
    item("returned", "缴回财政", "Returned to the treasury"),
    item("deposit_received", "保证金收入", "Deposits received"),
    item("deposit_held", "在管保证金", "Deposits held"),
    item("deposit_released", "退还保证金", "Deposits released"),
    item("deposit_applied", "抵作价款的保证金", "Deposits applied to the price"),
    item("deposit_forfeited", "没收保证金", "Deposits forfeited"),
];

const PROJECT_STATE: &[Item] = &[
    item("declared", "已申报", "Declared"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("lapsed", "已失效", "Lapsed"),
];

/// What the plan of 2019-2021 sets targets for (Annexes 2 to 5).
const INDICATOR: &[Item] = &[
    item("innovation_platforms", "市级以上创新平台", "Innovation platforms"),
    item("talent_teams", "高层次创新人才和团队", "Talents and teams"),
    item("new_high_tech_enterprises", "新增高新技术企业", "New high-tech enterprises"),
    item("total_high_tech_enterprises", "高新技术企业总数", "High-tech enterprises in total"),
    item("conversion_projects", "重大科技成果转化项目", "Conversion projects"),
];

const TARGET_COMPARISON: &[Item] =
    &[item("at_least", "不少于", "At least"), item("more_than", "超过", "More than")];

const TARGET_MEASURE: &[Item] =
    &[item("sum", "累计", "Records add up"), item("latest", "以最新数为准", "The latest record")];

const ATTAINMENT_STATE: &[Item] =
    &[item("recorded", "已登记", "Recorded"), item("withdrawn", "已撤回", "Withdrawn")];
