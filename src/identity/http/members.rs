//! Members, their roles, and invitations.

use actix_web::{delete, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::{AccountBody, InvitationView, MemberView, MembershipView};
use crate::http::{Answer, Edge, Input, Paging, Reply, Routes};
use crate::identity::Gate;
use crate::identity::model::InvitationId;
use crate::identity::service::{self, NewInvitation};
use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::MembershipId;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;

pub fn routes(routes: &mut Routes) {
    routes.service(members).service(change_roles).service(remove);
    routes.service(invitations).service(invite).service(accept).service(revoke);
}

/// The members of the caller's organisation.
#[utoipa::path(
    tag = "member",
    params(Paging),
    responses((status = 200, body = Page<MemberView>)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[get("/members")]
async fn members(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::OrganisationManage, move |snapshot, actor| {
        Reply::page(&service::members(snapshot, actor, &page)?.map(MemberView::from))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RolesBody {
    roles: Vec<Role>,
}

/// Gives a member these roles instead of those it had; the change holds at once.
#[utoipa::path(
    tag = "member",
    params(("id" = String, Path)),
    request_body = RolesBody,
    responses((status = 204)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[put("/members/{id}")]
async fn change_roles(
    edge: Edge,
    gate: web::Data<Gate>,
    id: web::Path<MembershipId>,
    input: Input<RolesBody>,
) -> Answer {
    let (expected, ended) = (edge.expected_version()?, gate.ended().clone());
    edge.write("member.change_roles", Permission::OrganisationManage, input, move |tx, actor, body| {
        let after = service::change_roles(tx, actor, &ended, *id, &body.roles, expected)?;
        Ok(Reply::no_content()?.version(after.version))
    })
    .await
}

/// Ends a membership; the member's sessions and keys for this organisation end with it.
#[utoipa::path(
    tag = "member",
    params(("id" = String, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[delete("/members/{id}")]
async fn remove(edge: Edge, gate: web::Data<Gate>, id: web::Path<MembershipId>) -> Answer {
    let (expected, ended) = (edge.expected_version()?, gate.ended().clone());
    edge.act("member.remove", Permission::OrganisationManage, move |tx, actor| {
        service::remove_member(tx, actor, &ended, *id, expected)?;
        Reply::no_content()
    })
    .await
}

/// The open invitations of the caller's organisation.
#[utoipa::path(
    tag = "member",
    params(Paging),
    responses((status = 200, body = Page<InvitationView>)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[get("/invitations")]
async fn invitations(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::OrganisationManage, move |snapshot, actor| {
        Reply::page(&service::invitations(snapshot, actor, &page)?.map(InvitationView::from))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvitationBody {
    /// Whom it is for.
    #[schema(example = "示例·王")]
    name: String,
    roles: Vec<Role>,
}

/// Invites somebody; the token in the answer is shown this once and works for seven days.
#[utoipa::path(
    tag = "member",
    request_body = InvitationBody,
    responses((status = 201, body = InvitationView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[post("/invitations")]
async fn invite(edge: Edge, input: Input<InvitationBody>) -> Answer {
    edge.write("invitation.make", Permission::OrganisationManage, input, |tx, actor, body| {
        let new = NewInvitation { name: body.name.clone(), roles: body.roles.clone() };
        let made = service::invite(tx, actor, &new)?;
        let location = format!("/api/v1/invitations/{}", made.invitation.id);
        let kept = InvitationView::from(made.invitation.clone());
        let token = Some(made.token.expose().to_owned());
        let mut view = InvitationView::from(made.invitation);
        view.token = token;
        Reply::created(location, &view)?.version(1).keeping(&kept)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptBody {
    token: String,
    /// A new account; left out by somebody who is signed in.
    #[serde(default)]
    account: Option<AccountBody>,
}

/// Accepts an invitation with a new account, or as the person who is signed in.
#[utoipa::path(
    tag = "member",
    request_body = AcceptBody,
    responses((status = 201, body = MembershipView)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/invitations/accept")]
async fn accept(edge: Edge, gate: web::Data<Gate>, input: Input<AcceptBody>) -> Answer {
    if let Some(kept) = edge.kept("invitation.accept", Permission::Public, &input).await? {
        return Ok(kept);
    }
    let body = input.parse()?;
    let hash = match &body.account {
        Some(account) => Some(new_hash(&edge, &gate, &body.token, account).await?),
        None => None,
    };
    edge.write("invitation.accept", Permission::Public, input, move |tx, actor, body| {
        let account = body.account.as_ref().map(AccountBody::account);
        let account = account.as_ref().zip(hash.as_deref());
        let membership = service::accept_invitation(tx, actor, &body.token, account)?;
        let organisation = service::organisation(tx, membership.organisation)?;
        let view = MembershipView::from((membership, organisation));
        Reply::created("/api/v1/me", &view)
    })
    .await
}

/// Only for a token that is good: strangers don't keep the hashing thread busy.
async fn new_hash(edge: &Edge, gate: &Gate, token: &str, account: &AccountBody) -> Result<String, Refusal> {
    let account = account.account();
    let mut errors = Errors::new();
    account.check(&mut errors, "/account");
    errors.check()?;
    if matches!(edge.actor(), Actor::Anonymous) {
        let token = token.to_owned();
        edge.db()
            .read(move |snapshot| {
                let now = snapshot.now();
                service::invitation_of_token(snapshot, &token, now)
            })
            .await?;
    }
    gate.hash(account.password).await
}

/// Takes back an open invitation.
#[utoipa::path(
    tag = "member",
    params(("id" = String, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[delete("/invitations/{id}")]
async fn revoke(edge: Edge, id: web::Path<InvitationId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("invitation.revoke", Permission::OrganisationManage, move |tx, actor| {
        service::revoke_invitation(tx, actor, *id, expected)?;
        Reply::no_content()
    })
    .await
}
