//! The columns of the template: each fills one field of the form.

/// What a cell of the column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// An entry of this vocabulary, by its label or its code.
    Code(&'static str),
    Day,
    /// 是 or 否; empty is no.
    Yes,
    /// 是 or 否; empty is not answered.
    YesOrNo,
    Yuan,
    /// A part of a hundred, at most four decimals; the form keeps parts per million.
    Percent,
}

#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub title: &'static str,
    /// Where it belongs in the form; in a part, where it belongs in one of its entries.
    pub pointer: &'static str,
    pub kind: Kind,
    pub note: &'static str,
}

/// A sheet with several lines for one application.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub sheet: &'static str,
    pub pointer: &'static str,
    pub fields: &'static [Field],
}

/// The sheet with one line for each application.
pub const MAIN_SHEET: &str = "申请";
/// The first column of every sheet: which application a line belongs to.
pub const KEY: &str = "序号";

const fn field(title: &'static str, pointer: &'static str, kind: Kind) -> Field {
    Field { title, pointer, kind, note: "" }
}

const fn noted(title: &'static str, pointer: &'static str, kind: Kind, note: &'static str) -> Field {
    Field { title, pointer, kind, note }
}

use Kind::{Code, Percent, Text, Yes, YesOrNo, Yuan};

pub const MAIN: &[Field] = &[
    field("项目名称", "/title", Text),
    field("合同类别", "/class", Code("contract_class")),
    field("合同子类", "/sub_type", Code("contract_sub_type")),
    field("技术领域", "/technical_field", Code("technical_field")),
    field("社会经济目标", "/objective", Code("socio_economic_objective")),
    noted("国民经济行业", "/industry", Code("industry_class"), "GB/T 4754-2017 行业大类"),
    field("计划来源", "/plan_source", Code("plan_source")),
    field("内容摘要", "/summary", Text),
    noted("签订日期", "/signed_on", Kind::Day, "如 2026-03-01"),
    field("起始日期", "/start_on", Kind::Day),
    field("终止日期", "/end_on", Kind::Day),
    noted("书面合同", "/written", Yes, "填“是”；口头合同不予受理"),
    field("关联交易", "/related_party", YesOrNo),
    noted("技术进口", "/import", Yes, "填“是”时由境内买方申请"),
    noted("合同成交额（元）", "/total_fen", Yuan, "最多两位小数；技术交易额由平台按“扣除”表计算"),
    field("价款暂估", "/estimated", Yes),
    field("卖方名称", "/seller/name", Text),
    noted("卖方信用代码", "/seller/credit_code", Text, "18 位，单元格请设为文本格式"),
    field("卖方单位性质", "/seller/kind", Code("unit_kind")),
    noted("卖方区划代码", "/seller/division", Text, "6 位，如 450702"),
    field("卖方国家或地区", "/seller/country", Text),
    field("卖方地址", "/seller/address", Text),
    field("卖方法定代表人", "/seller/representative", Text),
    field("卖方联系人", "/seller/contact", Text),
    field("卖方电话", "/seller/phone", Text),
    field("卖方为技术转移机构", "/seller/transfer_agency", Yes),
    field("卖方为研发机构", "/seller/research_body", Yes),
    field("卖方为转制院所", "/seller/converted_institute", Yes),
    field("卖方在高新区内", "/seller/in_high_tech_zone", Yes),
    field("卖方为上市公司", "/seller/listed", Yes),
    field("卖方企业规模", "/seller/size", Code("enterprise_size")),
    field("买方名称", "/buyer/name", Text),
    noted("买方信用代码", "/buyer/credit_code", Text, "18 位，单元格请设为文本格式"),
    field("买方单位性质", "/buyer/kind", Code("unit_kind")),
    noted("买方区划代码", "/buyer/division", Text, "6 位，如 450702"),
    field("买方国家或地区", "/buyer/country", Text),
    field("买方地址", "/buyer/address", Text),
    field("买方法定代表人", "/buyer/representative", Text),
    field("买方联系人", "/buyer/contact", Text),
    field("买方电话", "/buyer/phone", Text),
    field("买方为技术转移机构", "/buyer/transfer_agency", Yes),
    field("买方为研发机构", "/buyer/research_body", Yes),
    field("买方为转制院所", "/buyer/converted_institute", Yes),
    field("买方在高新区内", "/buyer/in_high_tech_zone", Yes),
    field("买方为上市公司", "/buyer/listed", Yes),
    field("买方企业规模", "/buyer/size", Code("enterprise_size")),
    noted("支付方式", "/payment/mode", Code("payment_mode"), "分期支付在“分期”表列明各期"),
    field("提成基数", "/payment/royalty/base", Code("royalty_base")),
    noted("提成比例（%）", "/payment/royalty/rate_ppm", Percent, "如 3.5"),
    field("入门费（元）", "/payment/entry_fee_fen", Yuan),
    field("许可方式", "/licence/exclusivity", Code("licence_exclusivity")),
    field("许可终止日期", "/licence/ends_on", Kind::Day),
    noted("涉及的知识产权", "/ip", Code("ip_involved"), "没有则选“无”；专利等须在“知识产权”表写明"),
    noted("创新内容", "/novelty", Text, "技术开发合同填写"),
    noted("权属约定", "/ownership", Text, "技术转让合同填写"),
    field("中介机构名称", "/broker/name", Text),
    noted("中介机构信用代码", "/broker/credit_code", Text, "18 位，单元格请设为文本格式"),
    noted("主合同登记编号", "/parent_number", Text, "技术培训合同必填，16 位，单元格请设为文本格式"),
];

pub const PARTS: &[Part] = &[
    Part {
        sheet: "扣除",
        pointer: "/deductions",
        fields: &[
            field("费用类型", "/kind", Code("deduction_kind")),
            field("金额（元）", "/amount_fen", Yuan),
            field("说明", "/note", Text),
        ],
    },
    Part {
        sheet: "分期",
        pointer: "/payment/instalments",
        fields: &[field("支付日期", "/due_on", Kind::Day), field("金额（元）", "/amount_fen", Yuan)],
    },
    Part {
        sheet: "知识产权",
        pointer: "/ip",
        fields: &[
            field("种类", "/kind", Code("ip_involved")),
            field("名称", "/title", Text),
            noted("申请号或登记号", "/number", Text, "单元格请设为文本格式"),
            field("授权号", "/granted_number", Text),
            field("申请人", "/applicant", Text),
            field("权利人", "/owner", Text),
            field("申请日", "/filed_on", Kind::Day),
            field("有效期至", "/expires_on", Kind::Day),
        ],
    },
];
