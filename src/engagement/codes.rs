//! Refusals about engagements.

use crate::kernel::error::codes;

codes! {
    ABOUT_UNKNOWN = ("about_not_published", 422, "所询成果或需求不存在，或未在发布中", "There is no published achievement or demand with this URN");
    OWN_RECORD = ("own_record", 422, "不能对本单位发布的信息提出对接", "You cannot enquire about your own organisation's record");
    ALREADY_ENQUIRED = ("already_enquired", 409, "贵单位对此信息已有进行中的对接（{engagement}）", "Your organisation has an open engagement about this record already ({engagement})");
    BROKER_UNKNOWN = ("broker_unknown", 422, "该单位不是已认证的技术转移机构", "This organisation is not a verified transfer agency");
    BROKER_IS_PARTY = ("broker_is_party", 422, "对接一方不能同时作为中介机构", "A party cannot be the broker as well");
    ENQUIRER_NOT_VERIFIED = ("enquirer_not_verified", 409, "贵单位尚未通过核验，核验后方可发起对接", "Only verified organisations enquire");
    NOT_YOUR_TURN = ("not_this_party", 403, "此操作应由对接的另一方进行", "This is for the other party to do");
    DECLINE_REASON_REQUIRED = ("decline_reason_required", 422, "谢绝时请选择一项原因", "Choose one of the reasons for declining");
    DECLINE_REASON_UNEXPECTED = ("decline_reason_unexpected", 422, "接受时无需填写谢绝原因", "A reason for declining does not belong to an acceptance");
    UNDERTAKING_CHANGED = ("undertaking_not_as_shown", 409, "保密承诺书与所确认的文本不一致，请重新阅读后确认", "The undertaking is not the text that was confirmed; read it again");
    CONFIDENTIALITY_NOT_ACCEPTED = ("confidentiality_not_accepted", 403, "请先确认保密承诺书", "Accept the undertaking of confidentiality first");
    OUTCOME_REASON_REQUIRED = ("outcome_reason_required", 422, "未成交时请说明原因", "Say why no contract was made");
    MEETING_IN_THE_PAST = ("meeting_in_the_past", 422, "会议时间不得早于现在", "The meeting must not lie in the past");
    MESSAGES_FULL = ("messages_full", 409, "本次对接的消息已达上限", "This engagement holds no more messages");
}
