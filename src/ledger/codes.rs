//! What the ledger refuses.

use crate::kernel::error::codes;

codes! {
    LEDGER_UNBALANCED = ("ledger_unbalanced", 422, "记账分录不足两条或借贷不平", "The transaction has fewer than two postings or does not sum to zero");
    LEDGER_AMOUNT_TOO_LARGE = ("ledger_amount_too_large", 422, "金额超出可记账范围", "The amount is beyond what the books can hold");
    LEDGER_ACCOUNT_INVALID = ("ledger_account_invalid", 422, "账户名称无效：{account}", "Not a valid account: {account}");
    LEDGER_KEY_REUSED = ("ledger_key_reused", 409, "业务号“{key}”已用于另一笔不同的记账", "The key {key} was used for another transaction");
    LEDGER_OVERDRAWN = ("ledger_overdrawn", 409, "账户“{account}”余额不足：现有 {balance} 元，还差 {missing} 元", "The account {account} holds {balance} yuan; {missing} yuan are missing");
    LEDGER_ALREADY_REVERSED = ("ledger_already_reversed", 409, "第 {number} 号记账已被冲销", "Transaction {number} has been taken back already");
}
