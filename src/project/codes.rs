//! What this room refuses.

use crate::kernel::error::codes;

codes! {
    CONTRACT_UNKNOWN = ("contract_unknown", 422, "没有这份合同，或尚未登记", "There is no such registered contract");
    CONTRACT_NOT_STANDING = ("contract_not_standing", 409, "合同登记已注销或撤销，不能申报为转化项目", "The registration was cancelled or revoked; it cannot be declared");
    CONTRACT_COUNTED = ("contract_counted", 409, "该合同已申报为转化项目（{project}），一份合同只计一次", "The contract is declared already (project {project}); it counts once");
    UNIT_UNKNOWN = ("unit_unknown", 422, "“{unit}”不是计划分解的县区或功能区", "{unit} is not a unit of the plan");
    UNIT_NOT_YOURS = ("unit_not_yours", 403, "只能为本县区（功能区）申报", "You can declare for units of your own division only");
    CONTRACT_ELSEWHERE = ("contract_elsewhere", 422, "合同双方均不在{unit}", "Neither party of the contract is in {unit}");
    PROJECT_ENDED = ("project_ended", 409, "该项目已撤回或失效", "The project was withdrawn or has lapsed");
    TARGET_NOT_YOURS = ("target_not_yours", 403, "只有市级及以上主管部门可以调整目标、登记完成情况", "Only an authority of the city or above keeps targets and attainments");
    TARGET_BY_PROJECTS = ("target_by_projects", 409, "该指标按申报的转化项目计数，不能另行登记", "This indicator counts declared projects; nothing else can be recorded under it");
    ATTAINMENT_YEAR = ("attainment_year", 422, "日期应在 {from} 至 {to} 年之间", "The day must be in the years {from} to {to}");
    ATTAINMENT_COUNTED = ("attainment_counted", 409, "“{name}”已在该目标下登记", "{name} is recorded under this target already");
    ATTAINMENT_WITHDRAWN = ("attainment_withdrawn", 409, "该完成情况已撤回", "It was withdrawn already");
}
