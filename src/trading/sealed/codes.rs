//! What sealed tenders refuse.

use crate::kernel::error::codes;

codes! {
    SEALED_CAPACITY = ("sealed_capacity", 422, "投标箱容量应为 {min} 至 {max} 之间的 2 的幂", "The capacity is a power of two from {min} to {max}");
    SEALED_WEIGHTS = ("sealed_weights", 422, "价格与各评审项的权重之和应为 {sum}", "The weights of the price and the criteria sum to {sum}");
    SEALED_OFFICERS = ("sealed_officers", 422, "开标人应来自不同单位，至多 {max} 名，其中至少两名共同开标", "Opening officers are of different bodies, at most {max}, and at least two of them open together");
    SEALED_BODY = ("sealed_body", 422, "开标人所在单位应为本平台已核验的单位", "The body of an opening officer is a verified organisation of this platform");
    SEALED_BODY_PARTIAL = ("sealed_body_partial", 422, "招标人及其关联方不得担任开标人", "The tenderer and its related parties keep no share of the opening key");
    SEALED_OPENER_BIDS = ("sealed_opener_bids", 403, "担任开标人的单位不得参加本次投标", "A body that opens this tender does not bid in it");
    SEALED_FAIL_EARLY = ("sealed_fail_early", 409, "开标期限到 {until}，此前不能宣布招标失败", "The officers have until {until} to open: not before it");
    SEALED_NOT_SET_UP = ("sealed_not_set_up", 409, "请先设置开标方式", "Set up the tender first");
    SEALED_KEY_MISSING = ("sealed_key_missing", 409, "请先生成开标密钥", "Make the opening key first");
    SEALED_KEY_MADE = ("sealed_key_made", 409, "开标密钥已生成", "The opening key has been made");
    SEALED_OFFICERS_MISSING = ("sealed_officers_missing", 409, "还有 {count} 名开标人未登记公钥", "{count} opening officers have not enrolled a key yet");
    SEALED_OFFICER_TAKEN = ("sealed_officer_taken", 409, "本单位的开标人已登记", "An officer of your organisation has enrolled already");
    SEALED_OFFICER_PARTIAL = ("sealed_officer_partial", 403, "一人只能担任一名开标人，且不得在招标人或其关联方任职", "One person keeps one share, and none who belongs to the tenderer or its related parties");
    SEALED_SEAT = ("sealed_seat", 409, "该人员不是评标委员，或已评分、其席位已空缺", "Nobody of the committee who has yet to hand in points");
    SEALED_NOT_OFFICER = ("sealed_not_officer", 403, "您不是本次招标的开标人", "You are not an opening officer of this tender");
    SEALED_PUBLIC_KEY = ("sealed_public_key", 422, "公钥应为 32 字节的 X25519 公钥（base64url）", "A public key is 32 bytes of X25519 in base64url");
    SEALED_SHARE = ("sealed_share", 422, "份额有误：{reason}", "The share is not right: {reason}");
    SEALED_SHARE_EARLY = ("sealed_share_early", 409, "截止时间前不得提交开标份额；演练请提交演练份额", "No opening share before the deadline; for the rehearsal hand in the rehearsal share");
    SEALED_REHEARSAL_OVER = ("sealed_rehearsal_over", 409, "演练应在截止时间前进行", "The rehearsal is before the deadline");
    SEALED_ENVELOPE = ("sealed_envelope", 422, "投标信封格式有误，应为 {bytes} 字节（base64url）", "An envelope is {bytes} bytes in base64url, beginning with 0x01");
    SEALED_DEPOSITED = ("sealed_deposited", 409, "本单位已投标，本次招标不得更换", "Your organisation has deposited, and this tender lets nobody replace an envelope");
    SEALED_COPIED = ("sealed_copied", 409, "该信封已在投标箱中", "This envelope lies in the box already");
    SEALED_FULL = ("sealed_full", 409, "投标箱已满，请联系招标人", "The box is full; ask the tenderer");
    SEALED_NO_ENVELOPE = ("sealed_no_envelope", 404, "本单位没有投标", "Your organisation has deposited nothing");
    SEALED_NOT_OPENED = ("sealed_not_opened", 409, "尚未开标", "The box has not been opened");
    SEALED_OPENED = ("sealed_opened", 409, "已开标", "The box has been opened");
    SEALED_COMMITTEE_SIZE = ("sealed_committee_size", 422, "评标委员会应为 {min} 至 {max} 人的单数", "A committee has {min} to {max} members and an odd number");
    SEALED_COMMITTEE_MEMBER = ("sealed_committee_member", 422, "评标委员应为本平台用户，且与招标人、投标人无隶属关系", "A member is a user of this platform and belongs neither to the tenderer nor to a bidder");
    SEALED_COMMITTEE_FIXED = ("sealed_committee_fixed", 409, "已开标或已开始评分，不得更换评标委员", "The envelopes are open, or scoring has begun: the committee stands");
    SEALED_COMMITTEE_MISSING = ("sealed_committee_missing", 409, "请先组建评标委员会", "Name the committee first");
    SEALED_NOT_MEMBER = ("sealed_not_member", 403, "您不是本次招标的评标委员", "You are not a member of this committee");
    SEALED_NO_SCORING = ("sealed_no_scoring", 409, "本次招标只比价格，不评分", "The price alone decides: there is no scoring");
    SEALED_SCORED = ("sealed_scored", 409, "您已提交评分", "You have scored already");
    SEALED_SHEET = ("sealed_sheet", 422, "每份有效投标的每个评审项都应打分，0 至 {max} 分", "Every valid bid gets 0 to {max} points for every criterion");
}
