//! What this room refuses, and what it warns of.

use crate::kernel::error::codes;

codes! {
    REWARD_CONTRACT_UNKNOWN = ("reward_contract_unknown", 422, "没有这份合同，或尚未登记，或本单位不是卖方", "There is no such registered contract of which your organisation is the seller");
    REWARD_CONTRACT_ENDED = ("reward_contract_ended", 409, "合同登记已注销或撤销，不能再分配奖酬", "The registration was cancelled or revoked; nothing can be distributed on it");
    REWARD_CONTRACT_CHANGED = ("reward_contract_changed", 409, "合同登记已变更为第 {edition} 版，请修改方案后重新公示", "The contract was amended (edition {edition}); change the plan and publicise it again");
    REWARD_NET_NOT_POSITIVE = ("reward_net_not_positive", 422, "净收入为 {net} 元，没有可分配的收入", "The net income is {net} yuan; there is nothing to distribute");
    REWARD_COST_KIND = ("reward_cost_kind", 422, "现行净收入公式不扣除此类费用", "The net income formula in force does not deduct this kind of cost");
    REWARD_BELOW_PLAN_FLOOR = ("reward_below_plan_floor", 422, "奖酬为{base}的 {share}，低于本市行动方案规定的 {floor}（附件5），至少应为 {least}", "The reward is {share} of the {base}, below the {floor} that the city's plan (Annex 5) sets; at least {least}");
    REWARD_BELOW_LAW_FLOOR = ("reward_below_law_floor", 422, "奖酬低于法定比例 {floor}（《促进科技成果转化法》第四十五条）；按规定或约定可以低于此比例（第四十四条）", "The reward is below {floor} (Law on Promoting Conversion, art. 45); that is lawful by rule or agreement only (art. 44)");
    REWARD_MAIN_BELOW_HALF = ("reward_main_below_half", 422, "主要贡献人员应获得不低于奖酬总额的 {floor}（至少 {least}），方案为 {main}", "Main contributors get at least {floor} of the whole reward ({least}); the plan gives {main}");
    REWARD_ABOVE_BASE = ("reward_above_base", 422, "奖酬不得超过可分配的净收入或股份", "The reward is more than the net income or the shares");
    REWARD_SHARES_NOT_WHOLE = ("reward_shares_not_whole", 422, "各完成人的份额合计应为 100%", "The shares of the contributors must add up to the whole");
    REWARD_NO_MAIN = ("reward_no_main", 422, "至少应有一名主要贡献人员", "There must be at least one main contributor");
    REWARD_RANK_TAKEN = ("reward_rank_taken", 422, "排名重复", "The rank is taken");
    REWARD_FORM_PART = ("reward_form_part", 422, "此项与奖酬形式不符", "This does not belong to the form of the reward");
    REWARD_PROFIT_FLOOR = ("reward_profit_floor", 422, "自行实施或合作实施的，每年提取比例不得低于营业利润的 {floor}（第四十五条）", "For own or joint use at least {floor} of the operating profit is due each year (art. 45)");
    REWARD_PROFIT_YEARS = ("reward_profit_years", 422, "应连续提取 {min} 至 {max} 年（第四十五条）", "For {min} to {max} years (art. 45)");
    REWARD_YEAR_OUTSIDE = ("reward_year_outside", 422, "{year} 年不在提取年度之内", "{year} is not one of the plan's years");
    REWARD_YEAR_RUNNING = ("reward_year_running", 409, "{year} 年尚未结束，不能登记其营业利润", "The year {year} is not over: its profit cannot be stated");
    REWARD_YEAR_STATED = ("reward_year_stated", 409, "{year} 年的营业利润已经登记", "The profit of {year} has been stated");
    REWARD_VOUCHER_USED = ("reward_voucher_used", 422, "凭证“{voucher}”的收入已在第 {tranche} 次方案中分配", "The income of voucher {voucher} is distributed by tranche {tranche}");
    REWARD_SHARES_TAKEN = ("reward_shares_taken", 422, "“{company}”的股份已在第 {tranche} 次方案中分配", "The shares of {company} are distributed by tranche {tranche}");
    REWARD_YEARS_TAKEN = ("reward_years_taken", 422, "{first} 至 {last} 年的营业利润已在第 {tranche} 次方案中提取", "The operating profit of {first} to {last} is distributed by tranche {tranche}");
    REWARD_OWN_CASE = ("reward_own_case", 403, "方案由您起草或修改，或异议由您提出，应由本单位另一人答复", "You drew the plan up, changed it or objected to it; another person of your organisation answers");
    REWARD_PUBLICITY_RUNNING = ("reward_publicity_running", 409, "公示期至 {ends}，期满后方可确认", "Publicity runs until {ends}; confirm after it");
    REWARD_OWN_PLAN = ("reward_own_plan", 403, "方案由您起草或修改，应由本单位另一人确认", "You drew this plan up or changed it; another person of your organisation confirms it");
    REWARD_OBJECTION_OPEN = ("reward_objection_open", 409, "尚有异议未处理，不能确认", "An objection is open; the plan cannot be confirmed");
    REWARD_OBJECTION_LATE = ("reward_objection_late", 409, "公示期已结束", "The publicity is over");
    REWARD_OBJECTION_ANSWERED = ("reward_objection_answered", 409, "该异议已经处理", "The objection has been answered");
    REWARD_NOTHING_DUE = ("reward_nothing_due", 404, "该人员在该年度没有应发奖酬", "Nothing is due to this contributor for that year");
    REWARD_OVERPAID = ("reward_overpaid", 409, "应发余额为 {left}，不能发放 {amount}", "{left} is left to pay; {amount} cannot be paid");
    REWARD_RULE_DATE = ("reward_rule_date", 422, "新规则应在 {day} 之后生效", "A new rule must begin after {day}");
}
