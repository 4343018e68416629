//! The example units and the people who act for them.

use super::Loader;
use crate::identity::service::{SeedOrganisation, seed_organisation, seed_user};
use crate::kernel::actor::{OrganisationKind as Kind, Role};
use crate::kernel::codes::CreditCode;
use crate::kernel::error::Refusal;

/// An example unit.
struct Unit {
    kind: Kind,
    name: &'static str,
    /// Registering authority and kind of the credit code's first two characters (GB 32100 table).
    authority: &'static str,
    serial: &'static str,
    division: &'static str,
    office_number: Option<&'static str>,
}

/// A demo account and what it is for.
pub struct Account {
    pub login: &'static str,
    pub name: &'static str,
    unit: &'static str,
    roles: &'static [Role],
    pub purpose: &'static str,
}

const CENTRE: &str = "钦州市网上技术市场运营中心（示例）";
const BUREAU: &str = "钦州市科学技术局（示例）";
const UNIVERSITY: &str = "钦州滨海大学（示例）";
const INSTITUTE: &str = "钦州海洋研究院（示例）";
const FRUIT: &str = "灵山荔乡食品有限公司（示例）";
const OYSTER: &str = "钦南蚝湾水产有限公司（示例）";
const POTTERY: &str = "钦北坭兴陶艺有限公司（示例）";
const HERBS: &str = "浦北五皇药业有限公司（示例）";
const CHEMICALS: &str = "钦州港石化新材料有限公司（示例）";
const BATTERY: &str = "钦州高新锂电科技有限公司（示例）";
const OFFICE: &str = "钦州市技术合同登记处（示例）";
const OFFICE_HITECH: &str = "钦州高新区技术合同登记处（示例）";
const BROKER: &str = "北部湾技术转移中心（示例）";
const BROKER_2: &str = "钦州科创经纪有限公司（示例）";
const BANK: &str = "钦州科技金融服务中心（示例）";

const UNITS: &[Unit] = &[
    unit(Kind::Operator, CENTRE, "12", "00000001", "450700"),
    unit(Kind::Government, BUREAU, "11", "00000101", "450700"),
    unit(Kind::Government, "灵山县科技主管部门（示例）", "11", "00000102", "450721"),
    unit(Kind::Government, "浦北县科技主管部门（示例）", "11", "00000103", "450722"),
    unit(Kind::Government, "钦南区科技主管部门（示例）", "11", "00000104", "450702"),
    unit(Kind::Government, "钦北区科技主管部门（示例）", "11", "00000105", "450703"),
    unit(Kind::Government, "钦州港区科技主管部门（示例）", "11", "00000106", "4507Z1"),
    unit(Kind::Government, "钦州高新区科技主管部门（示例）", "11", "00000107", "4507Z2"),
    unit(Kind::Institute, UNIVERSITY, "12", "00000201", "450702"),
    unit(Kind::Institute, INSTITUTE, "12", "00000202", "450702"),
    unit(Kind::Enterprise, FRUIT, "91", "MA000301", "450721"),
    unit(Kind::Enterprise, OYSTER, "91", "MA000302", "450702"),
    unit(Kind::Enterprise, POTTERY, "91", "MA000303", "450703"),
    unit(Kind::Enterprise, HERBS, "91", "MA000304", "450722"),
    unit(Kind::Enterprise, CHEMICALS, "91", "MA000305", "4507Z1"),
    unit(Kind::Enterprise, BATTERY, "91", "MA000306", "4507Z2"),
    office(OFFICE, "00000401", "450700", "01"),
    office(OFFICE_HITECH, "00000402", "4507Z2", "02"),
    unit(Kind::Broker, BROKER, "12", "00000501", "450702"),
    unit(Kind::Broker, BROKER_2, "91", "MA000502", "450702"),
    unit(Kind::Financier, BANK, "12", "00000601", "450700"),
];

const fn unit(
    kind: Kind,
    name: &'static str,
    authority: &'static str,
    serial: &'static str,
    division: &'static str,
) -> Unit {
    Unit { kind, name, authority, serial, division, office_number: None }
}

const fn office(
    name: &'static str,
    serial: &'static str,
    division: &'static str,
    number: &'static str,
) -> Unit {
    Unit {
        kind: Kind::RegistrationOffice,
        name,
        authority: "12",
        serial,
        division,
        office_number: Some(number),
    }
}

const ORDINARY: &[Role] = &[Role::Admin, Role::Member];

/// The accounts that the program prints; the operator comes first.
pub const ACCOUNTS: &[Account] = &[
    account(
        "operator",
        "平台运营员（示例）",
        CENTRE,
        &[Role::Operator],
        "verifies organisations, reviews listings",
    ),
    account("auditor", "平台审计员（示例）", CENTRE, &[Role::Auditor], "reads the trail and the ledger"),
    account("bureau", "科技局管理员（示例）", BUREAU, ORDINARY, "posts the city's topics"),
    account("preparer", "经办人甲（示例）", BUREAU, &[Role::Preparer], "prepares subsidy batches"),
    account("preparer2", "经办人乙（示例）", BUREAU, &[Role::Preparer], "verifies subsidy batches"),
    account("approver", "审批人（示例）", BUREAU, &[Role::Approver], "appropriates and approves"),
    account("payer", "拨付人（示例）", BUREAU, &[Role::Payer], "pays"),
    account(
        "lingshan",
        "灵山专员（示例）",
        "灵山县科技主管部门（示例）",
        &[Role::CountyOfficer],
        "Lingshan's projects",
    ),
    account(
        "pubei",
        "浦北专员（示例）",
        "浦北县科技主管部门（示例）",
        &[Role::CountyOfficer],
        "Pubei's projects",
    ),
    account(
        "qinnan",
        "钦南专员（示例）",
        "钦南区科技主管部门（示例）",
        &[Role::CountyOfficer],
        "Qinnan's projects",
    ),
    account(
        "qinbei",
        "钦北专员（示例）",
        "钦北区科技主管部门（示例）",
        &[Role::CountyOfficer],
        "Qinbei's projects",
    ),
    account(
        "port",
        "港区专员（示例）",
        "钦州港区科技主管部门（示例）",
        &[Role::CountyOfficer],
        "the port zone's projects",
    ),
    account(
        "hitech",
        "高新专员（示例）",
        "钦州高新区科技主管部门（示例）",
        &[Role::CountyOfficer],
        "the high-tech zone's projects",
    ),
    account(
        "university",
        "成果管理员（示例）",
        UNIVERSITY,
        ORDINARY,
        "posts achievements, applies for registration",
    ),
    account("university2", "成果经办人（示例）", UNIVERSITY, &[Role::Member], "draws up reward plans"),
    account("institute", "科研管理员（示例）", INSTITUTE, ORDINARY, "posts achievements"),
    account("fruit", "荔乡管理员（示例）", FRUIT, ORDINARY, "an enterprise in Lingshan"),
    account("oyster", "蚝湾管理员（示例）", OYSTER, ORDINARY, "an enterprise in Qinnan"),
    account("pottery", "陶艺管理员（示例）", POTTERY, ORDINARY, "an enterprise in Qinbei"),
    account("herbs", "药业管理员（示例）", HERBS, ORDINARY, "an enterprise in Pubei"),
    account("chemicals", "石化管理员（示例）", CHEMICALS, ORDINARY, "an enterprise in the port zone"),
    account("battery", "锂电管理员（示例）", BATTERY, ORDINARY, "an enterprise in the high-tech zone"),
    account("registrar", "登记员甲（示例）", OFFICE, &[Role::Registrar], "accepts and registers contracts"),
    account("reviewer", "复核员甲（示例）", OFFICE, &[Role::Reviewer], "second review of large contracts"),
    account("office", "登记处管理员（示例）", OFFICE, &[Role::Admin], "sees the office's subsidy"),
    account("registrar2", "登记员乙（示例）", OFFICE_HITECH, &[Role::Registrar], "the other office"),
    account("reviewer2", "复核员乙（示例）", OFFICE_HITECH, &[Role::Reviewer], "the other office"),
    account("broker", "经纪管理员（示例）", BROKER, ORDINARY, "brings both sides together"),
    account("broker2", "科创管理员（示例）", BROKER_2, ORDINARY, "another broker"),
    account("bank", "金融专员（示例）", BANK, ORDINARY, "sci-tech finance"),
];

const fn account(
    login: &'static str,
    name: &'static str,
    unit: &'static str,
    roles: &'static [Role],
    purpose: &'static str,
) -> Account {
    Account { login, name, unit, roles, purpose }
}

pub fn load(loader: &Loader) -> Result<(), Refusal> {
    if loader.is_done("people")? {
        return Ok(());
    }
    let hash = loader.hash()?;
    loader.step("people", move |tx| {
        for unit in UNITS {
            let code = CreditCode::with_checks(&format!("{}459900", unit.authority), unit.serial);
            let organisation = seed_organisation(
                tx,
                &SeedOrganisation {
                    kind: unit.kind,
                    name: unit.name.to_owned(),
                    credit_code: code.map_err(|e| Refusal::internal(format!("{e:?}")))?.to_string(),
                    division: unit.division.to_owned(),
                    office_number: unit.office_number.map(str::to_owned),
                    verified: true,
                },
            )?;
            for account in ACCOUNTS.iter().filter(|account| account.unit == unit.name) {
                seed_user(tx, &organisation, account.login, account.name, &hash, account.roles)?;
            }
        }
        Ok(())
    })
}
