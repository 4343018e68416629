//! Achievements, demands and engagements (DOMAIN §6).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("achievement_kind", "成果类别", "Achievement kind", ACHIEVEMENT_KIND),
    define("achievement_origin", "成果来源", "Achievement origin", ACHIEVEMENT_ORIGIN),
    define("achievement_level", "成果水平", "Achievement level", ACHIEVEMENT_LEVEL),
    define("achievement_state", "成果状态", "Achievement state", ACHIEVEMENT_STATE),
    define("trl", "技术成熟度（GB/T 22900-2022）", "Technology readiness level", TRL),
    define("maturity", "成熟阶段", "Maturity", MATURITY),
    define("ip_kind", "知识产权类型", "Kind of intellectual property", IP_KIND),
    define("ip_status", "知识产权状态", "Status of intellectual property", IP_STATUS),
    define("cooperation_mode", "合作方式", "Cooperation mode", COOPERATION_MODE),
    define("conversion_mode", "转化方式", "Mode of conversion", CONVERSION_MODE),
    define("price_kind", "价格方式", "Price kind", PRICE_KIND),
    define("demand_kind", "需求类别", "Demand kind", DEMAND_KIND),
    define("demand_source", "需求来源", "Demand source", DEMAND_SOURCE),
    define("demand_state", "需求状态", "Demand state", DEMAND_STATE),
    define("engagement_state", "对接状态", "Engagement state", ENGAGEMENT_STATE),
    define("engagement_outcome", "对接结果", "Engagement outcome", ENGAGEMENT_OUTCOME),
    define("engagement_about", "对接对象", "What an engagement is about", ENGAGEMENT_ABOUT),
    define("engagement_party", "对接参与方", "Side of an engagement", ENGAGEMENT_PARTY),
    define("meeting_mode", "洽谈方式", "Meeting mode", MEETING_MODE),
    define("meeting_state", "洽谈状态", "Meeting state", MEETING_STATE),
    define("secrecy", "密级", "Secrecy", SECRECY),
    define("publication_change", "发布后修改状态", "Change of what is published", PUBLICATION_CHANGE),
    define("decline_reason", "谢绝原因", "Reason for declining", DECLINE_REASON),
];

const ACHIEVEMENT_KIND: &[Item] = &[
    item("basic", "基础理论成果", "Basic research"),
    item("applied", "应用技术成果", "Applied technology"),
    item("decision_support", "软科学成果", "Decision support"),
];

const ACHIEVEMENT_ORIGIN: &[Item] = &[
    item("original", "原始创新", "Original"),
    item("imported_digest", "引进消化吸收再创新", "Digest of imported technology"),
    item("domestic_redevelopment", "国内技术二次开发", "Domestic re-development"),
];

const ACHIEVEMENT_LEVEL: &[Item] = &[
    item("international_leading", "国际领先", "Internationally leading"),
    item("international_advanced", "国际先进", "Internationally advanced"),
    item("domestic_leading", "国内领先", "Domestically leading"),
    item("domestic_advanced", "国内先进", "Domestically advanced"),
    item("domestic_ordinary", "国内一般", "Domestically ordinary"),
];

const ACHIEVEMENT_STATE: &[Item] = &[
    item("draft", "草稿", "Draft"),
    item("submitted", "待审核", "Submitted"),
    item("published", "已发布", "Published"),
    item("returned", "已退回", "Returned"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("traded", "已成交", "Traded"),
    item("expired", "已过期", "Expired"),
];

/// Names by GB/T 22900-2022.
const TRL: &[Item] = &[
    item("1", "报告级", "Report"),
    item("2", "方案级", "Scheme"),
    item("3", "功能级", "Function"),
    item("4", "仿真级", "Simulation"),
    item("5", "初样级", "First sample"),
    item("6", "正样级", "Final sample"),
    item("7", "环境级", "Environment"),
    item("8", "产品级", "Product"),
    item("9", "系统级", "System"),
];

const MATURITY: &[Item] = &[
    item("in_research", "正在研发", "In research"),
    item("sample", "已有样品", "Sample"),
    item("lab_tested", "通过小试", "Lab-tested"),
    item("pilot", "通过中试", "Pilot"),
    item("mass_production", "可以量产", "Mass production"),
];

const IP_KIND: &[Item] = &[
    item("patent_invention", "发明专利", "Invention patent"),
    item("patent_utility", "实用新型专利", "Utility model patent"),
    item("patent_design", "外观设计专利", "Design patent"),
    item("know_how", "技术秘密", "Know-how"),
    item("software_copyright", "计算机软件著作权", "Software copyright"),
    item("ic_layout", "集成电路布图设计", "Integrated-circuit layout"),
    item("plant_variety", "植物新品种", "New plant variety"),
    item("bio_medical_variety", "生物、医药新品种", "New biological or medical variety"),
    item("design_copyright", "设计著作权", "Design copyright"),
    item("other", "其他", "Other"),
];

const IP_STATUS: &[Item] = &[
    item("applied", "申请中", "Applied for"),
    item("granted", "已授权", "Granted"),
    item("lapsed", "已失效", "Lapsed"),
    item("unregistered", "无需登记", "Not registrable"),
];

const COOPERATION_MODE: &[Item] = &[
    item("transfer", "技术转让", "Transfer"),
    item("licence", "技术许可", "Licence"),
    item("commissioned_development", "委托开发", "Commissioned development"),
    item("joint_development", "合作开发", "Joint development"),
    item("consulting", "技术咨询", "Consulting"),
    item("service", "技术服务", "Service"),
    item("equity", "作价投资", "Contribution as equity"),
    item("other", "其他", "Other"),
];

/// The four modes that the plan names (Annex 5).
const CONVERSION_MODE: &[Item] = &[
    item("joint_rd", "共建研发", "Joint research and development"),
    item("transfer", "技术转让", "Transfer"),
    item("licence", "技术许可", "Licence"),
    item("equity", "作价投资", "Contribution as equity"),
];

const PRICE_KIND: &[Item] = &[
    item("negotiable", "面议", "Negotiable"),
    item("fixed", "一口价", "Fixed price"),
    item("range", "价格区间", "Price range"),
];

const DEMAND_KIND: &[Item] = &[
    item("breakthrough", "技术攻关", "Technical breakthrough"),
    item("import_substitution", "国产替代", "Substitution of imports"),
    item("achievement_purchase", "成果转化采购", "Purchase of an achievement"),
    item("product_development", "新产品开发", "New product"),
    item("process_improvement", "工艺改进", "Process improvement"),
    item("consulting", "技术咨询", "Technical advice"),
    item("other", "其他", "Other"),
];

const DEMAND_SOURCE: &[Item] = &[
    item("enterprise", "企业自主发布", "Posted by the enterprise"),
    item("government_plan", "政府科技计划", "Government plan"),
    item("collected", "走访征集", "Collected on visits"),
    item("broker", "技术转移机构代发", "Posted by a transfer agency"),
    item("other", "其他", "Other"),
];

const DEMAND_STATE: &[Item] = &[
    item("draft", "草稿", "Draft"),
    item("submitted", "待审核", "Submitted"),
    item("published", "已发布", "Published"),
    item("returned", "已退回", "Returned"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("traded", "已成交", "Traded"),
    item("expired", "已过期", "Expired"),
];

const ENGAGEMENT_STATE: &[Item] = &[
    item("enquired", "待答复", "Enquired"),
    item("accepted", "已接受", "Accepted"),
    item("declined", "已谢绝", "Declined"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("concluded", "已办结", "Concluded"),
];

const ENGAGEMENT_OUTCOME: &[Item] =
    &[item("contract", "签订合同", "Contract"), item("none", "未成交", "No contract")];

const ENGAGEMENT_ABOUT: &[Item] =
    &[item("achievement", "科技成果", "Achievement"), item("demand", "技术需求", "Demand")];

const ENGAGEMENT_PARTY: &[Item] = &[
    item("owner", "发布方", "Owner"),
    item("enquirer", "意向方", "Enquirer"),
    item("broker", "技术经纪机构", "Broker"),
];

const MEETING_MODE: &[Item] = &[item("on_site", "现场", "On site"), item("online", "线上", "Online")];

const MEETING_STATE: &[Item] = &[
    item("arranged", "已约定", "Arranged"),
    item("held", "已举行", "Held"),
    item("cancelled", "已取消", "Cancelled"),
];

/// `classified` exists so that it can be refused by name.
const SECRECY: &[Item] = &[
    item("open", "公开", "Open"),
    item("commercial", "商业秘密", "Commercial secret"),
    item("classified", "国家秘密", "State secret"),
];

/// A change of a published record on its way through review.
const PUBLICATION_CHANGE: &[Item] = &[
    item("none", "无", "None"),
    item("draft", "修改中", "Being changed"),
    item("submitted", "修改待审核", "Submitted for review"),
    item("returned", "修改被退回", "Returned"),
];

const DECLINE_REASON: &[Item] = &[
    item("too_early", "成熟度不足", "Not mature enough"),
    item("benefit_unclear", "效益不明", "Benefit unclear"),
    item("route_unclear", "技术路线不清", "Technical route unclear"),
    item("description_unclear", "描述不清", "Description unclear"),
    item("rights_unclear", "权属不清", "Rights unclear"),
    item("price", "价格不合", "Price does not suit"),
    item("field_mismatch", "领域不符", "Field does not match"),
    item("no_need", "暂无需求", "No need at present"),
];
