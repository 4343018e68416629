//! The targets of the plan of 2019-2021, Annexes 2 to 5.

use super::model::{Comparison, Indicator, Measure, Target};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;

const TARGETS: &str = include_str!("data/targets.csv");

pub fn targets() -> Result<Vec<Target>, Refusal> {
    TARGETS.lines().skip(1).filter(|line| !line.is_empty()).map(target).collect()
}

fn target(line: &str) -> Result<Target, Refusal> {
    read(line).ok_or_else(|| Refusal::internal(format!("shipped target: {line}")))
}

fn read(line: &str) -> Option<Target> {
    let columns: Vec<&str> = line.split(',').collect();
    let [id, annex, indicator, unit, from, to, target, comparison, measure, texts @ ..] = columns.as_slice()
    else {
        return None;
    };
    let [title, content, lead, support] = texts else { return None };
    Some(Target {
        id: (*id).to_owned(),
        version: 1,
        annex: annex.parse().ok()?,
        indicator: Indicator::parse(indicator)?,
        unit: DivisionCode::parse(unit).ok()?,
        from_year: from.parse().ok()?,
        to_year: to.parse().ok()?,
        target: target.parse().ok()?,
        comparison: Comparison::parse(comparison)?,
        measure: Measure::parse(measure)?,
        title: (*title).to_owned(),
        content: (*content).to_owned(),
        lead: (*lead).to_owned(),
        support: (*support).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(indicator: Indicator) -> Vec<Target> {
        targets().unwrap().into_iter().filter(|target| target.indicator == indicator).collect()
    }

    fn total(indicator: Indicator) -> i64 {
        of(indicator).iter().map(|target| target.target).sum()
    }

    #[test]
    fn annex_2_forty_platforms_of_fifteen_kinds() {
        let platforms = of(Indicator::InnovationPlatforms);
        assert_eq!((platforms.len(), total(Indicator::InnovationPlatforms)), (15, 40));
        let by_level = |level: &str| -> i64 {
            platforms.iter().filter(|t| t.title.starts_with(level)).map(|t| t.target).sum()
        };
        assert_eq!((by_level("国家级"), by_level("自治区级"), by_level("市本级")), (6, 12, 22));
        assert!(
            platforms.iter().all(|t| !t.content.is_empty() && !t.lead.is_empty() && !t.support.is_empty())
        );
    }

    #[test]
    fn annex_3_three_talents_and_teams() {
        assert_eq!((of(Indicator::TalentTeams).len(), total(Indicator::TalentTeams)), (2, 3));
    }

    #[test]
    fn annex_4_thirty_new_high_tech_enterprises_and_over_ninety_in_the_end() {
        assert_eq!(total(Indicator::NewHighTechEnterprises), 30);
        let last = of(Indicator::TotalHighTechEnterprises).pop().unwrap();
        assert_eq!((last.to_year, last.target), (2021, 90));
        assert!(!last.is_reached_by(90) && last.is_reached_by(91), "超过 90 is more than 90");
        let new = of(Indicator::NewHighTechEnterprises).pop().unwrap();
        assert!(new.is_reached_by(10) && !new.is_reached_by(9));
    }

    #[test]
    fn annex_5_sixty_projects_of_six_units() {
        let projects = of(Indicator::ConversionProjects);
        assert_eq!((projects.len(), total(Indicator::ConversionProjects)), (18, 60));
        for (year, sum) in [(2019, 17), (2020, 19), (2021, 24)] {
            let of_year = projects.iter().filter(|t| t.from_year == year && t.to_year == year);
            assert_eq!(of_year.map(|t| t.target).sum::<i64>(), sum);
        }
    }
}
