//! The monitor of a database against a real server, which `cargo xtask postgres` starts for it: a line
//! `ok …` for everything that was checked, and a panic for what is wrong.
#![expect(clippy::print_stdout, reason = "whoever started it counts the lines")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_core::{MarkKind, Monitored, Series};
use katydid_monitor::{Monitors, Source, What};
use url::Url;

/// What a look may take here.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let server = Server::of_environment();
    server
        .run("CREATE TABLE one (n int); INSERT INTO one VALUES (1); CREATE TABLE two AS TABLE one");
    states(&server);
    own_work(&server);
    work(&server);
    deadlock(&server);
    statements(&server);
    refusals(&server);
    few_rights(&server);
    passwords(&server);
    tls(&server);
    hanging(&server);
    terminated(&server);
    restarted(&server);
    full(&server);
}

fn ok(what: &str) {
    println!("ok {what}");
}

/// The server, as its starter tells of it.
struct Server {
    url: Url,
    /// Has `data` and `control`.
    home: PathBuf,
    psql: PathBuf,
}

impl Server {
    fn of_environment() -> Self {
        let set = |name: &str| {
            let text = std::env::var(name);
            text.unwrap_or_else(|_| panic!("{name} is not set; run `cargo xtask postgres`"))
        };
        Self {
            url: set("KATYDID_POSTGRES").parse().expect("it is an address"),
            home: set("KATYDID_POSTGRES_HOME").into(),
            psql: PathBuf::from(set("KATYDID_POSTGRES_PROGRAMS")).join("psql"),
        }
    }

    /// The address of this user, with these parameters.
    fn of(&self, user: &str, password: &str, parameters: &str) -> String {
        let mut url = self.url.clone();
        url.set_username(user).expect("it has a host");
        url.set_password(Some(password).filter(|it| !it.is_empty())).expect("it has a host");
        format!("{url}{parameters}")
    }

    fn psql(&self) -> Command {
        let mut command = Command::new(&self.psql);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url.as_str()]);
        command
    }

    /// Runs statements one by one; what they say.
    fn run(&self, sql: &str) -> String {
        let mut child = self
            .psql()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a psql");
        let mut input = child.stdin.take().expect("it is piped");
        writeln!(input, "{sql};").expect("it reads");
        drop(input);
        let ran = child.wait_with_output().expect("it ends");
        assert!(ran.status.success(), "{sql}");
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    }

    /// A session that does this and stays.
    fn session(&self, sql: &str) -> Session {
        let mut command = self.psql();
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut session = Session(command.spawn().expect("there is a psql"));
        session.say(sql);
        session
    }

    fn control(&self, words: &[&str]) {
        let mut command = Command::new(self.home.join("control"));
        let ran = command.args(words).stdout(Stdio::null()).status().expect("it runs");
        assert!(ran.success(), "{words:?}");
    }

    /// A file of the server's own.
    fn file(&self, name: &str, text: &str) -> String {
        let data = self.home.join("data");
        let path = data.join(name);
        let owner = fs::metadata(&data).expect("it is there");
        fs::write(&path, text).expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
        chown(&path, Some(owner.uid()), Some(owner.gid())).expect("it is ours, or we are root");
        path.display().to_string()
    }
}

fn start(url: &str, timeout: Duration) -> Monitors {
    let what = What::Postgres(url.parse().unwrap_or_else(|fault| panic!("{url}: {fault}")));
    let every = Duration::from_millis(100);
    let source = Source { name: "db".to_owned(), what, every, timeout };
    Monitors::start(vec![source], &Arc::default())
}

/// Watches as this user until what was seen is `enough`.
fn watch(url: &str, enough: impl Fn(&Monitored) -> bool) -> Monitored {
    until(&mut start(url, PATIENCE), enough)
}

/// The first mark of a monitor that sees nothing.
fn fault(url: &str) -> String {
    let seen = watch(url, |seen| !seen.marks.is_empty());
    assert!(!seen.has_data(), "{seen:?}");
    seen.marks[0].text.clone()
}

/// Nothing is refused to this address.
fn lets_in(url: &str) {
    let seen = watch(url, |seen| seen.has_data() || !seen.marks.is_empty());
    assert!(seen.has_data(), "{:?}", seen.marks);
}

/// A person with a session.
struct Session(Child);

impl Session {
    fn say(&mut self, sql: &str) {
        let input = self.0.stdin.as_mut().expect("it is piped");
        writeln!(input, "{sql};").and_then(|()| input.flush()).expect("it reads");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(monitors: &mut Monitors, enough: impl Fn(&Monitored) -> bool) -> Monitored {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        monitors.drain();
        if let Some(seen) = monitors.monitored().first().filter(|seen| enough(seen)) {
            return seen.clone();
        }
        assert!(Instant::now() < end, "{:?}", monitors.monitored());
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn last(seen: &Monitored, name: &str) -> f64 {
    seen.find(name).and_then(Series::last).unwrap_or(f64::NAN)
}

fn most(seen: &Monitored, name: &str) -> f64 {
    seen.find(name).and_then(Series::max).unwrap_or(f64::NAN)
}

fn notes(seen: &Monitored) -> String {
    let notes = seen.marks.iter().filter(|mark| mark.kind == MarkKind::Note);
    notes.map(|mark| mark.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn states(server: &Server) {
    let _keeper = server.session("BEGIN; LOCK TABLE one IN ACCESS EXCLUSIVE MODE");
    let mut monitors = start(server.url.as_str(), PATIENCE);
    until(&mut monitors, |seen| last(seen, "idle_in_transaction") == 1.0);
    let _waiting = server.session("SELECT * FROM one");
    let _idle = server.session("SELECT 1");
    let seen = until(&mut monitors, |seen| {
        last(seen, "connections") == 3.0 && last(seen, "lock_wait_longest") > 0.3
    });
    let of = |name: &str| last(&seen, name);
    assert_eq!([of("active"), of("idle"), of("idle_in_transaction")], [1.0, 1.0, 1.0], "{seen:?}");
    assert_eq!([of("locks_waiting"), of("connections_database")], [1.0, 3.0], "{seen:?}");
    assert!(of("transaction_longest") > of("lock_wait_longest"), "{seen:?}");
    ok("connections by state, who waits for a lock and how long");
    // 20, of which 3 are reserved, and one is the monitor's.
    assert_eq!((of("connections_max"), of("connections_used")), (16.0, 3.0 / 16.0));
    assert!(seen.find("hidden").is_none() && seen.find("connections_database_max").is_none());
    ok("connections against what the server has for others");
}

fn own_work(server: &Server) {
    let mut monitors = start(server.url.as_str(), PATIENCE);
    let count = |seen: &Monitored| seen.find("transactions").map_or(0, Series::count);
    until(&mut monitors, |seen| count(seen) > 25);
    let seen = until(&mut monitors, |seen| count(seen) > 50);
    let window = Duration::from_millis(2_500)..Duration::MAX;
    let rate =
        seen.find("transactions").and_then(|series| series.at(&window)).expect("it was seen");
    assert!(rate < 2.0, "ten looks a second, and {rate} transactions");
    ok("its own transactions are not the target's");
}

fn work(server: &Server) {
    let mut monitors = start(server.url.as_str(), PATIENCE);
    until(&mut monitors, |seen| last(seen, "transactions") >= 0.0);
    let big = "SET work_mem = '64kB'; SELECT count(*) FROM (SELECT n FROM generate_series(1, 200000) AS \
               n ORDER BY -n) AS sorted;";
    server.run(&(big.to_owned() + &"SELECT n FROM one; BEGIN; ROLLBACK;".repeat(200)));
    let seen = until(&mut monitors, |seen| {
        most(seen, "rollbacks") > 0.0 && most(seen, "temp_bytes") > 0.0
    });
    let mean = |name: &str| seen.find(name).and_then(Series::mean).expect("it was seen");
    let share = mean("rollbacks") / mean("transactions");
    assert!((0.4..=0.55).contains(&share), "half of them are rolled back, and it says {share}");
    assert!((0.0..=1.0).contains(&last(&seen, "cache_hits")), "{seen:?}");
    ok("transactions, rollbacks, cache hits and temporary files");
}

fn deadlock(server: &Server) {
    let mut monitors = start(server.url.as_str(), PATIENCE);
    until(&mut monitors, |seen| last(seen, "deadlocks_total") == 0.0);
    let mut one = server.session("BEGIN; UPDATE one SET n = n");
    let mut two = server.session("BEGIN; UPDATE two SET n = n");
    until(&mut monitors, |seen| last(seen, "idle_in_transaction") == 2.0);
    one.say("UPDATE two SET n = n");
    two.say("UPDATE one SET n = n");
    let seen = until(&mut monitors, |seen| last(seen, "deadlocks_total") == 1.0);
    assert!(notes(&seen).contains("deadlocks: 1 since the start"), "{seen:?}");
    ok("a deadlock is counted and marked");
}

fn statements(server: &Server) {
    let seen = watch(server.url.as_str(), |seen| !seen.marks.is_empty());
    let lacking = "the slowest statements will not be told: pg_stat_statements is not installed";
    assert!(notes(&seen).contains(lacking), "{seen:?}");
    server.run("CREATE SCHEMA odd; CREATE EXTENSION pg_stat_statements SCHEMA odd");
    server.run(&"SELECT pg_sleep(0.003), 'before' AS it;".repeat(9));
    let mut monitors = start(server.url.as_str(), PATIENCE);
    until(&mut monitors, |seen| last(seen, "transactions") >= 0.0);
    server.run(&"SELECT pg_sleep(0.005), 'geheim' AS it;".repeat(40));
    server.run("CREATE ROLE somebody PASSWORD 'geheim'");
    let (seen, _) = monitors.finish();
    let told = notes(&seen[0]);
    let first = told.lines().next().unwrap_or_default();
    let wanted = "statement 1 by time: SELECT pg_sleep($1), $2 AS it (";
    assert!(first.starts_with(wanted) && first.contains(" in 40 calls, "), "{told}");
    assert!(!told.contains("geheim") && !told.contains("katydid"), "{told}");
    ok("the slowest statements since the start, without their values");
}

fn refusals(server: &Server) {
    let keeper = server.url.username();
    let wrong = fault(&server.of(keeper, "wrong", ""));
    assert_eq!(wrong, "it refuses the password of user `keeper`; look at the password in the URL");
    let none = fault(&server.of(keeper, "", ""));
    let next = "the key password-env of the plan names an environment variable that has it";
    assert!(none.ends_with(next), "{none}");
    let mut other = server.url.clone();
    other.set_path("/nowhere");
    let nowhere = fault(other.as_str());
    assert_eq!(nowhere, "it has no database `nowhere`; the path of the URL names it");
    ok("a wrong password, none, and an unknown database have their next step");
}

fn few_rights(server: &Server) {
    server.run("CREATE ROLE looker LOGIN PASSWORD 'looks'; CREATE DATABASE closed");
    server.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
    let url = server.of("looker", "looks", "");
    let _session = server.session("BEGIN");
    let seen = watch(&url, |seen| last(seen, "hidden") == 1.0);
    assert_eq!((last(&seen, "connections"), last(&seen, "idle_in_transaction")), (1.0, 0.0));
    assert!(notes(&seen).contains("GRANT pg_monitor TO looker shows them"), "{seen:?}");
    ok("what a role may not see is said, with what would show it");
    let closed = fault(&url.replace("/postgres", "/closed"));
    assert!(closed.starts_with("user `looker` may not look (permission denied"), "{closed}");
    server.run("GRANT pg_monitor TO looker");
    watch(&url, |seen| last(seen, "idle_in_transaction") == 1.0);
    ok("pg_monitor is enough to see all");
}

fn passwords(server: &Server) {
    let hba = fs::read_to_string(server.home.join("data/pg_hba.conf")).expect("it is there");
    let ways =
        "host all older all md5\nhost all plain all password\nhostnossl all secret all reject\n";
    server.file("pg_hba.conf", &(ways.to_owned() + &hba));
    server.run("SET password_encryption = 'md5'; CREATE ROLE older LOGIN PASSWORD 'old'");
    server.run("CREATE ROLE plain LOGIN PASSWORD 'pläin '; SELECT pg_reload_conf()");
    lets_in(&server.of("older", "old", ""));
    lets_in(&server.of("plain", "pläin ", ""));
    ok("passwords by scram-sha-256, md5 and in clear");
    server.run("CREATE ROLE secret LOGIN PASSWORD 'tells'");
}

fn tls(server: &Server) {
    let keeper = (server.url.username(), server.url.password().expect("it has one"));
    let with = |parameters: &str| server.of(keeper.0, keeper.1, parameters);
    let without = fault(&with("?sslmode=require"));
    assert!(without.starts_with("it has no TLS, and sslmode asks for it"), "{without}");
    let authority = Authority::new();
    let other = Authority::new();
    let (certificate, key) = authority.signs("localhost");
    let (certificate, key) = (server.file("its.crt", &certificate), server.file("its.key", &key));
    server.run(&format!("ALTER SYSTEM SET ssl_cert_file = '{certificate}'"));
    server.run(&format!("ALTER SYSTEM SET ssl_key_file = '{key}'; ALTER SYSTEM SET ssl = on"));
    server.run("SELECT pg_reload_conf()");
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND \
                     application_name = 'katydid'";
    let mut monitors = start(&with("?sslmode=require"), PATIENCE);
    until(&mut monitors, Monitored::has_data);
    assert_eq!(server.run(encrypted), "1");
    drop(monitors);
    lets_in(&server.of("secret", "tells", "?sslmode=require"));
    let clear = fault(&server.of("secret", "tells", "?sslmode=disable"));
    assert!(clear.contains("pg_hba.conf") && clear.contains("sslmode=require"), "{clear}");
    ok("TLS where it is asked for, and what lacks it");
    let roots = |authority: &Authority| {
        let path = server.home.join("roots.pem");
        fs::write(&path, authority.0.pem()).expect("it can be written");
        format!("&sslrootcert={}", path.display())
    };
    let (known, by_name) = (roots(&authority), |url: String| url.replace("127.0.0.1", "localhost"));
    lets_in(&by_name(with(&format!("?sslmode=verify-full{known}"))));
    lets_in(&with(&format!("?sslmode=verify-ca{known}")));
    let name = fault(&with(&format!("?sslmode=verify-full{known}")));
    assert!(name.starts_with("its certificate or TLS is wrong: "), "{name}");
    let nobody = fault(&by_name(with("?sslmode=verify-full")));
    assert!(nobody.contains("sslrootcert=FILE"), "{nobody}");
    let stranger = fault(&with(&format!("?sslmode=verify-ca{}", roots(&other))));
    assert!(stranger.starts_with("its certificate or TLS is wrong: "), "{stranger}");
    ok("certificates are judged by signer and by name");
    // Its own certificate, which nobody else has signed: believed when it is named itself.
    let (certificate, key) =
        (server.file("its.crt", &authority.0.pem()), authority.1.serialize_pem());
    server.file("its.key", &key);
    server.run("SELECT pg_reload_conf()");
    let own = format!("&sslrootcert={certificate}");
    lets_in(&by_name(with(&format!("?sslmode=verify-full{own}"))));
    let name = fault(&with(&format!("?sslmode=verify-full{own}")));
    assert!(name.starts_with("its certificate or TLS is wrong: "), "{name}");
    let stranger = fault(&with(&format!("?sslmode=verify-ca{}", roots(&other))));
    assert!(stranger.starts_with("its certificate or TLS is wrong: "), "{stranger}");
    ok("a self-signed certificate that is named is believed, and no other");
}

/// Somebody who signs certificates, and could be a server called localhost.
struct Authority(rcgen::Certificate, rcgen::KeyPair);

impl Authority {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().expect("there is randomness");
        let mut about =
            rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        about.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(about.self_signed(&key).expect("it signs"), key)
    }

    /// A certificate for this name, with its key.
    fn signs(&self, name: &str) -> (String, String) {
        let mut own = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        own.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let issuer = rcgen::Issuer::from_params(&own, &self.1);
        let key = rcgen::KeyPair::generate().expect("there is randomness");
        let about = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("it is a name");
        let signed = about.signed_by(&key, &issuer).expect("it signs");
        (signed.pem(), key.serialize_pem())
    }
}

/// A look that hangs ends here in time and there too, and leaves nobody behind.
fn hanging(server: &Server) {
    let mut monitors = start(server.url.as_str(), Duration::from_millis(400));
    until(&mut monitors, Monitored::has_data);
    let lock = server.session("BEGIN; LOCK TABLE pg_catalog.pg_database IN ACCESS EXCLUSIVE MODE");
    let faulty = |seen: &Monitored| seen.marks.iter().any(|mark| mark.kind == MarkKind::Fault);
    let seen = until(&mut monitors, faulty);
    let told = seen.marks.iter().find(|mark| mark.kind == MarkKind::Fault).expect("it was seen");
    assert_eq!(told.text, "it did not answer within 400 ms");
    drop(lock);
    until(&mut monitors, |seen| seen.marks.iter().any(|mark| mark.kind == MarkKind::Mended));
    ok("a look that hangs ends in time, and the next one sees again");
    let ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'katydid'";
    let end = Instant::now() + Duration::from_secs(20);
    while server.run(ours) != "1" {
        assert!(Instant::now() < end, "{} connections are left", server.run(ours));
    }
    drop(monitors);
    while server.run(ours) != "0" {
        assert!(Instant::now() < end, "{} connections are left", server.run(ours));
    }
    ok("it has one connection, and none when it has ended");
}

fn terminated(server: &Server) {
    let mut monitors = start(server.url.as_str(), PATIENCE);
    until(&mut monitors, Monitored::has_data);
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'katydid'",
    );
    let seen = until(&mut monitors, |seen| notes(seen).contains("it has a new one"));
    assert!(
        notes(&seen).starts_with("it ended the connection (terminating connection"),
        "{seen:?}"
    );
    let faults = seen.marks.iter().filter(|mark| mark.kind == MarkKind::Fault).count();
    assert_eq!(faults, 0, "{seen:?}");
    ok("a connection that the server ends is made again");
}

fn restarted(server: &Server) {
    let mut monitors = start(server.url.as_str(), PATIENCE);
    until(&mut monitors, Monitored::has_data);
    server.control(&["stop", "-m", "fast"]);
    let kinds = |seen: &Monitored| seen.marks.iter().map(|mark| mark.kind).collect::<Vec<_>>();
    let seen = until(&mut monitors, |seen| kinds(seen).contains(&MarkKind::Fault));
    let fault = seen.marks.iter().find(|mark| mark.kind == MarkKind::Fault).expect("it was seen");
    let known = ["nobody accepts connections at ", "it takes no connections now", "it closed the"];
    assert!(known.iter().any(|known| fault.text.starts_with(known)), "{}", fault.text);
    server.control(&["start"]);
    let seen = until(&mut monitors, |seen| kinds(seen).contains(&MarkKind::Restart));
    assert!(kinds(&seen).contains(&MarkKind::Mended), "{seen:?}");
    ok("a server that is gone is told, and that it was started again");
}

/// Every connection taken: named, and still seen over the one that the monitor has.
fn full(server: &Server) {
    server.run("CREATE ROLE filler LOGIN PASSWORD 'fills'");
    let mut monitors = start(&server.of("looker", "looks", ""), PATIENCE);
    until(&mut monitors, Monitored::has_data);
    let _all: Vec<Session> = (0..16).map(|_| server.session("SELECT 1")).collect();
    let seen = until(&mut monitors, |seen| last(seen, "connections_used") == 1.0);
    assert_eq!(last(&seen, "connections"), 16.0);
    let late = fault(&server.of("filler", "fills", ""));
    assert!(late.starts_with("it has no connection left for this monitor ("), "{late}");
    ok("a server without a connection left says so, and to whom it has one what is the matter");
}
