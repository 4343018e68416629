//! Mail: what it says, and the sender that takes it to the SMTP server.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::events;
use super::model::{Channel, Delivery, Language, MailAddress, Notice};
use super::service::{self, Outcome};
use super::store;
use crate::changes::InstanceFollower;
use crate::db::{Conn, Db};
use crate::identity;
use crate::kernel::error::Refusal;
use crate::proof::SecretBox;

/// Mails sent one after the other before it is looked whether there is more.
const BATCH: i64 = 20;
const SMTP_SECONDS_MAX: u64 = 30;
const SUBJECT_CHARS_MAX: usize = 120;

/// Where mail is handed in, and whom it comes from.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// `smtp://…` or `smtps://user:password@…`; may hold a password, so it is never shown.
    pub url: String,
    pub from: Mailbox,
    /// Links in mails begin with it.
    pub base_url: String,
    pub node: String,
}

impl SmtpSettings {
    /// Or the setting that is wrong and why; the reason never holds the address, which may hold a password.
    pub fn new(
        url: &str,
        from: Option<&str>,
        base_url: &str,
        node: &str,
    ) -> Result<SmtpSettings, (&'static str, String)> {
        if AsyncSmtpTransport::<Tokio1Executor>::from_url(url).is_err() {
            return Err(("TECHMART_SMTP_URL", "expected smtp://… or smtps://…".into()));
        }
        let from = from.ok_or(("TECHMART_SMTP_FROM", "must be set with TECHMART_SMTP_URL".into()))?;
        let from = from.parse().map_err(|error| ("TECHMART_SMTP_FROM", format!("{from:?}: {error}")))?;
        Ok(SmtpSettings { url: url.into(), from, base_url: base_url.into(), node: node.into() })
    }
}

/// Sends the mails that wait, on a thread of its own.
pub struct Mailer {
    settings: SmtpSettings,
    secrets: SecretBox,
    stopping: AtomicBool,
}

/// A mail with everything that it says.
struct Letter {
    delivery: Delivery,
    address: MailAddress,
    notices: Vec<Notice>,
    organisation: String,
}

impl Mailer {
    pub fn new(settings: SmtpSettings, secrets: SecretBox) -> Mailer {
        Mailer { settings, secrets, stopping: AtomicBool::new(false) }
    }

    fn send_all(&self, db: &Db, deliveries: Vec<Delivery>) -> Result<(), Refusal> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Refusal::internal)?;
        for delivery in deliveries {
            let tried = delivery.clone();
            let letter = db.read_blocking(move |snapshot| letter(snapshot, delivery))?;
            let outcome = match letter {
                Ok(letter) => self.send(&runtime, &letter),
                Err(why) => Outcome::Unwanted(why.to_owned()),
            };
            if !matches!(outcome, Outcome::Sent) {
                tracing::warn!(delivery = %tried.id, ?outcome, "a mail was not sent");
            }
            db.write_background_blocking("notice.mail", move |tx| {
                service::note_outcome(tx, true, &tried, &outcome)
            })?;
        }
        Ok(())
    }

    fn send(&self, runtime: &tokio::runtime::Runtime, letter: &Letter) -> Outcome {
        let message = match self.message(letter) {
            Ok(message) => message,
            Err(why) => return Outcome::Refused(why),
        };
        // A connection for each mail: it lives no longer than the runtime that drives it.
        let Ok(builder) = AsyncSmtpTransport::<Tokio1Executor>::from_url(&self.settings.url) else {
            return Outcome::Failed("SMTP settings".into());
        };
        let ready = builder.timeout(Some(Duration::from_secs(SMTP_SECONDS_MAX))).build();
        match runtime.block_on(ready.send(message)) {
            Ok(_) => Outcome::Sent,
            // The status alone: what a server says may name the address.
            Err(error) => {
                let status = error.status().map_or("no answer".to_owned(), |status| status.to_string());
                if error.is_permanent() { Outcome::Refused(status) } else { Outcome::Failed(status) }
            }
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let english = letter.address.language == Language::En;
        let (subject, body) = match letter.delivery.event.as_str() {
            "mail_code" => self.code(letter, english)?,
            "mail_digest" => self.digest(letter, english),
            _ => self.single(letter, english),
        };
        let to: Address = letter.address.address.parse().map_err(|_| "address".to_owned())?;
        let id = format!("<{}@{}>", letter.delivery.id, self.settings.node);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.settings.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(automatic, "auto-generated".into()))
            .singlepart(SinglePart::plain(body))
            .map_err(|_| "message".to_owned())
    }

    fn code(&self, letter: &Letter, english: bool) -> Result<(String, String), String> {
        let context = service::code_context(&letter.address);
        let sealed = letter.address.code.as_ref().ok_or("code")?;
        let code = self.secrets.open(&context, sealed).map_err(|_| "code".to_owned())?;
        let code = String::from_utf8_lossy(&code).into_owned();
        Ok(if english {
            (
                "Confirm your mail address".into(),
                format!(
                    "Enter this code on the technology market within 24 hours:\n\n    {code}\n\nIf you did not ask for it, do nothing: no mail will be sent to you.\n"
                ),
            )
        } else {
            (
                "技术市场邮箱验证".into(),
                format!(
                    "请在24小时内于技术市场平台填写以下验证码：\n\n    {code}\n\n如非本人操作，请忽略本邮件，平台不会向您发送通知。\n"
                ),
            )
        })
    }

    fn single(&self, letter: &Letter, english: bool) -> (String, String) {
        let text = letter.notices.first().map_or_else(
            || events::text(&letter.delivery.event, "", english),
            |notice| events::text(&notice.event, &notice.title, english),
        );
        let lines: Vec<String> = letter.notices.iter().map(|notice| self.line(notice, english)).collect();
        (text.chars().take(SUBJECT_CHARS_MAX).collect(), self.framed(letter, &lines, english))
    }

    fn digest(&self, letter: &Letter, english: bool) -> (String, String) {
        let count = letter.notices.len();
        let subject = if english {
            format!("Technology market: {count} notices")
        } else {
            format!("技术市场：{count} 条通知")
        };
        let mut topics: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for notice in &letter.notices {
            topics.entry(notice.topic.as_str()).or_default().push(self.line(notice, english));
        }
        let mut lines = Vec::new();
        for (topic, entries) in topics {
            let list = crate::kernel::vocabulary::list("notice_topic");
            lines.push(format!("【{}】", if english { list.en(topic) } else { list.zh(topic) }));
            lines.extend(entries);
        }
        (subject, self.framed(letter, &lines, english))
    }

    fn line(&self, notice: &Notice, english: bool) -> String {
        let text = events::text(&notice.event, &notice.title, english);
        if notice.link.is_empty() {
            text
        } else {
            format!("{text}\n  {}{}", self.settings.base_url, notice.link)
        }
    }

    fn framed(&self, letter: &Letter, lines: &[String], english: bool) -> String {
        let (organisation, body) = (&letter.organisation, lines.join("\n\n"));
        let settings = format!("{}/api/v1/notices/preferences", self.settings.base_url);
        if english {
            format!(
                "For {organisation}\n\n{body}\n\n-- \nChoose what you are told by mail, or nothing: {settings}\n"
            )
        } else {
            format!("{organisation}：\n\n{body}\n\n-- \n如需调整或停止邮件通知，请修改通知设置：{settings}\n")
        }
    }
}

/// What a mail says and where it goes; or why nobody wants it any more.
fn letter(conn: &mut Conn, delivery: Delivery) -> Result<Result<Letter, &'static str>, Refusal> {
    let Some(user) = delivery.user else { return Ok(Err("nobody")) };
    let Some(address) = store::mail_address(conn, user)? else { return Ok(Err("no address")) };
    if !identity::service::is_member(conn, user, delivery.organisation)? {
        return Ok(Err("no member any more"));
    }
    // A code goes to an address that is not proved, everything else only to one that is.
    if (delivery.event == "mail_code") == address.confirmed {
        return Ok(Err("address not confirmed"));
    }
    let notices = store::by_ids(conn, &delivery.notices)?;
    let organisation = identity::service::organisation(conn, delivery.organisation)?.profile.name;
    Ok(Ok(Letter { delivery, address, notices, organisation }))
}

impl InstanceFollower for Mailer {
    fn name(&self) -> &'static str {
        "notice.mail"
    }

    fn catch_up(&self, db: &Db) -> Result<(), Refusal> {
        service::send_due(db, Channel::Mail, BATCH, &self.stopping, |taken| self.send_all(db, taken))
    }

    fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }
}
