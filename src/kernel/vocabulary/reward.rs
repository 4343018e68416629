//! Rewards to contributors and brokerage (DOMAIN §3, §6).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("reward_form", "奖酬形式", "Form of a reward", REWARD_FORM),
    define("reward_state", "奖酬方案状态", "Reward plan state", REWARD_STATE),
    define("reward_objection_state", "奖酬异议状态", "Reward objection state", REWARD_OBJECTION_STATE),
    define("reward_cost", "可扣除费用", "Deductible cost", REWARD_COST),
    define("contributor_role", "完成人类别", "Role of a contributor", CONTRIBUTOR_ROLE),
    define("mandate_state", "委托状态", "Mandate state", MANDATE_STATE),
    define("mandate_fee", "佣金方式", "Kind of fee", MANDATE_FEE),
    define("mandate_payer", "佣金支付方", "Who pays the fee", MANDATE_PAYER),
    define("commission_base", "佣金基数", "Base of a commission", COMMISSION_BASE),
    define("manager_level", "技术经理人等级", "Level of a technology manager", MANAGER_LEVEL),
    define("manager_state", "技术经理人状态", "State of a technology manager", MANAGER_STATE),
];

const REWARD_FORM: &[Item] = &[
    item("cash", "净收入现金奖酬", "Cash out of the net income"),
    item("equity", "作价投资股份奖酬", "Shares of a contribution"),
    item("own_use", "自行或合作实施提成", "Share of the profit of own use"),
];

const REWARD_STATE: &[Item] = &[
    item("draft", "草稿", "Draft"),
    item("publicised", "公示中", "Publicised"),
    item("confirmed", "已确认", "Confirmed"),
    item("settled", "已发清", "Settled"),
    item("withdrawn", "已撤回", "Withdrawn"),
];

const REWARD_OBJECTION_STATE: &[Item] = &[
    item("open", "待处理", "Open"),
    item("upheld", "成立", "Upheld"),
    item("dismissed", "不成立", "Dismissed"),
];

const REWARD_COST: &[Item] = &[
    item("tax", "本次交易税金", "Taxes of the deal"),
    item("upkeep", "成果维护费", "Upkeep of the achievement"),
    item("deal_cost", "交易直接费用", "Direct costs of the deal"),
];

const CONTRIBUTOR_ROLE: &[Item] =
    &[item("main", "主要贡献人员", "Main contributor"), item("other", "其他贡献人员", "Other contributor")];

const MANDATE_STATE: &[Item] = &[
    item("proposed", "待对方接受", "Proposed"),
    item("active", "生效", "Active"),
    item("declined", "已谢绝", "Declined"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("ended", "已终止", "Ended"),
];

const MANDATE_FEE: &[Item] = &[
    item("rate", "按比例", "Rate"),
    item("tiered", "分段累进", "Tiered rates"),
    item("fixed", "定额", "Fixed amount"),
];

const MANDATE_PAYER: &[Item] = &[
    item("client", "委托方", "Client"),
    item("counterparty", "合同相对方", "The other side"),
    item("shared", "双方分担", "Shared"),
];

const COMMISSION_BASE: &[Item] =
    &[item("total", "合同成交额", "Total amount"), item("technical", "技术交易额", "Technical amount")];

const MANAGER_LEVEL: &[Item] = &[
    item("junior", "初级", "Junior"),
    item("intermediate", "中级", "Intermediate"),
    item("senior", "高级", "Senior"),
];

const MANAGER_STATE: &[Item] = &[item("active", "在岗", "Active"), item("left", "已离开", "Left")];
