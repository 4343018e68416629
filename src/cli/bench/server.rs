//! The server under measurement, as a process of its own: the application with a filled market, and beside it a
//! bare server with a constant answer and a probe, to compare with in the same run.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use serde::{Deserialize, Serialize};

use super::corpus::Text;
use super::store;
use crate::achievement::model::Achievement;
use crate::app::{App, World};
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::demo;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::listing::service::{create, publish, submit};

/// As many as an achievement takes.
const KEYWORDS_MAX: usize = 8;

/// Records of one command while the market is filled.
const SLICE: i64 = 20;

/// What the measuring process needs to know; printed as one line of JSON.
#[derive(Serialize, Deserialize)]
pub struct Ready {
    pub address: String,
    pub bare: String,
    pub token: String,
    pub achievement: String,
}

/// Fills a scratch directory with the demo city and `records` achievements.
pub fn fill(config: &Config, records: i64, texts: Option<Vec<Text>>) -> Result<(), Refusal> {
    actix_web::rt::System::new().block_on(async {
        demo::load(config).await?;
        let app = App::open(config.clone(), World::real()).await?;
        tokio::task::spawn_blocking(move || fill_market(&app, records, texts))
            .await
            .map_err(Refusal::internal)?
    })
}

fn fill_market(app: &App, records: i64, texts: Option<Vec<Text>>) -> Result<(), Refusal> {
    let texts = Arc::new(texts.unwrap_or_default());
    let actor = |login: &str| -> Result<Actor, Refusal> {
        Ok(Actor::Person(Box::new(app.gate.sign_in_as(login)?.grant.person)))
    };
    let (holder, operator) = (actor("university")?, actor("operator")?);
    for first in (0..records).step_by(usize::try_from(SLICE).unwrap_or(1)) {
        let (holder, operator, texts) = (holder.clone(), operator.clone(), Arc::clone(&texts));
        app.db.write_blocking("bench.fill", move |tx| {
            (first..records.min(first + SLICE))
                .try_for_each(|number| one(tx, &holder, &operator, number, &texts))
        })?;
    }
    Ok(())
}

fn one(tx: &mut Tx, holder: &Actor, operator: &Actor, number: i64, texts: &[Text]) -> Result<(), Refusal> {
    let mut content = demo::example_achievement(number)?;
    let at = usize::try_from(number).unwrap_or(0) % texts.len().max(1);
    if let Some(text) = texts.get(at) {
        content.title = format!("{}（示例{number}）", text.title);
        content.summary.clone_from(&text.summary);
        content.keywords = text.keywords.iter().take(KEYWORDS_MAX).cloned().collect();
    }
    let draft = create::<Achievement>(tx, holder, &content)?;
    submit(tx, holder, draft.id, None)?;
    publish(tx, operator, draft.id, None, "同意发布")?;
    Ok(())
}

/// Serves until it is killed.
pub fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let bare = TcpListener::bind("127.0.0.1:0")?;
    actix_web::rt::System::new().block_on(async move {
        let workers = config.workers;
        let app = App::open(config, World::real()).await?;
        let background = app.spawn_background()?;
        let admitted = {
            let gate = app.gate.clone();
            tokio::task::spawn_blocking(move || gate.sign_in_as("university")).await??
        };
        let organisation = admitted.grant.person.organisation;
        let achievement = app.db.read(|snapshot| store::any_achievement(snapshot)).await?;
        let ready = Ready {
            address: listener.local_addr()?.to_string(),
            bare: bare.local_addr()?.to_string(),
            token: admitted.access_token,
            achievement,
        };
        let probe = bare_server(bare, workers, app.db.clone(), organisation)?;
        actix_web::rt::spawn(probe);
        let server = app.server(listener, workers, true)?;
        println!("{}", serde_json::to_string(&ready)?);
        server.await?;
        background.stop();
        Ok(())
    })
}

/// The same server, lanes and hand-off, and nothing else: no layer, no authentication, no document.
fn bare_server(
    listener: TcpListener,
    workers: usize,
    db: Db,
    organisation: OrganisationId,
) -> std::io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        let db = db.clone();
        let probe = move || {
            let db = db.clone();
            async move {
                let version = db.read(move |snapshot| store::version_of(snapshot, organisation)).await?;
                Ok::<_, Refusal>(HttpResponse::Ok().json(version))
            }
        };
        ActixApp::new()
            .route("/constant", web::get().to(|| async { HttpResponse::Ok().json("ok") }))
            .route("/probe", web::get().to(probe))
    });
    Ok(server.workers(workers).worker_max_blocking_threads(1).disable_signals().listen(listener)?.run())
}
