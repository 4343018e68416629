//! Industries of the national economy, GB/T 4754-2017: sections (门类) and divisions (大类).

use super::{Item, List, child, define, item, list};

pub(super) const LISTS: &[List] = &[
    define("industry_section", "行业门类（GB/T 4754-2017）", "Industry section", SECTION),
    define("industry_class", "行业大类（GB/T 4754-2017）", "Industry class", CLASS),
];

/// The section of a class: `industry_section_of("27") == Some("C")`.
pub fn industry_section_of(class: &str) -> Option<&'static str> {
    list("industry_class").get(class)?.parent
}

const SECTION: &[Item] = &[
    item("A", "农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery"),
    item("B", "采矿业", "Mining"),
    item("C", "制造业", "Manufacturing"),
    item("D", "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water supply"),
    item("E", "建筑业", "Construction"),
    item("F", "批发和零售业", "Wholesale and retail trade"),
    item("G", "交通运输、仓储和邮政业", "Transport, storage and post"),
    item("H", "住宿和餐饮业", "Hotels and catering"),
    item("I", "信息传输、软件和信息技术服务业", "Information transmission, software and IT services"),
    item("J", "金融业", "Finance"),
    item("K", "房地产业", "Real estate"),
    item("L", "租赁和商务服务业", "Leasing and business services"),
    item("M", "科学研究和技术服务业", "Scientific research and technical services"),
    item("N", "水利、环境和公共设施管理业", "Water conservancy, environment and public facilities"),
    item("O", "居民服务、修理和其他服务业", "Household services, repair and other services"),
    item("P", "教育", "Education"),
    item("Q", "卫生和社会工作", "Health and social work"),
    item("R", "文化、体育和娱乐业", "Culture, sports and entertainment"),
    item(
        "S",
        "公共管理、社会保障和社会组织",
        "Public administration, social security and social organisations",
    ),
    item("T", "国际组织", "International organisations"),
];

const CLASS: &[Item] = &[
    child("A", "01", "农业", "Agriculture"),
    child("A", "02", "林业", "Forestry"),
    child("A", "03", "畜牧业", "Animal husbandry"),
    child("A", "04", "渔业", "Fishery"),
    child(
        "A",
        "05",
        "农、林、牧、渔专业及辅助性活动",
        "Support of agriculture, forestry, husbandry and fishery",
    ),
    child("B", "06", "煤炭开采和洗选业", "Coal mining and washing"),
    child("B", "07", "石油和天然气开采业", "Oil and gas extraction"),
    child("B", "08", "黑色金属矿采选业", "Ferrous ores"),
    child("B", "09", "有色金属矿采选业", "Non-ferrous ores"),
    child("B", "10", "非金属矿采选业", "Non-metal ores"),
    child("B", "11", "开采专业及辅助性活动", "Support of mining"),
    child("B", "12", "其他采矿业", "Other mining"),
    child("C", "13", "农副食品加工业", "Processing of farm produce"),
    child("C", "14", "食品制造业", "Food"),
    child("C", "15", "酒、饮料和精制茶制造业", "Liquor, beverages and refined tea"),
    child("C", "16", "烟草制品业", "Tobacco"),
    child("C", "17", "纺织业", "Textiles"),
    child("C", "18", "纺织服装、服饰业", "Garments"),
    child("C", "19", "皮革、毛皮、羽毛及其制品和制鞋业", "Leather, fur, feathers and shoes"),
    child("C", "20", "木材加工和木、竹、藤、棕、草制品业", "Wood, bamboo, rattan, palm and straw products"),
    child("C", "21", "家具制造业", "Furniture"),
    child("C", "22", "造纸和纸制品业", "Paper"),
    child("C", "23", "印刷和记录媒介复制业", "Printing and recorded media"),
    child(
        "C",
        "24",
        "文教、工美、体育和娱乐用品制造业",
        "Articles for culture, crafts, sports and entertainment",
    ),
    child("C", "25", "石油、煤炭及其他燃料加工业", "Processing of petroleum, coal and other fuels"),
    child("C", "26", "化学原料和化学制品制造业", "Chemical materials and products"),
    child("C", "27", "医药制造业", "Medicines"),
    child("C", "28", "化学纤维制造业", "Chemical fibres"),
    child("C", "29", "橡胶和塑料制品业", "Rubber and plastics"),
    child("C", "30", "非金属矿物制品业", "Non-metallic mineral products"),
    child("C", "31", "黑色金属冶炼和压延加工业", "Smelting and rolling of ferrous metals"),
    child("C", "32", "有色金属冶炼和压延加工业", "Smelting and rolling of non-ferrous metals"),
    child("C", "33", "金属制品业", "Metal products"),
    child("C", "34", "通用设备制造业", "General equipment"),
    child("C", "35", "专用设备制造业", "Special equipment"),
    child("C", "36", "汽车制造业", "Motor vehicles"),
    child(
        "C",
        "37",
        "铁路、船舶、航空航天和其他运输设备制造业",
        "Railway, ship, aerospace and other transport equipment",
    ),
    child("C", "38", "电气机械和器材制造业", "Electrical machinery"),
    child("C", "39", "计算机、通信和其他电子设备制造业", "Computers, communication and other electronics"),
    child("C", "40", "仪器仪表制造业", "Instruments"),
    child("C", "41", "其他制造业", "Other manufacturing"),
    child("C", "42", "废弃资源综合利用业", "Use of waste resources"),
    child("C", "43", "金属制品、机械和设备修理业", "Repair of metal products, machinery and equipment"),
    child("D", "44", "电力、热力生产和供应业", "Electricity and heat"),
    child("D", "45", "燃气生产和供应业", "Gas"),
    child("D", "46", "水的生产和供应业", "Water"),
    child("E", "47", "房屋建筑业", "Buildings"),
    child("E", "48", "土木工程建筑业", "Civil engineering"),
    child("E", "49", "建筑安装业", "Building installation"),
    child("E", "50", "建筑装饰、装修和其他建筑业", "Building decoration and other construction"),
    child("F", "51", "批发业", "Wholesale"),
    child("F", "52", "零售业", "Retail"),
    child("G", "53", "铁路运输业", "Railways"),
    child("G", "54", "道路运输业", "Road transport"),
    child("G", "55", "水上运输业", "Water transport"),
    child("G", "56", "航空运输业", "Air transport"),
    child("G", "57", "管道运输业", "Pipelines"),
    child("G", "58", "多式联运和运输代理业", "Multimodal transport and forwarding"),
    child("G", "59", "装卸搬运和仓储业", "Handling and storage"),
    child("G", "60", "邮政业", "Post"),
    child("H", "61", "住宿业", "Hotels"),
    child("H", "62", "餐饮业", "Catering"),
    child(
        "I",
        "63",
        "电信、广播电视和卫星传输服务",
        "Telecommunication, broadcasting and satellite transmission",
    ),
    child("I", "64", "互联网和相关服务", "Internet and related services"),
    child("I", "65", "软件和信息技术服务业", "Software and IT services"),
    child("J", "66", "货币金融服务", "Monetary services"),
    child("J", "67", "资本市场服务", "Capital market services"),
    child("J", "68", "保险业", "Insurance"),
    child("J", "69", "其他金融业", "Other finance"),
    child("K", "70", "房地产业", "Real estate"),
    child("L", "71", "租赁业", "Leasing"),
    child("L", "72", "商务服务业", "Business services"),
    child("M", "73", "研究和试验发展", "Research and experimental development"),
    child("M", "74", "专业技术服务业", "Professional technical services"),
    child("M", "75", "科技推广和应用服务业", "Promotion and application of science and technology"),
    child("N", "76", "水利管理业", "Water conservancy"),
    child("N", "77", "生态保护和环境治理业", "Ecology and environment"),
    child("N", "78", "公共设施管理业", "Public facilities"),
    child("N", "79", "土地管理业", "Land management"),
    child("O", "80", "居民服务业", "Household services"),
    child(
        "O",
        "81",
        "机动车、电子产品和日用产品修理业",
        "Repair of vehicles, electronics and household goods",
    ),
    child("O", "82", "其他服务业", "Other services"),
    child("P", "83", "教育", "Education"),
    child("Q", "84", "卫生", "Health"),
    child("Q", "85", "社会工作", "Social work"),
    child("R", "86", "新闻和出版业", "Press and publishing"),
    child("R", "87", "广播、电视、电影和录音制作业", "Broadcasting, film and sound recording"),
    child("R", "88", "文化艺术业", "Culture and art"),
    child("R", "89", "体育", "Sports"),
    child("R", "90", "娱乐业", "Entertainment"),
    child("S", "91", "中国共产党机关", "Organs of the Communist Party of China"),
    child("S", "92", "国家机构", "State organs"),
    child("S", "93", "人民政协、民主党派", "Political consultative conference and democratic parties"),
    child("S", "94", "社会保障", "Social security"),
    child("S", "95", "群众团体、社会团体和其他成员组织", "Mass, social and other membership organisations"),
    child("S", "96", "基层群众自治组织及其他组织", "Grass-roots self-government and other organisations"),
    child("T", "97", "国际组织", "International organisations"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::vocabulary::{codes_of, has};

    #[test]
    fn gb_t_4754_classes_run_from_01_to_97_each_in_a_section() {
        let expected: Vec<String> = (1..=97).map(|n| format!("{n:02}")).collect();
        assert_eq!(codes_of("industry_class"), expected);
        let sections: Vec<_> = CLASS.iter().filter_map(|class| class.parent).collect();
        assert!(sections.is_sorted() && sections.iter().all(|section| has("industry_section", section)));
        for section in SECTION {
            assert!(list("industry_class").children(section.code).next().is_some(), "{}", section.code);
        }
        assert_eq!(industry_section_of("27"), Some("C"));
        assert_eq!(industry_section_of("98"), None);
    }
}
