//! Fields of technology: the contract form's 11, the 8 high-tech fields, IPC, GB/T 24450 (DOMAIN §2, §7).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("technical_field", "技术领域", "Technical field", TECHNICAL_FIELD),
    define("high_tech_field", "国家重点支持的高新技术领域", "High-tech field", HIGH_TECH_FIELD),
    define("ipc_section", "国际专利分类部", "IPC section", IPC_SECTION),
    define("socio_economic_objective", "社会经济目标（GB/T 24450）", "Socio-economic objective", OBJECTIVE),
];

const TECHNICAL_FIELD: &[Item] = &[
    item("electronics_information", "电子信息", "Electronics and information"),
    item("aerospace", "航空航天", "Aerospace"),
    item("advanced_manufacturing", "先进制造", "Advanced manufacturing"),
    item("bio_medicine", "生物、医药和医疗器械", "Biology, medicine and medical devices"),
    item("new_materials", "新材料及其应用", "New materials and their use"),
    item("new_energy", "新能源与高效节能", "New energy and energy saving"),
    item("environment", "环境保护与资源综合利用", "Environment and use of resources"),
    item("nuclear", "核应用", "Nuclear applications"),
    item("agriculture", "农业", "Agriculture"),
    item("transport", "现代交通", "Modern transport"),
    item("urban_social", "城市建设与社会发展", "Urban construction and social development"),
];

const HIGH_TECH_FIELD: &[Item] = &[
    item("electronics_information", "电子信息", "Electronics and information"),
    item("biology_new_medicine", "生物与新医药", "Biology and new medicine"),
    item("aerospace", "航空航天", "Aerospace"),
    item("new_materials", "新材料", "New materials"),
    item("high_tech_services", "高技术服务", "High-tech services"),
    item("new_energy_saving", "新能源与节能", "New energy and energy saving"),
    item("resources_environment", "资源与环境", "Resources and environment"),
    item("advanced_manufacturing", "先进制造与自动化", "Advanced manufacturing and automation"),
];

const IPC_SECTION: &[Item] = &[
    item("A", "人类生活必需", "Human necessities"),
    item("B", "作业；运输", "Performing operations; transporting"),
    item("C", "化学；冶金", "Chemistry; metallurgy"),
    item("D", "纺织；造纸", "Textiles; paper"),
    item("E", "固定建筑物", "Fixed constructions"),
    item(
        "F",
        "机械工程；照明；加热；武器；爆破",
        "Mechanical engineering; lighting; heating; weapons; blasting",
    ),
    item("G", "物理", "Physics"),
    item("H", "电学", "Electricity"),
];

/// Top level of GB/T 24450-2009.
const OBJECTIVE: &[Item] = &[
    item("01", "环境保护、生态建设及污染防治", "Environment, ecology and pollution control"),
    item("02", "能源生产、分配和合理利用", "Production, distribution and rational use of energy"),
    item("03", "卫生事业发展", "Health"),
    item("04", "教育事业发展", "Education"),
    item("05", "基础设施以及城市和农村规划", "Infrastructure, urban and rural planning"),
    item("06", "社会发展和社会服务", "Social development and social services"),
    item("07", "地球和大气层的探索与利用", "Exploration and use of the earth and the atmosphere"),
    item("08", "民用空间探测及开发", "Civil exploration and development of space"),
    item("09", "农林牧渔业发展", "Agriculture, forestry, animal husbandry and fishery"),
    item("10", "工商业发展", "Industry and commerce"),
    item("11", "非定向研究", "Non-oriented research"),
    item("12", "其他民用目标", "Other civil objectives"),
    item("13", "国防", "Defence"),
];
