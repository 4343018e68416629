//! Where people want mail. An address counts when its owner has proved it with a code that was sent there (rule 5).

use super::own;
use super::telling::mail_of;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{EMAIL_INVALID, NOT_FOUND};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::notice::codes::{MAIL_CODE_WRONG, MAIL_CODES_TOO_MANY, MAIL_OFF};
use crate::notice::model::{Language, MailAddress, News, Topic};
use crate::notice::store;
use crate::proof::SecretBox;

/// Sixty bits: nobody guesses it within its life.
const CODE_CHARS: usize = 12;
/// Without what is taken for something else.
const CODE_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_HOURS: i64 = 24;
/// Codes that a person may have sent in a day, to whatever address: nobody is to be pestered through us.
const CODES_PER_DAY_MAX: i32 = 5;
const ADDRESS_CHARS_MAX: usize = 120;

#[derive(Clone, Debug)]
pub struct NewAddress {
    pub address: String,
    pub language: Language,
}

pub fn address(conn: &mut Conn, actor: &Actor) -> Result<Option<MailAddress>, Refusal> {
    actor.permit(Permission::Session)?;
    store::mail_address(conn, actor.person()?.user)
}

/// What a sealed code is bound to.
pub(in crate::notice) fn code_context(of: &MailAddress) -> String {
    format!("notice.mail/{}/{}", of.user, of.address)
}

/// Sets the address and sends a code there; the language alone is changed without one.
pub fn set_address(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    mail_on: bool,
    new: &NewAddress,
) -> Result<MailAddress, Refusal> {
    let before = address(tx, actor)?;
    if !mail_on {
        return Err(Refusal::new(&MAIL_OFF));
    }
    let text = new.address.trim();
    check(text)?;
    if let Some(before) = before.clone().filter(|before| before.confirmed && before.address == text) {
        let after = MailAddress { version: before.version + 1, language: new.language, ..before };
        store::save_mail_address(tx, &after)?;
        return Ok(after);
    }
    let (now, today) = (tx.now(), tx.now().day());
    let sent = before.as_ref().filter(|it| it.codes_day == today).map_or(0, |it| it.codes_sent);
    if sent >= CODES_PER_DAY_MAX {
        return Err(Refusal::new(&MAIL_CODES_TOO_MANY).with("max", CODES_PER_DAY_MAX));
    }
    let mut after = MailAddress {
        user: actor.person()?.user,
        version: before.map_or(0, |it| it.version) + 1,
        address: text.to_owned(),
        language: new.language,
        confirmed: false,
        code: None,
        code_until: now.plus_seconds(CODE_HOURS * 3_600),
        codes_sent: sent + 1,
        codes_day: today,
    };
    let code = code(tx);
    let sealed = secrets.seal(tx.random(), &code_context(&after), code.as_bytes());
    after.code = Some(sealed.map_err(Refusal::internal)?);
    store::save_mail_address(tx, &after)?;
    send_code(tx, actor, now)?;
    Ok(after)
}

fn check(address: &str) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    let known = address.parse::<lettre::Address>().is_ok() && address.is_ascii();
    if !known || address.chars().count() > ADDRESS_CHARS_MAX {
        errors.add("/address", &EMAIL_INVALID);
    }
    errors.check()
}

fn code(tx: &Tx) -> String {
    let letter =
        |byte: u8| CODE_LETTERS.get(usize::from(byte % 32)).map_or('2', |letter| char::from(*letter));
    tx.random::<CODE_CHARS>().into_iter().map(letter).collect()
}

fn send_code(tx: &mut Tx, actor: &Actor, now: UtcTime) -> Result<(), Refusal> {
    let news = News {
        dedup: String::new(),
        topic: Topic::Account,
        event: "mail_code",
        subject: String::new(),
        title: String::new(),
        link: String::new(),
        at: now,
        collapses: false,
    };
    let mail = mail_of(tx, &news, own(actor)?);
    store::insert_delivery(tx, &mail)
}

pub fn confirm_address(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    code: &str,
) -> Result<MailAddress, Refusal> {
    let before = address(tx, actor)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if before.confirmed {
        return Ok(before);
    }
    let known = before.code.as_ref().filter(|_| tx.now() <= before.code_until);
    let known = known.and_then(|sealed| secrets.open(&code_context(&before), sealed).ok());
    if known.is_some_and(|known| known == code.trim().to_ascii_uppercase().as_bytes()) {
        let after = MailAddress { version: before.version + 1, confirmed: true, code: None, ..before };
        store::save_mail_address(tx, &after)?;
        return Ok(after);
    }
    Err(Refusal::new(&MAIL_CODE_WRONG))
}

/// No mail any more.
pub fn forget_address(tx: &mut Tx, actor: &Actor) -> Result<(), Refusal> {
    actor.permit(Permission::Session)?;
    store::delete_mail_address(tx, actor.person()?.user)
}
