//! The process: where it listens, what it is made of, and what it is for.

use super::setting::{Setting, row};

pub(super) const ROWS: &[Setting] = &[
    Setting {
        flag: Some("--dev"),
        ..row(
            "--dev",
            "routes that make test accounts; extraction may read pages of this machine; sign-in is \
             not limited by address, nor wrong passwords by account",
            "false",
            |s, _| s.dev.to_string(),
        )
    },
    row("ENVIRONMENT", "`production` refuses test-account routes and faults", "none", |_, env| {
        env.text("ENVIRONMENT").unwrap_or("none").to_owned()
    }),
    row(
        "FAULT_DATABASE_DELAY_MS",
        "test only: each use of the database takes so much longer",
        "0",
        |s, _| s.database_delay.as_millis().to_string(),
    ),
    row(
        "FAULT_LEAK_BYTES_PER_REQUEST",
        "test only: keeps so much memory per request, for ever",
        "0",
        |s, _| s.leak_bytes_per_request.to_string(),
    ),
    Setting {
        flag: Some("--bind"),
        ..row("HOST", "address to listen on", "127.0.0.1", |s, _| s.bind.ip().to_string())
    },
    row(
        "LOAD_TEST_MODE",
        "true: as --dev, without e-mail and with made-up payments; refuses settings of production",
        "false",
        |s, _| s.load_test.to_string(),
    ),
    Setting {
        flag: Some("--bind"),
        ..row("PORT", "port to listen on", "5000", |s, _| s.bind.port().to_string())
    },
    Setting {
        flag: Some("--data"),
        ..row("TTS_READER_DATA", "directory of all data (DATA)", "tts-reader-data", |s, _| {
            s.data_dir.display().to_string()
        })
    },
    Setting {
        flag: Some("--workers"),
        ..row(
            "WORKERS",
            "threads for requests, and as many for passwords",
            "one per core",
            |s, _| s.workers.to_string(),
        )
    },
];
