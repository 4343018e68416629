//! Refusals about open challenges.

use crate::kernel::error::codes;

codes! {
    DEMAND_NOT_PUBLISHED = ("challenge_demand_not_published", 422, "只能就本单位发布中的技术需求揭榜挂帅", "A challenge is about a published demand of your own organisation");
    DEMAND_CHALLENGED = ("demand_challenged_already", 409, "该需求已有进行中的揭榜挂帅（{challenge}）", "This demand has an open challenge already ({challenge})");
    OWN_CHALLENGE = ("own_challenge", 403, "不得组织本单位的揭榜挂帅", "Nobody organises the challenge of its own organisation");
    EXPERTS_TOO_FEW = ("experts_too_few", 409, "专家意见不足 {min} 份，尚不能作出论证结论", "The argument needs at least {min} experts' opinions");
    EXPERT_TWICE = ("expert_voted_already", 409, "该专家已发表意见", "This expert has given an opinion already");
    ARGUMENT_NOT_PASSED = ("challenge_argument_not_passed", 409, "尚未通过专家论证，不能发榜", "The experts' argument has not passed it yet");
    ARGUMENT_DECIDED = ("challenge_argument_decided", 409, "论证结论已作出", "The argument was concluded already");
    DEADLINE_NOT_AHEAD = ("challenge_deadline_not_ahead", 422, "揭榜截止日应在 {earliest} 至 {latest} 之间", "The last day for proposals must be between {earliest} and {latest}");
    PROPOSALS_CLOSED = ("challenge_proposals_closed", 409, "揭榜已截止", "The time for proposals is over");
    PROPOSALS_OPEN = ("challenge_proposals_open", 409, "揭榜尚未截止，截止后方可查阅和评审方案", "Proposals stay closed until the last day is over");
    OWN_PROPOSAL = ("own_challenge_proposal", 403, "发榜单位不得揭自己的榜", "Who opened the challenge cannot propose");
    PROPOSER_BARRED = ("challenge_proposer_barred", 403, "贵单位存在严重失信记录，不得揭榜", "Your organisation is barred from proposing");
    ALREADY_PROPOSED = ("challenge_already_proposed", 409, "每个单位只能提交一份揭榜方案，可在截止前修改（{proposal}）", "One proposal an organisation; change it until the last day ({proposal})");
    PROPOSAL_NOT_STANDING = ("challenge_proposal_not_standing", 409, "该方案已撤回或已作出处理", "This proposal was withdrawn or decided");
    MILESTONES_NOT_SUM = ("milestones_not_sum", 422, "各节点金额合计 {sum} 分，应等于合同金额 {price} 分", "The milestones sum to {sum} fen, the price is {price} fen");
    MILESTONES_OUT_OF_ORDER = ("milestones_out_of_order", 422, "节点应按日期先后排列，且不早于签约日", "Milestones come in the order of their days, none before the signing");
    AGREEMENT_MISSING = ("challenge_agreement_missing", 409, "对方尚未提交协议", "No agreement was offered yet");
    OWN_OFFER = ("challenge_own_offer", 409, "协议应由对方确认", "The other side confirms what you offered");
    AGREEMENT_CHANGED = ("challenge_agreement_changed", 409, "协议已变更，请重新阅读后确认", "The agreement is not the one that you saw; read it again");
    MILESTONE_STATE = ("milestone_state", 409, "该节点当前状态（{state}）不允许此操作", "Not possible for a milestone that is {state}");
    NOT_EVALUATED = ("challenge_not_evaluated", 409, "尚无通过的验收评价，不能结题", "Only after a passed evaluation is the challenge completed");
    FILE_UNKNOWN = ("challenge_file_unknown", 422, "附件不存在、重复，或不是本单位上传的", "No such file of your organisation, or the same twice");
    STEPS_FULL = ("challenge_steps_full", 409, "记录已达上限", "This challenge holds no more entries");
}
