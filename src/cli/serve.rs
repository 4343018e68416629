//! `techmart serve` and `techmart demo`.

use std::net::TcpListener;

use metrics_exporter_prometheus::PrometheusBuilder;

use super::lock::DataDirLock;
use super::logging;
use crate::app::{App, World};
use crate::config::{BadSetting, Config};
use crate::demo;

type Outcome = Result<(), Box<dyn std::error::Error>>;

pub fn serve(config: Config) -> Outcome {
    start(config, false)
}

pub fn demo(config: Config) -> Outcome {
    start(config, true)
}

fn start(config: Config, with_demo: bool) -> Outcome {
    logging::start(&config)?;
    let _lock = DataDirLock::take(&config.data_dir)?;
    let listener = TcpListener::bind(config.listen).map_err(|error| BadSetting {
        name: "TECHMART_LISTEN".into(),
        reason: format!("{}: {error}", config.listen),
    })?;
    actix_web::rt::System::new().block_on(run(config, listener, with_demo))
}

/// `techmart reindex`: a server keeps its index itself, so this one needs the directory alone.
pub fn reindex(config: Config) -> Outcome {
    logging::start(&config)?;
    let _lock = DataDirLock::take(&config.data_dir)?;
    let app = actix_web::rt::System::new().block_on(App::open(config, World::real()))?;
    let started = std::time::Instant::now();
    let records = app.search.rebuild(&app.db)?;
    println!("{records} records indexed in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

async fn run(config: Config, listener: TcpListener, with_demo: bool) -> Outcome {
    if let Some(address) = config.metrics_listen {
        metrics_server(address)?;
    }
    if with_demo {
        let steps = demo::load(&config).await?;
        tracing::info!(steps, "demo city loaded");
    }
    let workers = config.workers;
    let app = App::open(config, World::real()).await?;
    let background = app.spawn_background()?;
    tracing::info!(address = %app.config.listen, database = %app.config.database, node = app.config.node, "serving");
    if app.config.listen.ip().is_unspecified() && app.config.base_url.starts_with("http://localhost:") {
        tracing::warn!(
            base_url = app.config.base_url,
            "links lead to this machine: TECHMART_BASE_URL is not set"
        );
    }
    println!(
        "techmart serves on {}  (API documentation: {}/docs/)",
        app.config.base_url, app.config.base_url
    );
    if with_demo {
        print_accounts();
    }
    app.close_streams_on_signal()?;
    app.server(listener, workers, true)?.await?;
    background.stop();
    tracing::info!("stopped");
    Ok(())
}

fn print_accounts() {
    println!("\nDemo accounts (password of all: {}):", demo::PASSWORD);
    for account in demo::ACCOUNTS {
        println!("  {:<11} {}: {}", account.login, account.name, account.purpose);
    }
}

/// `/metrics` on a listener of its own, so that it is never open to the world by accident.
fn metrics_server(address: std::net::SocketAddr) -> Outcome {
    use actix_web::{App, HttpServer, web};
    let handle = PrometheusBuilder::new().install_recorder()?;
    let server = HttpServer::new(move || {
        let handle = handle.clone();
        App::new().route("/metrics", web::get().to(move || std::future::ready(handle.render())))
    });
    let server = server.workers(1).disable_signals().bind(address).map_err(|error| BadSetting {
        name: "TECHMART_METRICS_LISTEN".into(),
        reason: format!("{address}: {error}"),
    })?;
    actix_web::rt::spawn(server.run());
    Ok(())
}
