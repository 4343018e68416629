//! Divisions and days, organisations, roles and kinds of unit (DESIGN "Who may do what"; DOMAIN §2 form fields).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("division_level", "行政区划级别", "Division level", DIVISION_LEVEL),
    define("day_kind", "日期类型", "Kind of day", DAY_KIND),
    define("limit_unit", "期限单位", "Unit of a limit", LIMIT_UNIT),
    define("organisation_kind", "单位类型", "Organisation kind", ORGANISATION_KIND),
    define("organisation_state", "单位状态", "Organisation state", ORGANISATION_STATE),
    define("role", "角色", "Role", ROLE),
    define("unit_kind", "法人性质", "Legal kind of unit", UNIT_KIND),
    define("enterprise_size", "企业规模", "Enterprise size", ENTERPRISE_SIZE),
    define("agency_kind", "技术转移机构类型", "Transfer agency kind", AGENCY_KIND),
    define("assessment_grade", "考核等次", "Assessment grade", ASSESSMENT_GRADE),
    define("credit_record_kind", "信用记录类型", "Credit record kind", CREDIT_RECORD_KIND),
    define("credit_level", "信用等级", "Credit level", CREDIT_LEVEL),
    define("credit_state", "信用记录状态", "Credit record state", CREDIT_STATE),
];

const DIVISION_LEVEL: &[Item] = &[
    item("province", "省级", "Province"),
    item("prefecture", "地级", "Prefecture"),
    item("county", "县级", "County"),
    item("zone", "功能区", "Functional zone"),
];

const DAY_KIND: &[Item] =
    &[item("holiday", "放假", "Public holiday"), item("workday", "补班", "Weekend day worked")];

const LIMIT_UNIT: &[Item] =
    &[item("calendar_day", "自然日", "Calendar day"), item("working_day", "工作日", "Working day")];

const ORGANISATION_KIND: &[Item] = &[
    item("institute", "高校院所", "University or research institute"),
    item("enterprise", "企业", "Enterprise"),
    item("broker", "技术转移机构", "Transfer agency"),
    item("registration_office", "技术合同登记机构", "Contract registration office"),
    item("government", "政府部门", "Government bureau"),
    item("financier", "金融机构", "Financier"),
    item("operator", "平台运营方", "Platform operator"),
];

const ORGANISATION_STATE: &[Item] = &[
    item("pending", "待审核", "Pending verification"),
    item("verified", "已认证", "Verified"),
    item("refused", "未通过", "Refused"),
    item("suspended", "已停用", "Suspended"),
];

const ROLE: &[Item] = &[
    item("member", "成员", "Member"),
    item("admin", "单位管理员", "Organisation administrator"),
    item("registrar", "登记员", "Registrar"),
    item("reviewer", "复核员", "Reviewer"),
    item("preparer", "编制人", "Preparer"),
    item("approver", "审批人", "Approver"),
    item("payer", "拨付人", "Payer"),
    item("county_officer", "县区经办人", "County officer"),
    item("operator", "平台运营人员", "Platform operator"),
    item("auditor", "审计员", "Auditor"),
];

/// National form: 机关, 事业, 社团, 内资 by form, 港澳台, 外商, 个体 and 自然人 (DOMAIN §2).
const UNIT_KIND: &[Item] = &[
    item("government_body", "机关法人", "Government body"),
    item("public_research", "事业法人·科研机构", "Public institution: research"),
    item("public_university", "事业法人·高等院校", "Public institution: university"),
    item("public_medical", "事业法人·医疗卫生", "Public institution: medical"),
    item("public_other", "事业法人·其他", "Public institution: other"),
    item("association", "社团法人", "Association"),
    item("state_owned", "内资企业·国有企业", "Domestic: state-owned enterprise"),
    item("collective", "内资企业·集体企业", "Domestic: collective enterprise"),
    item("stock_cooperative", "内资企业·股份合作企业", "Domestic: stock cooperative"),
    item("joint_operation", "内资企业·联营企业", "Domestic: joint operation"),
    item("limited_liability", "内资企业·有限责任公司", "Domestic: limited liability company"),
    item("joint_stock", "内资企业·股份有限公司", "Domestic: joint-stock company"),
    item("private", "内资企业·私营企业", "Domestic: private enterprise"),
    item("domestic_other", "内资企业·其他企业", "Domestic: other enterprise"),
    item("hk_mo_tw_invested", "港澳台商投资企业", "Invested from Hong Kong, Macao or Taiwan"),
    item("foreign_invested", "外商投资企业", "Foreign-invested enterprise"),
    item("individual_business", "个体经营", "Individual business"),
    item("natural_person", "自然人", "Natural person"),
    item("other", "其他组织", "Other organisation"),
    item("overseas", "境外单位或个人", "Unit or person abroad"),
];

const ENTERPRISE_SIZE: &[Item] = &[
    item("large", "大型企业", "Large"),
    item("medium", "中型企业", "Medium"),
    item("small", "小型企业", "Small"),
    item("micro", "微型企业", "Micro"),
];

const AGENCY_KIND: &[Item] =
    &[item("comprehensive", "综合性", "Comprehensive"), item("specialised", "专业性", "Specialised")];

const ASSESSMENT_GRADE: &[Item] = &[
    item("excellent", "优秀", "Excellent"),
    item("qualified", "合格", "Qualified"),
    item("rectify", "限期整改", "To be rectified"),
    item("cancelled", "取消资格", "Cancelled"),
];

const CREDIT_RECORD_KIND: &[Item] =
    &[item("good", "守信记录", "Good record"), item("bad", "失信记录", "Bad record")];

const CREDIT_STATE: &[Item] = &[
    item("standing", "有效", "Standing"),
    item("appealed", "申诉中", "Under appeal"),
    item("lifted", "已解除", "Lifted"),
];

const CREDIT_LEVEL: &[Item] = &[
    item("excellent", "优秀", "Excellent"),
    item("good", "良好", "Good"),
    item("ordinary", "一般", "Ordinary"),
    item("untrustworthy", "失信", "Untrustworthy"),
    item("seriously_untrustworthy", "严重失信", "Seriously untrustworthy"),
];
