//! The closed lists of the national form and of the procedure (DOMAIN §2), each entry with the code that
//! travels and is stored.

use crate::kernel::actor::words;

words! {
    /// The five classes of the Civil Code, Part 3 ch. 20; before 2021 a licence was a transfer.
    Class {
        Development = "development",
        Transfer = "transfer",
        Licence = "licence",
        Consulting = "consulting",
        Service = "service",
    }
}

words! {
    SubType {
        Commissioned = "commissioned_development",
        Cooperative = "cooperative_development",
        PatentRight = "patent_transfer",
        PatentApplication = "patent_application_transfer",
        KnowHow = "know_how_transfer",
        PlantVariety = "plant_variety_transfer",
        SoftwareCopyright = "software_transfer",
        IcLayout = "ic_layout_transfer",
        PatentLicence = "patent_licence",
        KnowHowLicence = "know_how_licence",
        PlantVarietyLicence = "plant_variety_licence",
        SoftwareLicence = "software_licence",
        IcLayoutLicence = "ic_layout_licence",
        Feasibility = "feasibility_study",
        Forecast = "forecast",
        Investigation = "investigation",
        Evaluation = "analysis_evaluation",
        General = "general_service",
        Training = "training",
        Intermediary = "intermediary",
    }
}

words! {
    /// 知识产权 that the contract is about.
    IpKind {
        KnowHow = "know_how",
        Invention = "patent_invention",
        UtilityModel = "patent_utility",
        Design = "patent_design",
        SoftwareCopyright = "software_copyright",
        IcLayout = "ic_layout",
        BiomedicalVariety = "bio_medical_variety",
        PlantVariety = "plant_variety",
        DesignCopyright = "design_copyright",
        NoIp = "none",
    }
}

words! {
    /// Modes of payment, Civil Code art. 846.
    PaymentMode {
        LumpSum = "lump_sum",
        Instalments = "instalments",
        Royalty = "royalty",
        RoyaltyWithEntryFee = "royalty_with_entry_fee",
    }
}

words! {
    Exclusivity {
        Exclusive = "exclusive",
        Sole = "sole",
        Ordinary = "ordinary",
    }
}

words! {
    /// Legal kinds of unit; 境外 for a party abroad.
    UnitKind {
        GovernmentBody = "government_body",
        PublicResearch = "public_research",
        PublicUniversity = "public_university",
        PublicMedical = "public_medical",
        PublicOther = "public_other",
        Association = "association",
        StateOwned = "state_owned",
        Collective = "collective",
        StockCooperative = "stock_cooperative",
        JointOperation = "joint_operation",
        LimitedLiability = "limited_liability",
        JointStock = "joint_stock",
        Private = "private",
        DomesticOther = "domestic_other",
        HkMoTwInvested = "hk_mo_tw_invested",
        ForeignInvested = "foreign_invested",
        IndividualBusiness = "individual_business",
        NaturalPerson = "natural_person",
        Other = "other",
        Overseas = "overseas",
    }
}

words! {
    /// The closed list of grounds on which registration may be refused.
    RefusalGround {
        NotEffective = "not_effective",
        NotTechnical = "not_technical",
        Unclear = "unclear",
        ApprovalMissing = "approval_missing",
        TitleMismatch = "title_mismatch",
        Monopoly = "monopoly",
        EvidenceMissing = "evidence_missing",
        SealInvalid = "seal_invalid",
        Other = "other",
    }
}

words! {
    /// The grounds on which the authority revokes a registration.
    RevocationGround {
        Fraud = "fraud",
        Void = "contract_void",
        Duplicate = "duplicate",
        SuperiorDecision = "superior_decision",
    }
}

words! {
    /// What an attached file is to the contract; the profile says which of them a class must bring.
    AttachmentKind {
        MainText = "main_text",
        Annex = "annex",
        RightsProof = "rights_proof",
        Authorisation = "authorisation",
        Approval = "approval",
        ImportCertificate = "import_certificate",
        Amendment = "amendment",
        IncomeVoucher = "income_voucher",
    }
}

words! {
    /// A step of the case as it stands on the timeline.
    StepKind {
        Created = "created",
        Edited = "edited",
        Submitted = "submitted",
        Accepted = "accepted",
        CorrectionRequested = "correction_requested",
        Resubmitted = "resubmitted",
        FirstReview = "first_review",
        SecondReview = "second_review",
        Registered = "registered",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Amended = "amended",
        Cancelled = "cancelled",
        Revoked = "revoked",
        Claimed = "claimed",
        HandedOver = "handed_over",
        Disputed = "disputed",
        DueReckoned = "due_reckoned",
        AmendmentProposed = "amendment_proposed",
        AmendmentReviewed = "amendment_reviewed",
        AmendmentRefused = "amendment_refused",
        AmendmentWithdrawn = "amendment_withdrawn",
        IncomeStated = "income_stated",
        IncomeVerified = "income_verified",
        IncomeReturned = "income_returned",
    }
}

words! {
    /// The states without their data, as they are stored and filtered.
    Stage {
        Draft = "draft",
        Submitted = "submitted",
        Accepted = "accepted",
        CorrectionRequested = "correction_requested",
        Resubmitted = "resubmitted",
        Registered = "registered",
        Amended = "amended",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Cancelled = "cancelled",
        Revoked = "revoked",
    }
}

impl SubType {
    /// Whether this is a licence, whatever class the law of the day puts it in.
    pub const fn is_licence(self) -> bool {
        matches!(
            self,
            Self::PatentLicence
                | Self::KnowHowLicence
                | Self::PlantVarietyLicence
                | Self::SoftwareLicence
                | Self::IcLayoutLicence
        )
    }
}

impl IpKind {
    pub const fn is_patent(self) -> bool {
        matches!(self, Self::Invention | Self::UtilityModel | Self::Design)
    }
}

impl UnitKind {
    /// Enterprises answer three more questions (high-tech zone, listed, size).
    pub const fn is_enterprise(self) -> bool {
        matches!(
            self,
            Self::StateOwned
                | Self::Collective
                | Self::StockCooperative
                | Self::JointOperation
                | Self::LimitedLiability
                | Self::JointStock
                | Self::Private
                | Self::DomesticOther
                | Self::HkMoTwInvested
                | Self::ForeignInvested
        )
    }

    /// A person has no unified social credit code, and a unit abroad has none either.
    pub const fn has_credit_code(self) -> bool {
        !matches!(self, Self::NaturalPerson | Self::Overseas)
    }
}

impl Stage {
    /// Stages in which another application of the same deal is a duplicate of this one.
    pub const STANDING: &'static [Self] = &[
        Self::Submitted,
        Self::Accepted,
        Self::CorrectionRequested,
        Self::Resubmitted,
        Self::Registered,
        Self::Amended,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::vocabulary::codes_of;

    /// The lists of the code and the lists that users see are the same.
    #[test]
    fn the_lists_agree_with_the_vocabulary() {
        macro_rules! agree {
            ($($type:ty => $list:literal),+ $(,)?) => {
                $(assert_eq!(
                    <$type>::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
                    codes_of($list),
                );)+
            };
        }
        agree! {
            Class => "contract_class", SubType => "contract_sub_type", IpKind => "ip_involved",
            PaymentMode => "payment_mode", Exclusivity => "licence_exclusivity", UnitKind => "unit_kind",
            RefusalGround => "refusal_ground", RevocationGround => "revocation_ground", Stage => "contract_state",
            StepKind => "contract_step", AttachmentKind => "contract_attachment_kind",
        }
    }
}
