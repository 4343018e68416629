//! The one table that maps roles to permissions. Every operation of the OpenAPI document names one of them.

use super::actor::{OrganisationKind as Kind, Role, words};

words! {
    /// What an operation needs. `public` needs nothing, `session` any login; `peer` is no person's, but that of a
    /// neighbouring node that signed the request (TMF-1 §14).
    Permission {
        Public = "public",
        Session = "session",
        Peer = "peer",
        OrganisationManage = "organisation.manage",
        OrganisationVerify = "organisation.verify",
        ApiKeyManage = "api_key.manage",
        AuditRead = "audit.read",
        ReferenceManage = "reference.manage",
        FileUpload = "file.upload",
        AchievementWrite = "achievement.write",
        AchievementReview = "achievement.review",
        DemandWrite = "demand.write",
        DemandReview = "demand.review",
        ChallengeWrite = "challenge.write",
        ChallengeOrganise = "challenge.organise",
        EngagementWrite = "engagement.write",
        ContractWrite = "contract.write",
        ContractRegister = "contract.register",
        ContractReview = "contract.review",
        ContractSupervise = "contract.supervise",
        StatisticsRead = "statistics.read",
        LedgerRead = "ledger.read",
        SubsidyRead = "subsidy.read",
        SubsidyClaim = "subsidy.claim",
        SubsidyPrepare = "subsidy.prepare",
        SubsidyApprove = "subsidy.approve",
        SubsidyPay = "subsidy.pay",
        RewardWrite = "reward.write",
        RewardDecide = "reward.decide",
        RewardReport = "reward.report",
        MandateWrite = "mandate.write",
        BrokerManage = "broker.manage",
        BrokerRead = "broker.read",
        ProjectDeclare = "project.declare",
        TargetManage = "target.manage",
        SearchReindex = "search.reindex",
        SearchSynonyms = "search.synonyms",
        CreditManage = "credit.manage",
        MatchWeigh = "match.weigh",
        SaleWrite = "sale.write",
        SaleBid = "sale.bid",
        SaleReview = "sale.review",
        DepositConfirm = "deposit.confirm",
        FederationManage = "federation.manage",
        FederationSettle = "federation.settle",
    }
}

/// Whether a role held in an organisation of this kind carries the permission.
pub fn allows(kind: Kind, role: Role, permission: Permission) -> bool {
    use Permission as P;
    if !role_fits(kind, role) {
        return false;
    }
    let ordinary = matches!(role, Role::Member | Role::Admin);
    let government = [Role::Preparer, Role::Approver, Role::Payer, Role::CountyOfficer].contains(&role);
    match permission {
        P::Public | P::Session => true,
        P::Peer => false,
        P::OrganisationManage | P::ApiKeyManage => role == Role::Admin,
        P::OrganisationVerify | P::ReferenceManage => role == Role::Operator,
        P::SearchReindex | P::SearchSynonyms | P::MatchWeigh => role == Role::Operator,
        P::FederationManage | P::FederationSettle => role == Role::Operator,
        P::AchievementReview | P::DemandReview => role == Role::Operator,
        P::AuditRead => role == Role::Auditor,
        P::FileUpload => kind != Kind::Operator || role == Role::Operator,
        P::AchievementWrite => ordinary && matches!(kind, Kind::Institute | Kind::Enterprise),
        P::DemandWrite | P::ChallengeWrite => {
            ordinary && matches!(kind, Kind::Institute | Kind::Enterprise | Kind::Government)
        }
        P::EngagementWrite => {
            ordinary
                && matches!(
                    kind,
                    Kind::Institute | Kind::Enterprise | Kind::Broker | Kind::Financier | Kind::Government
                )
        }
        P::ContractWrite => ordinary && matches!(kind, Kind::Institute | Kind::Enterprise | Kind::Broker),
        P::ContractRegister => role == Role::Registrar,
        P::ContractReview => role == Role::Reviewer,
        P::ContractSupervise => government || role == Role::Auditor,
        P::StatisticsRead => government || matches!(role, Role::Registrar | Role::Reviewer | Role::Auditor),
        P::LedgerRead => matches!(role, Role::Preparer | Role::Approver | Role::Payer | Role::Auditor),
        P::SubsidyRead => {
            matches!(role, Role::Preparer | Role::Approver | Role::Payer | Role::Auditor)
                || (role == Role::Admin && may_be_supported(kind))
        }
        P::SubsidyClaim => role == Role::Admin && may_be_supported(kind),
        P::SubsidyPrepare => role == Role::Preparer,
        P::SubsidyApprove => role == Role::Approver,
        P::SubsidyPay => role == Role::Payer,
        P::RewardWrite => ordinary && kind == Kind::Institute,
        P::RewardDecide => role == Role::Admin && kind == Kind::Institute,
        P::RewardReport => (ordinary && kind == Kind::Institute) || government || role == Role::Auditor,
        P::MandateWrite => {
            ordinary && matches!(kind, Kind::Institute | Kind::Enterprise | Kind::Broker | Kind::Government)
        }
        P::BrokerManage => role == Role::Admin && kind == Kind::Broker,
        P::BrokerRead => (ordinary && kind == Kind::Broker) || government || role == Role::Auditor,
        P::CreditManage | P::ChallengeOrganise => {
            role == Role::Operator || matches!(role, Role::Preparer | Role::Approver)
        }
        P::SaleWrite => ordinary && matches!(kind, Kind::Institute | Kind::Enterprise | Kind::Government),
        P::SaleBid => {
            ordinary && matches!(kind, Kind::Institute | Kind::Enterprise | Kind::Broker | Kind::Financier)
        }
        P::SaleReview => role == Role::Operator,
        P::DepositConfirm => role == Role::Payer,
        P::ProjectDeclare => role == Role::CountyOfficer,
        P::TargetManage => role == Role::Approver,
    }
}

/// What a person of another node may be let do: the acts that travel (TMF-1 rule 11), and nothing else.
pub const fn crosses_nodes(permission: Permission) -> bool {
    matches!(permission, Permission::Public | Permission::EngagementWrite | Permission::SaleBid)
}

/// Offices, enterprises, and whoever may run an incubator.
const fn may_be_supported(kind: Kind) -> bool {
    matches!(kind, Kind::RegistrationOffice | Kind::Enterprise | Kind::Institute | Kind::Broker)
}

/// Which roles an organisation of this kind may give.
pub const fn role_fits(kind: Kind, role: Role) -> bool {
    match role {
        Role::Member | Role::Admin => true,
        Role::Registrar | Role::Reviewer => matches!(kind, Kind::RegistrationOffice),
        Role::Preparer | Role::Approver | Role::Payer | Role::CountyOfficer => {
            matches!(kind, Kind::Government)
        }
        Role::Operator | Role::Auditor => matches!(kind, Kind::Operator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_held_by_somebody_and_none_by_everybody() {
        for permission in Permission::ALL {
            let pairs = Kind::ALL.iter().flat_map(|k| Role::ALL.iter().map(move |r| (*k, *r)));
            let (mut held, mut fitting) = (0, 0);
            for (kind, role) in pairs {
                fitting += usize::from(role_fits(kind, role));
                held += usize::from(allows(kind, role, *permission));
            }
            assert_eq!(held == 0, *permission == Permission::Peer, "{permission} is held by {held}");
            let open = matches!(permission, Permission::Public | Permission::Session);
            assert!(open || held < fitting, "{permission} is held by everybody");
        }
    }

    #[test]
    fn the_money_roles_are_separate() {
        for (permission, role) in [
            (Permission::SubsidyPrepare, Role::Preparer),
            (Permission::SubsidyApprove, Role::Approver),
            (Permission::SubsidyPay, Role::Payer),
        ] {
            for other in Role::ALL.iter().filter(|r| **r != role) {
                assert!(!allows(Kind::Government, *other, permission), "{other} has {permission}");
            }
        }
    }
}
