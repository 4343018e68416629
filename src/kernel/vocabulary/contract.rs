//! Technical contracts: classes, sub-types, form fields, refusal grounds, states (DOMAIN §2).

use super::{Item, List, child, define, item, list};

pub(super) const LISTS: &[List] = &[
    define("contract_class", "合同类别", "Contract class", CLASS),
    define("contract_sub_type", "合同子类", "Contract sub-type", SUB_TYPE),
    define("contract_side", "当事人称谓", "Name of a contract side", SIDE),
    define("contract_state", "合同登记状态", "Contract registration state", STATE),
    define("licence_exclusivity", "许可方式", "Licence exclusivity", EXCLUSIVITY),
    define("payment_mode", "支付方式", "Payment mode", PAYMENT_MODE),
    define("royalty_base", "提成基数", "Royalty base", ROYALTY_BASE),
    define("plan_source", "计划来源", "Plan source", PLAN_SOURCE),
    define("ip_involved", "涉及的知识产权", "Intellectual property involved", IP_INVOLVED),
    define("deduction_kind", "非技术性费用类型", "Deduction kind", DEDUCTION_KIND),
    define("refusal_ground", "不予登记事由", "Refusal ground", REFUSAL_GROUND),
    define("revocation_ground", "撤销登记事由", "Revocation ground", REVOCATION_GROUND),
    define("contract_step", "登记环节", "Step of a registration case", STEP),
    define("contract_attachment_kind", "合同附件类型", "Contract attachment kind", ATTACHMENT_KIND),
    define("amendment_state", "变更申请状态", "State of an amendment", AMENDMENT_STATE),
    define("income_state", "技术性收入核定状态", "State of a statement of income", INCOME_STATE),
    define("contract_check", "机器核查项", "Machine check", CHECK),
    define("contract_check_result", "机器核查结果", "Result of a machine check", CHECK_RESULT),
    define("competent_authority", "主管部门", "Competent authority", AUTHORITY),
];

/// Five classes since 2021 (Civil Code part 3 chapter 20); before, a licence is a kind of transfer.
const CLASS: &[Item] = &[
    item("development", "技术开发合同", "Development"),
    item("transfer", "技术转让合同", "Transfer"),
    item("licence", "技术许可合同", "Licence"),
    item("consulting", "技术咨询合同", "Consulting"),
    item("service", "技术服务合同", "Service"),
];

const SUB_TYPE: &[Item] = &[
    child("development", "commissioned_development", "委托开发", "Commissioned development"),
    child("development", "cooperative_development", "合作开发", "Cooperative development"),
    child("transfer", "patent_transfer", "专利权转让", "Transfer of a patent"),
    child("transfer", "patent_application_transfer", "专利申请权转让", "Transfer of a patent application"),
    child("transfer", "know_how_transfer", "技术秘密转让", "Transfer of know-how"),
    child("transfer", "plant_variety_transfer", "植物新品种权转让", "Transfer of a plant variety right"),
    child("transfer", "software_transfer", "计算机软件著作权转让", "Transfer of a software copyright"),
    child("transfer", "ic_layout_transfer", "集成电路布图设计专有权转让", "Transfer of an IC layout right"),
    child("licence", "patent_licence", "专利实施许可", "Patent licence"),
    child("licence", "know_how_licence", "技术秘密使用许可", "Know-how licence"),
    child("licence", "plant_variety_licence", "植物新品种权许可", "Plant variety licence"),
    child("licence", "software_licence", "计算机软件著作权许可", "Software licence"),
    child("licence", "ic_layout_licence", "集成电路布图设计专有权许可", "IC layout licence"),
    child("consulting", "feasibility_study", "可行性论证", "Feasibility study"),
    child("consulting", "forecast", "技术预测", "Technical forecast"),
    child("consulting", "investigation", "专题技术调查", "Technical investigation"),
    child("consulting", "analysis_evaluation", "分析评价报告", "Analysis and evaluation"),
    child("service", "general_service", "一般性技术服务", "General service"),
    child("service", "training", "技术培训", "Technical training"),
    child("service", "intermediary", "技术中介", "Technical intermediary"),
];

const SIDE: &[Item] = &[
    item("developer", "研究开发人", "Developer"),
    item("client", "委托人", "Client"),
    item("transferor", "让与人", "Transferor"),
    item("transferee", "受让人", "Transferee"),
    item("licensor", "许可人", "Licensor"),
    item("licensee", "被许可人", "Licensee"),
    item("contractor", "受托人", "Contractor"),
    item("trainer", "培训人", "Trainer"),
    item("agent", "中介人", "Intermediary"),
];

/// How the two sides of a contract are called: codes of `contract_side`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    pub seller: &'static str,
    pub buyer: &'static str,
}

/// Names of the sides by class and sub-type; `None` for a class that does not exist.
pub fn contract_sides(class: &str, sub_type: &str) -> Option<Sides> {
    let (seller, buyer) = match (class, sub_type) {
        ("development", _) => ("developer", "client"),
        ("transfer", _) => ("transferor", "transferee"),
        ("licence", _) => ("licensor", "licensee"),
        ("service", "training") => ("trainer", "client"),
        ("service", "intermediary") => ("agent", "client"),
        ("consulting" | "service", _) => ("contractor", "client"),
        _ => return None,
    };
    Some(Sides { seller, buyer })
}

/// The class of a sub-type. Where the profile has four classes (before 2021), a licence is a transfer.
pub fn contract_class_of(sub_type: &str, licence_is_a_class: bool) -> Option<&'static str> {
    match list("contract_sub_type").get(sub_type)?.parent {
        Some("licence") if !licence_is_a_class => Some("transfer"),
        class => class,
    }
}

const STATE: &[Item] = &[
    item("draft", "草稿", "Draft"),
    item("submitted", "已提交", "Submitted"),
    item("accepted", "已受理", "Accepted"),
    item("correction_requested", "待补正", "Correction requested"),
    item("resubmitted", "已补正", "Resubmitted"),
    item("registered", "已登记", "Registered"),
    item("amended", "已变更登记", "Registered, amended"),
    item("refused", "不予登记", "Refused"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("cancelled", "已注销", "Cancelled"),
    item("revoked", "已撤销", "Revoked"),
];

const EXCLUSIVITY: &[Item] = &[
    item("exclusive", "独占许可", "Exclusive"),
    item("sole", "排他许可", "Sole"),
    item("ordinary", "普通许可", "Ordinary"),
];

/// Civil Code art. 846.
const PAYMENT_MODE: &[Item] = &[
    item("lump_sum", "一次总付", "Lump sum"),
    item("instalments", "分期支付", "Instalments"),
    item("royalty", "提成支付", "Royalty"),
    item("royalty_with_entry_fee", "提成支付附加预付入门费", "Royalty plus entry fee"),
];

const ROYALTY_BASE: &[Item] = &[
    item("price", "产品价格", "Price of the product"),
    item("output", "新增产值", "Added output"),
    item("sales", "产品销售额", "Sales"),
    item("profit", "利润", "Profit"),
];

const PLAN_SOURCE: &[Item] = &[
    item("national", "国家科技计划", "National plan"),
    item("ministry", "部门计划", "Ministry plan"),
    item("province", "省（自治区、直辖市）计划", "Provincial plan"),
    item("city_county", "市、县计划", "City or county plan"),
    item("none", "计划外", "None"),
];

const IP_INVOLVED: &[Item] = &[
    item("know_how", "技术秘密", "Know-how"),
    item("patent_invention", "发明专利", "Invention patent"),
    item("patent_utility", "实用新型专利", "Utility model patent"),
    item("patent_design", "外观设计专利", "Design patent"),
    item("software_copyright", "计算机软件著作权", "Software copyright"),
    item("ic_layout", "集成电路布图设计", "Integrated-circuit layout"),
    item("bio_medical_variety", "生物、医药新品种", "New biological or medical variety"),
    item("plant_variety", "植物新品种", "New plant variety"),
    item("design_copyright", "设计著作权", "Design copyright"),
    item("none", "未涉及知识产权", "None"),
];

/// What is taken from the total amount to get the technical amount.
const DEDUCTION_KIND: &[Item] = &[
    item("equipment", "设备", "Equipment"),
    item("instruments", "仪器", "Instruments"),
    item("parts", "零部件", "Parts"),
    item("raw_materials", "原材料", "Raw materials"),
];

/// Closed list; `other` needs a text.
const REFUSAL_GROUND: &[Item] = &[
    item("not_effective", "合同无效或者尚未生效", "Invalid or not yet effective"),
    item("not_technical", "不属于技术合同", "Not a technical contract"),
    item("unclear", "当事人、标的或者价款不明确", "Parties, subject or price unclear"),
    item("approval_missing", "缺少必需的批准文件", "A required approval is missing"),
    item("title_mismatch", "名称与权利义务不符且未补正", "Title does not match rights and duties"),
    item("monopoly", "非法垄断技术或者不合理限制", "Illegal technology monopoly or unreasonable restriction"),
    item("evidence_missing", "证明材料缺失或者不符合要求", "Evidence missing or not conforming"),
    item("seal_invalid", "印章缺失或者与书面名称不符", "Seal missing or not the written name"),
    item("other", "其他", "Other"),
];

const REVOCATION_GROUND: &[Item] = &[
    item("fraud", "弄虚作假骗取登记", "Fraud"),
    item("contract_void", "合同无效且未注销登记", "Contract void and not deregistered"),
    item("duplicate", "重复登记", "Duplicate registration"),
    item("superior_decision", "上级机关决定", "Decision of a superior authority"),
];

const STEP: &[Item] = &[
    item("created", "起草", "Drafted"),
    item("edited", "修改", "Edited"),
    item("submitted", "提交", "Submitted"),
    item("accepted", "受理", "Accepted"),
    item("correction_requested", "要求补正", "Correction requested"),
    item("resubmitted", "补正后重新提交", "Resubmitted"),
    item("first_review", "初审", "First review"),
    item("second_review", "复核", "Second review"),
    item("registered", "准予登记", "Registered"),
    item("refused", "不予登记", "Refused"),
    item("withdrawn", "撤回", "Withdrawn"),
    item("amended", "变更登记", "Amended"),
    item("cancelled", "注销登记", "Cancelled"),
    item("revoked", "撤销登记", "Revoked"),
    item("claimed", "认领", "Claimed"),
    item("handed_over", "移交", "Handed over"),
    item("disputed", "标为争议", "Marked as disputed"),
    item("due_reckoned", "核定办理期限", "Last day reckoned again"),
    item("amendment_proposed", "申请变更", "Amendment proposed"),
    item("amendment_reviewed", "变更复核", "Amendment reviewed"),
    item("amendment_refused", "不予变更", "Amendment refused"),
    item("amendment_withdrawn", "撤回变更申请", "Amendment withdrawn"),
    item("income_stated", "申报技术性收入", "Technical income stated"),
    item("income_verified", "核定技术性收入", "Technical income verified"),
    item("income_returned", "退回技术性收入申报", "Statement of income returned"),
];

const AMENDMENT_STATE: &[Item] = &[
    item("proposed", "待审核", "Proposed"),
    item("approved", "已变更", "Approved"),
    item("refused", "不予变更", "Refused"),
    item("withdrawn", "已撤回", "Withdrawn"),
];

const INCOME_STATE: &[Item] = &[
    item("stated", "待核定", "Stated"),
    item("verified", "已核定", "Verified"),
    item("returned", "已退回", "Returned"),
];

const CHECK: &[Item] = &[
    item("form", "申请表", "Application form"),
    item("validity", "有效期", "Validity"),
    item("amounts", "金额", "Amounts"),
    item("evidence", "证明材料", "Evidence"),
    item("territory", "属地", "Territory"),
    item("duplicate_text", "文本重复", "Duplicate text"),
    item("duplicate_deal", "交易重复", "Duplicate deal"),
    item("similar_deal", "近似交易", "Similar deal"),
    item("barred_parties", "失信限制", "Barred parties"),
    item("registry", "单位信息", "Registry of units"),
    item("profile", "适用规则", "Regulation profile"),
];

const CHECK_RESULT: &[Item] =
    &[item("passed", "通过", "Passed"), item("warned", "提示", "Warned"), item("failed", "不符", "Failed")];

const ATTACHMENT_KIND: &[Item] = &[
    item("main_text", "合同正文", "Main text"),
    item("annex", "附件", "Annex"),
    item("rights_proof", "权属证明（专利、登记证书等）", "Proof of the right, such as a patent certificate"),
    item("authorisation", "委托书", "Letter of authorisation"),
    item("approval", "批准文件", "Approval"),
    item("import_certificate", "技术进口合同登记证", "Certificate of a technology import"),
    item("amendment", "变更协议", "Agreement on an amendment"),
    item("income_voucher", "收入凭证", "Voucher of income"),
];

const AUTHORITY: &[Item] = &[
    item("science", "科学技术行政部门", "Science and technology authority"),
    item("industry", "工业和信息化主管部门", "Industry and information technology authority"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::vocabulary::{codes_of, has, zh};

    #[test]
    fn civil_code_ch_20_every_sub_type_has_a_class_and_named_sides() {
        for sub_type in SUB_TYPE {
            let class = contract_class_of(sub_type.code, true).unwrap();
            assert!(has("contract_class", class));
            let sides = contract_sides(class, sub_type.code).unwrap();
            assert!(has("contract_side", sides.seller) && has("contract_side", sides.buyer));
        }
        assert_eq!(contract_sides("sale", "any"), None);
        assert_eq!(contract_class_of("any", true), None);
    }

    #[test]
    fn civil_code_art_876_analogies_stand_beside_patents_and_know_how() {
        for right in ["plant_variety", "software", "ic_layout"] {
            assert_eq!(contract_class_of(&format!("{right}_transfer"), true), Some("transfer"));
            assert_eq!(contract_class_of(&format!("{right}_licence"), true), Some("licence"));
        }
    }

    #[test]
    fn contract_law_before_2021_a_licence_is_a_transfer() {
        assert_eq!(contract_class_of("patent_licence", true), Some("licence"));
        assert_eq!(contract_class_of("patent_licence", false), Some("transfer"));
        assert_eq!(contract_class_of("training", false), Some("service"));
        let sides = contract_sides("transfer", "patent_licence").unwrap();
        assert_eq!(
            (zh("contract_side", sides.seller), zh("contract_side", sides.buyer)),
            ("让与人", "受让人")
        );
    }

    #[test]
    fn domain_2_side_names() {
        let names = |class, sub_type| {
            let sides = contract_sides(class, sub_type).unwrap();
            (zh("contract_side", sides.seller), zh("contract_side", sides.buyer))
        };
        assert_eq!(names("development", "commissioned_development"), ("研究开发人", "委托人"));
        assert_eq!(names("licence", "patent_licence"), ("许可人", "被许可人"));
        assert_eq!(names("consulting", "forecast"), ("受托人", "委托人"));
        assert_eq!(names("service", "general_service"), ("受托人", "委托人"));
        assert_eq!(names("service", "training"), ("培训人", "委托人"));
        assert_eq!(names("service", "intermediary"), ("中介人", "委托人"));
    }

    #[test]
    fn civil_code_art_846_payment_modes() {
        assert_eq!(
            codes_of("payment_mode"),
            ["lump_sum", "instalments", "royalty", "royalty_with_entry_fee"]
        );
        assert_eq!(codes_of("royalty_base").len(), 4);
    }
}
