//! From settings and a listener to a service that answers until it is told to stop.

use std::{
    future::Future,
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
};

use tokio::net::TcpSocket;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    audit::Level,
    connections, maintenance, progress, releases, router,
    settings::{Settings, SettingsError},
    store::StoreError,
};

/// Connections that may wait to be taken. With the usual 128 a crowd that comes at once waits for
/// seconds: the system drops what it has no room for, and clients try again after one.
const BACKLOG: u32 = 4_096;

/// Why the service could not start or go on. Each text names the thing and the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Settings that cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data directory cannot be made or written.
    #[error("cannot write {path}: {source}; make it writable or name another directory with --data", path = path.display())]
    DataDirectory {
        /// What could not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The directory of the audio cannot be made or written.
    #[error("cannot write {path}: {source}; set AUDIO_DIR to a directory that can be written", path = path.display())]
    Audio {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another service works in the data directory.
    #[error("another tts-reader is using this data directory ({path} is locked); stop it or name another directory with --data", path = path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The audit log cannot be written.
    #[error("cannot write the audit log {path}: {source}; set AUDIT_LOG to a file that can be written", path = path.display())]
    AuditLog {
        /// The log file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error("{0}")]
    Database(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; {advice}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
        /// The next step.
        advice: &'static str,
    },
    /// Something the service is made of could not be set up.
    #[error("cannot start: {0}")]
    Start(String),
    /// The operating system failed the running service.
    #[error("the service stopped: {0}")]
    Io(#[from] io::Error),
}

impl From<StoreError> for ServeError {
    fn from(error: StoreError) -> Self {
        Self::Database(error.to_string())
    }
}

/// Serves on a listener until `shutdown` resolves; then running requests may end within
/// `Settings::shutdown_grace`.
///
/// # Errors
/// When the service cannot start: files, database, threads.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let app = Arc::new(App::open(settings).await?);
    serve(listener, app, shutdown).await
}

/// Lets the process have as many connections and files as the system allows it: the usual soft
/// limit of 1,024 is reached by a load test.
pub(crate) fn raise_file_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}

/// Listens on an address. Called inside a runtime.
///
/// # Errors
/// [`ServeError::Listen`], with what to do.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    open(address).map_err(|source| {
        let advice = match source.kind() {
            io::ErrorKind::AddrInUse => {
                "stop the program that listens there, or choose another port with --bind"
            }
            io::ErrorKind::PermissionDenied => "ports below 1024 need rights; choose a higher one",
            io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
            _ => "choose another address with --bind",
        };
        ServeError::Listen { address, source, advice }
    })
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A service that is started again need not wait for connections of its last life.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Serves an opened application.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    maintenance::recover(&app).await?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    app.audit.write(Level::Info, "app.main", "Service started");
    let stop = CancellationToken::new();
    let upkeep = tokio::spawn(maintenance::run(Arc::clone(&app), stop.clone()));
    let done = CancellationToken::new();
    let telling = tokio::spawn(progress::run(Arc::clone(&app), done.clone()));
    let releasing = tokio::spawn(releases::run(Arc::clone(&app), done.clone()));
    app.health.look(&app).await;
    let routes = router::build(&app);
    tokio::select! {
        () = connections::accept(listener, &app, routes, stop.clone()) => {}
        () = patience(shutdown, &app, &stop) => {
            tracing::warn!("stopped with requests still running");
        }
    }
    stop.cancel();
    close_work(&app).await;
    done.cancel();
    if telling.await.is_err() {
        tracing::error!("the task that tells of progress died");
    }
    if releasing.await.is_err() {
        tracing::error!("the task that releases what is over died");
    }
    close(&app, upkeep).await;
    Ok(())
}

/// Passes on that the service is to stop; ends with the grace period after it.
async fn patience(shutdown: impl Future<Output = ()>, app: &App, stop: &CancellationToken) {
    shutdown.await;
    tracing::info!("stopping: no new connections, running requests may end");
    stop.cancel();
    tokio::time::sleep(app.settings.shutdown_grace).await;
}

/// Waits for work that outlives its request.
async fn close_work(app: &App) {
    app.tasks.close();
    if tokio::time::timeout(app.settings.shutdown_grace, app.tasks.wait()).await.is_err() {
        tracing::warn!("syntheses were cut off; their credits come back at the next start");
    }
}

/// Ends what goes on in the background, in the order of who needs whom.
async fn close(app: &Arc<App>, upkeep: tokio::task::JoinHandle<()>) {
    if upkeep.await.is_err() {
        tracing::error!("the upkeep task died");
    }
    let post = tokio::task::spawn_blocking({
        let app = Arc::clone(app);
        move || app.post.close()
    });
    if tokio::time::timeout(app.settings.shutdown_grace, post).await.is_err() {
        tracing::warn!("stopped while letters were on their way");
    }
    if let Err(error) = app.store.leave().await {
        // Others forget it by themselves.
        tracing::debug!(%error, "cannot take leave of other services");
    }
    app.store.close().await;
    app.audit.write(Level::Info, "app.main", "Service stopped");
    app.audit.close();
}
