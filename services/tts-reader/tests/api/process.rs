//! A service in a process of its own.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use crate::app::{Home, SECRET};

/// What the service logs, in its directory.
pub(crate) const LOG: &str = "stderr.log";

/// Killed when dropped: by SIGKILL, so nothing of it is told to the service.
pub(crate) struct Killable {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Killable {
    pub(crate) fn on(home: &Home) -> Self {
        Self::with(home, &[])
    }

    /// … with more settings.
    pub(crate) fn with(home: &Home, env: &[(&str, &str)]) -> Self {
        let mut service = Command::new(env!("CARGO_BIN_EXE_tts-reader"));
        service.args(["serve", "--dev", "--bind", "127.0.0.1:0", "--data"]).arg(home.dir.path());
        Self::start(service, home, env)
    }

    /// Starts a command that becomes a service.
    pub(crate) fn start(mut service: Command, home: &Home, env: &[(&str, &str)]) -> Self {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut child = service
            .env_clear()
            .env("PATH", path)
            .env("DATABASE_URL", home.database())
            .env("JWT_SECRET_KEY", SECRET)
            .env("RATE_LIMIT_REQUESTS_PER_HOUR", "1000000")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(home.dir.path().join(LOG)).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("tts-reader listens on ").unwrap().to_owned();
        Self { child, url }
    }

    /// Memory that the process holds, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
