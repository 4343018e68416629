//! The rooms' closed lists against the code lists that everybody sees: a code without a label, or a label
//! that nothing uses, fails here.

use techmart::brokerage::model as brokerage;
use techmart::contract::model as contract;
use techmart::credit::model as credit;
use techmart::federation::model as federation;
use techmart::identity::model as identity;
use techmart::kernel::actor::{OrganisationKind, Role};
use techmart::kernel::vocabulary;
use techmart::listing;
use techmart::matching::service::saved_model as saved;
use techmart::notice::model as notice;
use techmart::project::model as project;
use techmart::reference::model as reference;
use techmart::reward::model as reward;
use techmart::trading::challenge::model as challenge;
use techmart::trading::model as trading;
use techmart::trading::sealed;

/// `agree!("list", Enum, …)`: the same codes on both sides, in whatever order.
macro_rules! agree {
    ($($list:literal, $type:ty;)+) => {
        $({
            let mut codes: Vec<&str> = <$type>::ALL.iter().map(|word| word.as_str()).collect();
            let mut listed = vocabulary::codes_of($list);
            codes.sort_unstable();
            listed.sort_unstable();
            assert_eq!(codes, listed, "{} and the list {}", stringify!($type), $list);
        })+
    };
}

#[test]
fn every_closed_list_has_its_labels() {
    agree! {
        "organisation_kind", OrganisationKind;
        "role", Role;
        "organisation_state", identity::OrganisationState;
        "achievement_state", listing::model::State;
        "demand_state", listing::model::State;
        "publication_change", listing::model::Revision;
        "secrecy", listing::Secrecy;
        "division_level", reference::DivisionLevel;
        "day_kind", reference::DayKind;
        "limit_unit", reference::LimitUnit;
        "contract_class", contract::Class;
        "contract_sub_type", contract::SubType;
        "contract_state", contract::Stage;
        "contract_step", contract::StepKind;
        "contract_attachment_kind", contract::AttachmentKind;
        "amendment_state", contract::AmendmentState;
        "income_state", contract::IncomeState;
        "contract_check", contract::CheckKind;
        "contract_check_result", contract::CheckResult;
        "ip_involved", contract::IpKind;
        "payment_mode", contract::PaymentMode;
        "licence_exclusivity", contract::Exclusivity;
        "unit_kind", contract::UnitKind;
        "refusal_ground", contract::RefusalGround;
        "revocation_ground", contract::RevocationGround;
        "credit_record_kind", credit::Kind;
        "credit_level", credit::Level;
        "credit_state", credit::Stage;
        "notice_topic", notice::Topic;
        "notice_mail_mode", notice::MailMode;
        "alert_frequency", saved::Frequency;
        "delivery_state", notice::DeliveryState;
        "webhook_state", notice::EndpointState;
        "project_state", project::ProjectStage;
        "conversion_mode", project::ConversionMode;
        "indicator", project::Indicator;
        "target_comparison", project::Comparison;
        "target_measure", project::Measure;
        "attainment_state", project::AttainmentStage;
        "account_kind", techmart::ledger::model::AccountKind;
        "reward_form", reward::RewardForm;
        "reward_state", reward::PlanState;
        "reward_objection_state", reward::ObjectionState;
        "reward_cost", reward::CostKind;
        "contributor_role", reward::ContributorRole;
        "mandate_state", brokerage::MandateState;
        "mandate_fee", brokerage::FeeKind;
        "mandate_payer", brokerage::PayerKind;
        "commission_base", brokerage::CommissionBase;
        "manager_level", brokerage::ManagerLevel;
        "manager_state", brokerage::ManagerState;
    }
}

#[test]
fn every_closed_list_of_the_network_and_of_sales_has_its_labels() {
    agree! {
        "remote_act_state", techmart::federation::commands::model::RemoteState;
        "peer_role", federation::Role;
        "peer_state", federation::State;
        "sync_stage", federation::Stage;
        "replica_state", techmart::replica::model::State;
        "quarantine_reason", techmart::replica::model::Aside;
        "federation_alarm", federation::Alarm;
        "log_fault", federation::LogFault;
        "log_settled_by", federation::SettledBy;
        "open_challenge_stage", challenge::Stage;
        "challenge_act", challenge::Act;
        "challenge_verdict", challenge::Verdict;
        "challenge_proposal_state", challenge::ProposalState;
        "challenge_milestone_state", challenge::MilestoneState;
        "challenge_evaluation_result", challenge::EvaluationResult;
        "sale_default_ground", trading::DefaultGround;
        "sale_default_state", trading::DefaultState;
        "sale_state", trading::State;
        "sale_phase", trading::Phase;
        "sale_unsold_reason", trading::UnsoldReason;
        "sealed_phase", sealed::model::SealedPhase;
        "sealed_best_price", sealed::model::BestPrice;
        "sealed_bid_fault", sealed::Fault;
        "sale_bid_kind", trading::BidKind;
        "sale_deposit_state", trading::DepositState;
        "sale_reminder_moment", techmart::trading::watch::model::Moment;
        "sale_suspension_reason", trading::SuspensionReason;
        "sale_objection_state", trading::ObjectionState;
        "sale_objection_about", trading::ObjectionAbout;
        "sale_objection_remedy", trading::ObjectionRemedy;
    }
}
