//! How people are told: choices by topic, and the address for mail.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{delete, get, post, put};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::kernel::codes_common::TOO_MANY;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::notice::Desk;
use crate::notice::model::{Choice, Language, MailAddress, MailMode, Preferences, Topic};
use crate::notice::service::{self, NewAddress};

pub fn routes(routes: &mut Routes) {
    routes.service(preferences).service(set_preferences);
    routes.service(address).service(set_address).service(confirm_address).service(forget_address);
}

/// How somebody is told of a topic.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TopicChoice {
    topic: Topic,
    in_app: bool,
    mail: MailMode,
}

#[derive(Serialize, utoipa::ToSchema)]
struct PreferencesView {
    version: i64,
    /// Every topic; what nobody chose is told in the application and in the mail of the day.
    choices: Vec<TopicChoice>,
    /// Whether this platform sends mail at all.
    mail_available: bool,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PreferencesBody {
    /// Topics that are not named are told in the usual way.
    choices: Vec<TopicChoice>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct MailAddressView {
    /// Null while there is none.
    address: Option<String>,
    language: Language,
    /// Mail is sent only to a confirmed address.
    confirmed: bool,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MailAddressBody {
    #[schema(examples("zhang@example.cn"))]
    address: String,
    language: Language,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MailCodeBody {
    /// As it stands in the mail.
    code: String,
}

fn preferences_reply(found: &Preferences, mail_available: bool) -> Result<Reply, Refusal> {
    let choices = Topic::ALL.iter().map(|topic| {
        let Choice { in_app, mail } = found.of(*topic);
        TopicChoice { topic: *topic, in_app, mail }
    });
    let view = PreferencesView { version: found.version, choices: choices.collect(), mail_available };
    Ok(Reply::ok(&view)?.version(found.version))
}

fn address_reply(found: Option<&MailAddress>) -> Result<Reply, Refusal> {
    Reply::ok(&MailAddressView {
        address: found.map(|it| it.address.clone()),
        language: found.map_or(Language::Zh, |it| it.language),
        confirmed: found.is_some_and(|it| it.confirmed),
    })
}

#[utoipa::path(
    tag = "notice",
    operation_id = "notice_preferences",
    responses((status = 200, body = PreferencesView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/notices/preferences")]
async fn preferences(edge: Edge, desk: Data<Desk>) -> Answer {
    let mail = desk.mail_on;
    edge.read(Permission::Session, move |snapshot, actor| {
        preferences_reply(&service::preferences(snapshot, actor)?, mail)
    })
    .await
}

/// Replaces the caller's choices, in the organisation that it acts for.
#[utoipa::path(
    tag = "notice",
    operation_id = "notice_set_preferences",
    request_body = PreferencesBody,
    responses((status = 200, body = PreferencesView)),
    extensions(("x-permission" = json!("session")))
)]
#[put("/notices/preferences")]
async fn set_preferences(edge: Edge, input: Input<PreferencesBody>, desk: Data<Desk>) -> Answer {
    let (expected, mail) = (edge.expected_version()?, desk.mail_on);
    edge.write("notice.set_preferences", Permission::Session, input, move |tx, actor, body| {
        let mut errors = Errors::new();
        if body.choices.len() > Topic::ALL.len() {
            errors.add_with("/choices", &TOO_MANY, &[("max", Topic::ALL.len().to_string())]);
        }
        errors.check()?;
        let chosen = body.choices.iter().map(|it| (it.topic, Choice { in_app: it.in_app, mail: it.mail }));
        let chosen: BTreeMap<Topic, Choice> = chosen.collect();
        preferences_reply(&service::set_preferences(tx, actor, expected, &chosen)?, mail)
    })
    .await
}

/// The caller's own address for mail; nobody else sees it.
#[utoipa::path(
    tag = "notice",
    operation_id = "notice_mail_address",
    responses((status = 200, body = MailAddressView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/notices/mail-address")]
async fn address(edge: Edge) -> Answer {
    edge.read(Permission::Session, |snapshot, actor| {
        address_reply(service::address(snapshot, actor)?.as_ref())
    })
    .await
}

/// Sets the address; a code is sent there, and mail only after it was entered.
#[utoipa::path(
    tag = "notice",
    operation_id = "notice_set_mail_address",
    request_body = MailAddressBody,
    responses((status = 200, body = MailAddressView)),
    extensions(("x-permission" = json!("session")))
)]
#[put("/notices/mail-address")]
async fn set_address(edge: Edge, input: Input<MailAddressBody>, desk: Data<Desk>) -> Answer {
    edge.write("notice.set_mail_address", Permission::Session, input, move |tx, actor, body| {
        let new = NewAddress { address: body.address.clone(), language: body.language };
        let set = service::set_address(tx, actor, &desk.secrets, desk.mail_on, &new)?;
        address_reply(Some(&set))
    })
    .await
}

#[utoipa::path(
    tag = "notice",
    operation_id = "notice_confirm_mail_address",
    request_body = MailCodeBody,
    responses((status = 200, body = MailAddressView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/notices/mail-address/confirm")]
async fn confirm_address(edge: Edge, input: Input<MailCodeBody>, desk: Data<Desk>) -> Answer {
    edge.write("notice.confirm_mail_address", Permission::Session, input, move |tx, actor, body| {
        address_reply(Some(&service::confirm_address(tx, actor, &desk.secrets, &body.code)?))
    })
    .await
}

/// No mail any more.
#[utoipa::path(
    tag = "notice",
    operation_id = "notice_forget_mail_address",
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[delete("/notices/mail-address")]
async fn forget_address(edge: Edge) -> Answer {
    edge.act("notice.forget_mail_address", Permission::Session, |tx, actor| {
        service::forget_address(tx, actor)?;
        Reply::no_content()
    })
    .await
}
