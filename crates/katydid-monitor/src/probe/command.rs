//! A command that prints `name value` lines.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use katydid_core::{MarkKind, Monitored, Unit};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Limit, Looked, Probe};

/// What it may print.
const MOST_BYTES: usize = 64 << 10;
/// Between two looks whether it has ended.
const STEP: Duration = Duration::from_millis(20);

/// Runs it and reads what it prints.
#[derive(Debug)]
pub(crate) struct CommandProbe {
    words: Vec<String>,
    /// Junk has been told.
    told: bool,
}

impl CommandProbe {
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self { words, told: false }
    }
}

/// A command at work; it and all that it started end with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // Whoever it left behind in its group.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

impl Probe for CommandProbe {
    fn look(&mut self, limit: &Limit) -> Result<Looked, String> {
        let [program, rest @ ..] = self.words.as_slice() else {
            return Err("it has no words".to_owned());
        };
        let mut command = Command::new(program);
        command.args(rest).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.process_group(0).spawn();
        let mut running =
            Running(child.map_err(|fault| format!("`{program}` cannot be started: {fault}"))?);
        let (out, said, ended) = listen(&mut running, limit)?;
        if !ended.success() {
            let said = String::from_utf8_lossy(&said);
            let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no text");
            let last: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
            return Err(format!("`{program}` failed ({ended}): {last}"));
        }
        let (looked, junk) = read(&String::from_utf8_lossy(&out));
        let mut looked = looked;
        match junk {
            Some(junk) if looked.readings.is_empty() => return Err(junk),
            Some(junk) if !self.told => {
                self.told = true;
                looked.mark(MarkKind::Fault, junk);
            }
            Some(_) => {}
            None => self.told = false,
        }
        Ok(looked)
    }
}

/// Its two outputs and how it ended.
type Heard = (Vec<u8>, Vec<u8>, std::process::ExitStatus);

/// Reads until it has ended; what it left running may hold the pipes open for ever.
fn listen(running: &mut Running, limit: &Limit) -> Result<Heard, String> {
    let child = &mut running.0;
    let (mut out, mut said) = (child.stdout.take(), child.stderr.take());
    let (mut printed, mut complained) = (Vec::new(), Vec::new());
    loop {
        let ended = child.try_wait().map_err(|fault| format!("it is lost: {fault}"))?;
        let more = drain(&mut out, &mut printed).and_then(|()| drain(&mut said, &mut complained));
        more.map_err(|fault| format!("what it prints cannot be read: {fault}"))?;
        if printed.len() > MOST_BYTES {
            return Err(format!("it prints more than {}", Unit::Bytes.show(MOST_BYTES as f64)));
        }
        if let Some(ended) = ended {
            return Ok((printed, complained, ended));
        }
        let left = limit.left().ok_or_else(|| format!("it did not end within {}", limit.text()))?;
        wait(out.as_ref(), left.min(STEP));
    }
}

/// Takes what has been printed; beyond the most it is thrown away.
fn drain(pipe: &mut Option<impl Read + AsFd>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(open) = pipe else { return Ok(()) };
    let mut buffer = [0; 4_096];
    while wait(Some(open), Duration::ZERO) {
        match open.read(&mut buffer)? {
            0 => {
                *pipe = None;
                return Ok(());
            }
            count if into.len() <= MOST_BYTES => into.extend_from_slice(&buffer[..count]),
            // Whoever prints without end is ended by its caller.
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// Whether there is something to read, or soon is.
fn wait(pipe: Option<&impl AsFd>, time: Duration) -> bool {
    let Some(pipe) = pipe else {
        std::thread::park_timeout(time);
        return false;
    };
    let time = Timespec::try_from(time).ok();
    let mut look = [PollFd::new(pipe, PollFlags::IN)];
    poll(&mut look, time.as_ref()).is_ok_and(|count| count > 0)
}

/// The numbers, and the first line that is none.
fn read(text: &str) -> (Looked, Option<String>) {
    let mut looked = Looked::default();
    let mut junk = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let pair = line.rsplit_once(char::is_whitespace).and_then(|(name, number)| {
            let number = number.parse::<f64>().ok().filter(|number| number.is_finite())?;
            let name: String = name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
            (!name.is_empty()).then_some((name, number))
        });
        match pair {
            Some((name, number)) if looked.readings.len() < Monitored::MOST_SERIES => {
                looked.gauge(&name, Unit::Number, number);
            }
            Some(_) => {}
            None => {
                let begin = super::begin(line);
                junk.get_or_insert(format!("line {} is no `name value`: `{begin}`", index + 1));
            }
        }
    }
    if looked.readings.is_empty() && junk.is_none() {
        junk = Some("it printed no `name value` line".to_owned());
    }
    (looked, junk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_junk_is_told() {
        let (looked, junk) =
            read("# a comment\nqueue 3\n\nPolly latency p95\t0.25\nqueue\nx nan\n");
        let names: Vec<&str> = looked.readings.iter().map(|reading| &*reading.name).collect();
        assert_eq!(names, ["queue", "Polly latency p95"]);
        assert_eq!(junk.unwrap(), "line 5 is no `name value`: `queue`");
        assert_eq!(read("").1.unwrap(), "it printed no `name value` line");
    }
}
