//! May it be declared, and what does the table say. Pure.

use std::collections::BTreeSet;

use super::codes::{CONTRACT_ELSEWHERE, CONTRACT_NOT_STANDING, TARGET_NOT_YOURS, UNIT_NOT_YOURS};
use super::model::{Cell, Contract, Count, Indicator, Table, Target, UnitRow};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::reference::model::Division;

/// Years that a table shows at most.
const TABLE_YEARS_MAX: i32 = 20;

/// Rules 1, 3 and 4, in the order in which they would surprise the officer least.
pub fn may_declare(officer: &DivisionCode, unit: &Division, contract: &Contract) -> Result<(), Refusal> {
    may_act_for(officer, &unit.code)?;
    if !contract.standing {
        return Err(Refusal::new(&CONTRACT_NOT_STANDING));
    }
    let here = |code: &str| DivisionCode::parse(code).is_ok_and(|code| is_in_territory(&code, unit));
    if !here(&contract.seller_division) && !here(&contract.buyer_division) {
        return Err(Refusal::new(&CONTRACT_ELSEWHERE).with("unit", &unit.name));
    }
    Ok(())
}

/// Rule 3: the unit is the officer's division, or lies inside it.
pub fn may_act_for(officer: &DivisionCode, unit: &DivisionCode) -> Result<(), Refusal> {
    if unit.is_within(officer) { Ok(()) } else { Err(Refusal::new(&UNIT_NOT_YOURS)) }
}

/// Rule 9: a unit does not set its own target.
pub fn may_manage(officer: &DivisionCode, unit: &DivisionCode) -> Result<(), Refusal> {
    let city_or_above = officer.as_str().ends_with("00");
    if city_or_above && unit.is_within(officer) { Ok(()) } else { Err(Refusal::new(&TARGET_NOT_YOURS)) }
}

fn is_in_territory(code: &DivisionCode, unit: &Division) -> bool {
    match &unit.parent {
        Some(parent) if unit.code.is_zone() => code.is_within(parent),
        _ => code.is_within(&unit.code),
    }
}

/// The years of a table: those asked for, else those with a target or a project.
pub fn years(targets: &[Target], counts: &[Count], from: Option<i32>, to: Option<i32>) -> Vec<i32> {
    let mut known: BTreeSet<i32> = targets.iter().flat_map(|t| t.from_year..=t.to_year).collect();
    known.extend(counts.iter().map(|count| count.year));
    let first = from.or_else(|| known.first().copied()).unwrap_or_default();
    let last = to.or_else(|| known.last().copied()).unwrap_or(first);
    if from.is_some() || to.is_some() {
        return (first..=last.min(first.saturating_add(TABLE_YEARS_MAX - 1))).collect();
    }
    known.into_iter().collect()
}

/// Target against actual by unit and year, with the sums of rows and columns (Annex 5).
pub fn table(units: &[Division], targets: &[Target], counts: &[Count], years: Vec<i32>) -> Table {
    let cell = |unit: &DivisionCode, year: i32| Cell {
        target: targets
            .iter()
            .filter(|t| {
                t.indicator == Indicator::ConversionProjects && t.unit == *unit && t.from_year == year
            })
            .map(|t| t.target)
            .sum(),
        actual: counts.iter().filter(|c| c.unit == unit.as_str() && c.year == year).map(|c| c.projects).sum(),
    };
    let rows: Vec<UnitRow> = units
        .iter()
        .map(|unit| {
            let cells: Vec<Cell> = years.iter().map(|year| cell(&unit.code, *year)).collect();
            UnitRow {
                unit: unit.code.clone(),
                name: unit.name.clone(),
                name_en: unit.name_en.clone(),
                total: sum(&cells),
                cells,
            }
        })
        .collect();
    let columns: Vec<Cell> = (0..years.len())
        .map(|at| sum(&rows.iter().filter_map(|row| row.cells.get(at).copied()).collect::<Vec<_>>()))
        .collect();
    let total = sum(&columns);
    Table { years, rows, columns, total }
}

fn sum(cells: &[Cell]) -> Cell {
    cells.iter().fold(Cell::default(), |sum, cell| Cell {
        target: sum.target.saturating_add(cell.target),
        actual: sum.actual.saturating_add(cell.actual),
    })
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;
    use crate::kernel::money::Fen;
    use crate::reference::model::DivisionLevel;

    fn code(text: &str) -> DivisionCode {
        DivisionCode::parse(text).unwrap()
    }

    fn unit(text: &str) -> Division {
        let code = code(text);
        Division {
            parent: code.parent(),
            level: if code.is_zone() { DivisionLevel::Zone } else { DivisionLevel::County },
            name: text.to_owned(),
            name_en: text.to_owned(),
            plan_unit: true,
            code,
        }
    }

    fn contract(seller_division: &str, buyer_division: &str) -> Contract {
        Contract {
            id: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
            urn: "urn".into(),
            number: "2019450701000001".into(),
            standing: true,
            title: "示例".into(),
            registered_on: "2019-06-01".parse().unwrap(),
            technical: Fen(1),
            total: Fen(1),
            seller: "示例大学".into(),
            seller_division: seller_division.into(),
            buyer: "示例企业".into(),
            buyer_division: buyer_division.into(),
        }
    }

    fn refused(officer: &str, to: &str, contract: &Contract) -> Option<&'static str> {
        may_declare(&code(officer), &unit(to), contract).err().map(|refusal| refusal.code())
    }

    #[test]
    fn rule_1_only_a_standing_registration() {
        let gone = Contract { standing: false, ..contract("450721", "450721") };
        assert_eq!(refused("450721", "450721", &gone), Some("contract_not_standing"));
    }

    #[test]
    fn rule_3_an_officer_declares_for_units_of_the_own_division() {
        let local = contract("110000", "450721");
        assert_eq!(refused("450721", "450721", &local), None);
        assert_eq!(refused("450722", "450721", &local), Some("unit_not_yours"));
        assert_eq!(refused("450700", "450721", &local), None, "the city holds all its units");
        assert_eq!(refused("4507Z1", "450721", &local), Some("unit_not_yours"));
    }

    #[test]
    fn rule_4_one_party_is_in_the_territory_of_the_unit() {
        assert_eq!(refused("450721", "450721", &contract("450721", "110000")), None);
        assert_eq!(refused("450721", "450721", &contract("450722", "450702")), Some("contract_elsewhere"));
        // A zone has no code of its own: its parties carry one of the city's districts.
        assert_eq!(refused("4507Z1", "4507Z1", &contract("110000", "450702")), None);
        assert_eq!(refused("4507Z1", "4507Z1", &contract("110000", "450100")), Some("contract_elsewhere"));
    }

    #[test]
    fn rule_9_a_unit_does_not_set_its_own_target() {
        let may = |officer: &str, unit: &str| may_manage(&code(officer), &code(unit)).is_ok();
        assert!(may("450700", "450721") && may("450700", "4507Z1") && may("450700", "450700"));
        assert!(may("450000", "450721"));
        assert!(!may("450721", "450721") && !may("450721", "450700") && !may("450100", "450721"));
    }

    fn units() -> Vec<Division> {
        ["450721", "450722", "450702", "450703", "4507Z1", "4507Z2"].map(unit).to_vec()
    }

    fn conversion_targets() -> Vec<Target> {
        let all = shipped::targets().unwrap();
        all.into_iter().filter(|t| t.indicator == Indicator::ConversionProjects).collect()
    }

    #[test]
    fn annex_5_rows_and_columns_add_up() {
        let targets = conversion_targets();
        let table = table(&units(), &targets, &[], years(&targets, &[], None, None));
        assert_eq!(table.years, [2019, 2020, 2021]);
        let of = |cells: &[Cell]| cells.iter().map(|cell| cell.target).collect::<Vec<_>>();
        assert_eq!(of(&table.columns), [17, 19, 24]);
        assert_eq!(table.total.target, 60);
        let rows: Vec<i64> = table.rows.iter().map(|row| row.total.target).collect();
        assert_eq!(rows, [10, 10, 11, 10, 9, 10]);
        assert_eq!(of(&table.rows[2].cells), [3, 4, 4]);
    }

    #[test]
    fn annex_5_actuals_stand_beside_their_targets() {
        let targets = conversion_targets();
        let count = |unit: &str, year, projects| Count { unit: unit.into(), year, projects };
        let counts = [count("450721", 2019, 2), count("4507Z1", 2021, 5), count("450721", 2023, 1)];
        let all = years(&targets, &counts, None, None);
        assert_eq!(all, [2019, 2020, 2021, 2023]);
        let whole = table(&units(), &targets, &counts, all);
        assert_eq!(whole.rows[0].cells[0], Cell { target: 3, actual: 2 });
        assert_eq!(whole.rows[4].total, Cell { target: 9, actual: 5 });
        assert_eq!(whole.total, Cell { target: 60, actual: 8 });
        let plan = table(&units(), &targets, &counts, years(&targets, &counts, Some(2019), Some(2021)));
        assert_eq!(plan.total, Cell { target: 60, actual: 7 });
        assert_eq!(years(&targets, &[], Some(2019), Some(9999)).len(), 20, "a table is bounded");
    }
}
