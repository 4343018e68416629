//! What this room refuses.

use crate::kernel::error::codes;

codes! {
    MANDATE_PARTNER = ("mandate_partner", 422, "委托应在一家技术经纪机构与另一方之间订立，双方均须已核验", "A mandate is between a broker and another organisation, both verified");
    MANDATE_NOT_YOUR_TURN = ("mandate_not_your_turn", 403, "此步骤应由对方办理", "This step is the other side's");
    MANDATE_DAYS = ("mandate_days", 422, "委托期限的截止日不得早于起始日，且不得超过 {years} 年", "A mandate ends on or after its first day, and within {years} years");
    MANDATE_FEE_PART = ("mandate_fee_part", 422, "此项与佣金方式不符", "This does not belong to the kind of fee");
    MANDATE_FEE_RATE = ("mandate_fee_rate", 422, "佣金比例应大于 0，不超过 {max}", "A rate is above 0 and at most {max}");
    MANDATE_FEE_TIERS = ("mandate_fee_tiers", 422, "分段上限应逐段增大，最后一段不设上限", "Tiers must rise, and the last has no upper end");
    MANDATE_PAYER_SHARE = ("mandate_payer_share", 422, "双方分担时应写明委托方承担的比例（大于 0，小于 100%）", "Shared fees state the client's share, between 0 and the whole");
    MANDATE_ABOUT = ("mandate_about", 422, "委托事项应为成果、需求或对接的编号", "A mandate is about an achievement, a demand or an engagement");
    MANDATE_MANAGER = ("mandate_manager", 422, "该技术经理人不在本机构", "The technology manager is not of this agency");
    MANDATE_CONTRACT_UNKNOWN = ("mandate_contract_unknown", 422, "没有这一登记编号的有效合同，或委托方不是合同当事人，或不在委托期限内", "There is no such registered contract of the client within the mandate's days");
    MANDATE_CONTRACT_CLAIMED = ("mandate_contract_claimed", 409, "该合同已经申报或计佣", "The contract is claimed or counted already");
    MANDATE_CLAIM_UNKNOWN = ("mandate_claim_unknown", 404, "没有待确认的申报", "There is no claim to agree to");
    MANDATE_INTERMEDIARY = ("mandate_intermediary", 422, "没有本机构作为中介人的、已登记的技术中介合同 {number}", "There is no registered intermediary contract {number} with this broker as its seller");
    MANAGER_CERTIFICATE_TAKEN = ("manager_certificate_taken", 409, "证书 {certificate} 已登记在岗", "Certificate {certificate} is registered as active");
    MANAGER_LEFT = ("manager_left", 409, "该技术经理人已离开", "The technology manager has left");
    MANAGER_CERTIFIED_LATER = ("manager_certified_later", 422, "发证日期不得晚于今天", "The certificate cannot be of a later day");
}
