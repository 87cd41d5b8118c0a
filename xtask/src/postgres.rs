//! A real PostgreSQL for checks that need one: found or installed, started from a folder of its own on
//! a free port of loopback, ended with the check.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::apt;
use crate::python::{Checked, check, target};
use crate::tally::Tally;
use crate::test::{build, root, rust_tests, test_programs};

/// Who owns the server; a password that opens nothing else.
const USER: &str = "keeper";
const PASSWORD: &str = "of-the-tests";
/// The same as the server keeps it: hashed by one round. By the usual 4,096 of them a test that was built
/// without optimisation would compute most of its time, for each of its connections.
const KEPT: &str = "SCRAM-SHA-256$1:a2F0eWRpZC1vZi10ZXN0cw==$w7gLU/h4cH6gqJmV8kDTVVbrQOArdwyvWsgJ0r7erJE=:\
                    vBuszVRphxDCzyW9z5WvTpKsIk0eYoto+G+0OquOp6g=";
/// How checks learn of it.
const URL: &str = "KATYDID_POSTGRES";
const HOME: &str = "KATYDID_POSTGRES_HOME";
const PROGRAMS: &str = "KATYDID_POSTGRES_PROGRAMS";

/// Everything that needs a real server.
pub(crate) fn both() -> Result<[(&'static str, Checked); 2]> {
    Ok([("the monitor of a real PostgreSQL", run()?), ("the service on PostgreSQL", service()?)])
}

/// The monitor of a database, against a real one.
pub(crate) fn run() -> Result<Checked> {
    let server = match Server::start(&["max_connections=20"])? {
        Ok(server) => server,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    build(&["--example", "real_postgres"])?;
    let mut program = Command::new(target().join("debug/examples/real_postgres"));
    server.tell(&mut program);
    check(program)
}

/// The tests of the service, which `cargo test` runs on SQLite, on a real server.
pub(crate) fn service() -> Result<Checked> {
    let server = match Server::start(&["max_connections=400"])? {
        Ok(server) => server,
        Err(why) => return Ok(Checked::NotPossible(why)),
    };
    let mut all = Tally::default();
    let folder = root().join("services/tts-reader");
    for program in test_programs(&folder)? {
        let mut tests = Command::new(program);
        tests.current_dir(&folder);
        server.tell(&mut tests);
        all.add(rust_tests(tests)?);
    }
    let good = all.failed == 0 && all.passed > 0;
    Ok(if good { Checked::Passed(all.passed) } else { Checked::Failed(all.told) })
}

/// A server until a person has seen enough of it, for work by hand.
pub(crate) fn serve() -> Result<bool> {
    match Server::start(&["max_connections=400"])? {
        Ok(server) => {
            println!("{}\n{}\npress Enter to end it", server.url, server.home.display());
            std::io::stdin().read_line(&mut String::new())?;
            Ok(true)
        }
        Err(why) => {
            println!("{why}");
            Ok(false)
        }
    }
}

/// A server that runs; it ends, and its folder goes, with this.
#[derive(Debug)]
pub(crate) struct Server {
    home: PathBuf,
    programs: PathBuf,
    url: String,
}

impl Server {
    /// Starts one with `settings` beside the usual ones; or why there is none.
    pub(crate) fn start(settings: &[&str]) -> Result<Result<Self, String>> {
        let programs = match programs() {
            Ok(programs) => programs,
            Err(why) => return Ok(Err(why)),
        };
        let port = free_port()?;
        let name = format!("katydid-postgres-{}-{port}", std::process::id());
        let home = std::env::temp_dir().join(name);
        fs::create_dir(&home).with_context(|| format!("{} cannot be made", home.display()))?;
        let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres");
        let server = Self { home, programs, url };
        match server.prepare(port, settings).and_then(|()| server.control(&["start"])) {
            Ok(()) => Ok(Ok(server)),
            Err(fault) => Ok(Err(format!("PostgreSQL does not start: {fault:#}"))),
        }
    }

    /// Tells a program by its environment where it is: the address with its password, the folder with
    /// the data (`data`) and with `control`, which passes its words on to `pg_ctl`, and the folder of
    /// the programs.
    pub(crate) fn tell(&self, program: &mut Command) {
        program.env(URL, &self.url).env(HOME, &self.home).env(PROGRAMS, &self.programs);
    }

    fn prepare(&self, port: u16, settings: &[&str]) -> Result<()> {
        let data = self.home.join("data");
        let password = self.home.join("password");
        fs::write(&password, KEPT)?;
        // A server does not run as root; without root it runs as whoever starts it.
        let other = if apt::is_root() { Some(somebody()?) } else { None };
        if let Some((user, group)) = other {
            chown(&self.home, Some(user), Some(group))?;
            chown(&password, Some(user), Some(group))?;
        }
        fs::set_permissions(&self.home, fs::Permissions::from_mode(0o700))?;
        let become_other = other.map_or_else(String::new, |(user, group)| {
            format!("setpriv --reuid={user} --regid={group} --clear-groups ")
        });
        let (home, programs) = (self.home.display(), self.programs.display());
        let control = self.home.join("control");
        let script = format!(
            "#!/bin/sh\ncd '{home}' && exec {become_other}'{programs}/pg_ctl' -D '{home}/data' -w -s \
             -l '{home}/log' \"$@\"\n"
        );
        fs::write(&control, script)?;
        fs::set_permissions(&control, fs::Permissions::from_mode(0o755))?;
        let init = format!(
            "--auth=scram-sha-256 --username={USER} --pwfile={home}/password --no-sync --encoding=UTF8 \
             --locale=C"
        );
        self.control(&["init", "-o", &init])?;
        let usual = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={home}"),
            "fsync=off".to_owned(),
            "shared_preload_libraries=pg_stat_statements".to_owned(),
        ];
        let all = usual.into_iter().chain(settings.iter().map(|&it| it.to_owned()));
        let lines: String = all
            .filter_map(|line| {
                line.split_once('=').map(|(name, value)| format!("{name} = '{value}'\n"))
            })
            .collect();
        let file = data.join("postgresql.conf");
        let before = fs::read_to_string(&file)?;
        fs::write(&file, before + &lines)?;
        Ok(())
    }

    /// Runs `pg_ctl` on it, as whoever owns it.
    fn control(&self, words: &[&str]) -> Result<()> {
        let mut command = Command::new(self.home.join("control"));
        // What it starts must not hold our own output open.
        let ran = command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).output()?;
        let text = String::from_utf8_lossy(&ran.stderr);
        let log = fs::read_to_string(self.home.join("log")).unwrap_or_default();
        let last = log.lines().last().unwrap_or_default();
        anyhow::ensure!(ran.status.success(), "{} {last}", text.trim());
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.home.join("data/postmaster.pid").exists()
            && let Err(fault) = self.control(&["stop", "-m", "immediate"])
        {
            println!("{} is left behind: {fault:#}", self.home.display());
            return;
        }
        let _ = fs::remove_dir_all(&self.home);
    }
}

/// The folder of a server's programs, installed where that is possible; or why there is none.
pub(crate) fn programs() -> Result<PathBuf, String> {
    if let Some(found) = found() {
        return Ok(found);
    }
    apt::install("postgresql")?;
    found().ok_or_else(|| "postgresql was installed and has no programs".to_owned())
}

/// The newest version in Debian's folders, else what the path has.
fn found() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|name| folder.join(name).is_file())
    };
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| std::cmp::Reverse(version(path)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = versions.into_iter().map(|path| path.join("bin"));
    folders.chain(std::env::split_paths(&path)).find(complete)
}

/// The numbers of a user and a group that are not root's.
fn somebody() -> Result<(u32, u32)> {
    let number = |flag: &str, name: &str| -> Option<u32> {
        let told = Command::new("id").args([flag, name]).output().ok()?;
        String::from_utf8(told.stdout).ok()?.trim().parse().ok()
    };
    let pair = |name: &str| Some((number("-u", name)?, number("-g", name)?));
    pair("postgres").or_else(|| pair("nobody")).context("there is no user beside root")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
