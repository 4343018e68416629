//! What identity refuses.

use crate::kernel::error::codes;

codes! {
    CREDIT_CODE_TAKEN = ("credit_code_taken", 409, "该统一社会信用代码已登记单位", "An organisation with this credit code is registered");
    DIVISION_UNKNOWN = ("division_unknown", 422, "行政区划代码不存在", "No such division");
    KIND_NOT_OPEN = ("kind_not_open", 422, "该类单位不能自行注册", "Organisations of this kind do not register themselves");
    LOGIN_INVALID = ("login_invalid", 422, "登录名应为 3 至 64 个小写字母、数字或 . _ @ + -", "A login has 3 to 64 letters, digits or . _ @ + -");
    LOGIN_TAKEN = ("login_taken", 409, "登录名已被使用", "This login is taken");
    PASSWORD_TOO_SHORT = ("password_too_short", 422, "密码至少 {min} 个字符", "A password has at least {min} characters");
    PASSWORD_TOO_LONG = ("password_too_long", 422, "密码最多 {max} 个字符", "A password has at most {max} characters");
    PASSWORD_COMMON = ("password_common", 422, "该密码过于常见，容易被猜中", "This password is too common");
    PASSWORD_LIKE_LOGIN = ("password_like_login", 422, "密码不能包含登录名", "A password must not contain the login");
    PASSWORD_UNCHANGED = ("password_unchanged", 422, "新密码不能与原密码相同", "The new password is the old one");
    ROLES_REQUIRED = ("roles_required", 422, "至少选择一个角色", "Give at least one role");
    ROLE_NOT_FOR_KIND = ("role_not_for_kind", 422, "该类单位不设角色“{role}”", "Organisations of this kind have no role {role}");
    LAST_ADMIN = ("last_admin", 409, "单位至少保留一名管理员", "An organisation keeps at least one admin");
    OFFICE_NUMBER_INVALID = ("office_number_invalid", 422, "登记机构编号应为两位数字（01 至 99）", "An office number is two digits, 01 to 99");
    OFFICE_NUMBER_REQUIRED = ("office_number_required", 422, "认定登记机构须给出两位机构编号", "A registration office needs its two-digit number");
    OFFICE_NUMBER_UNEXPECTED = ("office_number_unexpected", 422, "只有认定登记机构有机构编号", "Only a registration office has a number");
    OFFICE_NUMBER_TAKEN = ("office_number_taken", 409, "本市已有使用该编号的登记机构", "Another office of this city has this number");
    OWN_ORGANISATION = ("own_organisation", 403, "不能审核本单位", "Nobody decides on their own organisation");
    ORGANISATION_SUSPENDED = ("organisation_suspended", 403, "本单位已被暂停：{reason}", "Your organisation is suspended: {reason}");
    ORGANISATION_REFUSED = ("organisation_refused", 403, "本单位未通过审核：{reason}", "Your organisation was refused: {reason}");
    PARTY_IS_LOCAL = ("party_is_local", 403, "该单位已在本平台登记，请直接在本平台办理", "This organisation is registered at this node: it acts here directly");
    NOT_AN_OFFICE = ("not_an_office", 422, "该单位不是认定登记机构", "This organisation is not a registration office");
    CREDENTIALS_WRONG = ("credentials_wrong", 401, "登录名或密码错误", "Wrong login or password");
    LOGIN_BACKOFF = ("login_backoff", 429, "登录失败次数过多，请在 {seconds} 秒后重试", "Too many failed logins; try again in {seconds} s");
    LOGIN_BUSY = ("login_busy", 503, "登录人数较多，请稍后重试", "Many people are signing in; try again shortly");
    MEMBERSHIP_NONE = ("membership_none", 403, "该账号不属于任何单位", "This account belongs to no organisation");
    MEMBERSHIP_NOT_YOURS = ("membership_not_yours", 403, "您不是该单位的成员", "You are not a member of this organisation");
    ALREADY_MEMBER = ("already_member", 409, "已是本单位成员", "Already a member of this organisation");
    REFRESH_TOKEN_INVALID = ("refresh_token_invalid", 401, "登录已失效，请重新登录", "The refresh token is not valid; sign in again");
    REFRESH_TOKEN_REUSED = ("refresh_token_reused", 401, "登录凭证被重复使用，为安全起见已退出，请重新登录", "A used refresh token came back; the session was ended, sign in again");
    TOKEN_EXPIRED = ("token_expired", 401, "登录已过期，请刷新", "The access token has expired; refresh it");
    TOKEN_INVALID = ("token_invalid", 401, "登录凭证无效", "The access token is not valid");
    TOKEN_REVOKED = ("token_revoked", 401, "登录已被注销", "The session was ended");
    TOKEN_SUPERSEDED = ("token_superseded", 401, "权限已变更，请刷新登录凭证", "Your roles changed; refresh the access token");
    INVITATION_INVALID = ("invitation_invalid", 404, "邀请不存在、已使用或已过期", "The invitation does not exist, was used or has expired");
    ACCOUNT_REQUIRED = ("account_required", 422, "请填写登录名、姓名和密码，或先登录再接受邀请", "Give login, name and password, or sign in before accepting");
    ACCOUNT_UNEXPECTED = ("account_unexpected", 422, "您已登录，无须再填写账号", "You are signed in; leave the account out");
    API_KEY_NOT_HERE = ("api_key_not_here", 403, "此操作须由本人登录办理，不能使用 API 密钥", "This needs a person's login, not an API key");
    API_KEY_LIFE = ("api_key_life", 422, "有效期应为 1 至 {max} 天", "A key lives 1 to {max} days");
    SCOPE_NOT_HELD = ("scope_not_held", 422, "您没有权限“{scope}”，不能授予密钥", "You do not hold {scope}, so a key cannot");
    SCOPES_REQUIRED = ("scopes_required", 422, "至少选择一项权限", "Give at least one scope");
    API_KEYS_MAX = ("api_keys_max", 422, "每个单位最多 {max} 个有效密钥", "At most {max} live keys for an organisation");
}
