//! `tts-reader serve`.

use std::{future::Future, io, io::Write, sync::Arc};

use super::{args::ServeArgs, error::CliError, read_pdf};
use crate::{
    app::App,
    connections::affordable,
    server,
    settings::{DatabaseUrl, Environment, REPLACED, Settings, resolve},
};

pub(super) fn serve(args: &ServeArgs, env: &Environment) -> Result<(), CliError> {
    let mut settings = resolve(&args.flags(), env)?;
    settings.pdf_reader = Some(read_pdf::program()?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.workers)
        .enable_all()
        .build()?;
    let result = runtime.block_on(run(settings));
    // A synthesis that outlives the grace period must not keep the process.
    runtime.shutdown_background();
    result
}

async fn run(settings: Settings) -> Result<(), CliError> {
    server::raise_file_limit();
    warn(&settings);
    let shutdown = stop_signal()?;
    let listener = server::listen(settings.bind)?;
    let app = Arc::new(App::open(settings).await?);
    let address = listener.local_addr()?;
    // To stdout, so that a script can wait for it; everything else goes to stderr.
    let _ = writeln!(io::stdout(), "tts-reader listens on http://{address}");
    tracing::info!(
        %address,
        database = %app.settings.database,
        data = %app.settings.data_dir.display(),
        rate_limit_per_hour = app.settings.rate_limit_per_hour,
        "serving"
    );
    Ok(server::serve(listener, app, shutdown).await?)
}

fn warn(settings: &Settings) {
    let public = !settings.bind.ip().is_loopback();
    if public {
        tracing::warn!(
            "{} can be reached from other machines, without encryption; put a proxy with TLS \
             before it",
            settings.bind
        );
    }
    let (wanted, most) = (settings.limits.connections, affordable(settings.limits.connections));
    if most < wanted {
        tracing::warn!(
            "MAX_CONNECTIONS={wanted}: the system lets this process open so few files that {most} \
             connections are served; raise its limit (ulimit -n) or lower MAX_CONNECTIONS"
        );
    }
    if settings.load_test {
        tracing::warn!("load-test mode: {}", REPLACED.join("; "));
    } else if settings.dev {
        let who = if public { "anybody on the network" } else { "any program on this machine" };
        tracing::warn!(
            "dev mode: {who} can make accounts with credits, and change and remove test \
             accounts"
        );
    }
    if matches!(settings.database, DatabaseUrl::Postgres(_)) && settings.jwt_secret.is_none() {
        tracing::warn!(
            "no JWT_SECRET_KEY: tokens and links of this service are good at no other on its database"
        );
    }
    if !settings.database_delay.is_zero() {
        tracing::warn!(
            "FAULT_DATABASE_DELAY_MS: each use of the database takes {} ms longer, on purpose; for \
             tests only",
            settings.database_delay.as_millis()
        );
    }
    if settings.leak_bytes_per_request > 0 {
        tracing::warn!(
            "FAULT_LEAK_BYTES_PER_REQUEST: leaks {} bytes with every request, on purpose; for tests \
             only, this service will run out of memory",
            settings.leak_bytes_per_request
        );
    }
}

/// Resolves on Ctrl-C or SIGTERM.
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
