//! A request as a command line that sends it again.

use std::borrow::Cow;

use crate::counted;
use crate::mask::{Mask, Piece};

/// Longest body that is written into the line, in bytes.
const LONGEST_BODY: usize = 2_048;
/// Longest line, in bytes. A longer one is not kept.
const LONGEST_LINE: usize = 16 << 10;
/// Bodies from here on made older versions of curl ask first.
const ASKS: usize = 1_024;

/// Names of variables that mean something to the shell or to many programs.
const TAKEN: [&str; 22] = [
    "BASH", "COLUMNS", "EDITOR", "ENV", "HOME", "HOST", "HOSTNAME", "IFS", "LANG", "LINES",
    "LOGNAME", "MAIL", "OPTIND", "PATH", "PPID", "PS1", "PWD", "RANDOM", "SECONDS", "SHELL", "UID",
    "USER",
];

/// A request as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Curl<'a> {
    /// Its method.
    pub method: &'a str,
    /// The whole address.
    pub url: &'a str,
    /// Its headers, the host and those that frame the body among them.
    pub headers: &'a [(String, String)],
    /// Its whole body.
    pub body: &'a [u8],
    /// Whether it went over HTTP/2.
    pub http2: bool,
    /// Whether certificates were verified.
    pub verified: bool,
}

impl Curl<'_> {
    /// The command for bash (zsh and others that know `$'…'` too), always one line. Secrets are
    /// variables in it: after `export AUTHORIZATION=…` it works.
    ///
    /// A body that is no text or too long is read from standard input; a remark says so.
    pub fn line(&self, mask: &Mask) -> String {
        let mut line = Line { text: "curl -i".to_owned(), known: Vec::new() };
        let body = printable(self.body).filter(|body| body.len() <= LONGEST_BODY);
        self.method(&mut line);
        if self.url.contains(['[', ']', '{', '}']) {
            line.text += " --globoff";
        }
        if self.url.starts_with("https:") {
            line.text += if self.verified { "" } else { " --insecure" };
            line.text += if self.http2 { "" } else { " --http1.1" };
        }
        line.word(&mask.pieces(&without_userinfo(self.url)));
        self.headers(mask, &mut line);
        match body {
            _ if self.body.is_empty() && !self.tells_length() => {}
            Some(body) => {
                line.text += " --data-raw";
                line.word(&mask.pieces(body));
            }
            None => line.text += " --data-binary @-",
        }
        if body.is_none() {
            let length = counted(self.body.len(), "byte");
            line.text += &format!(" # its body of {length} comes from standard input");
        }
        if line.text.len() > LONGEST_LINE {
            return format!("# the command would be {} bytes long", line.text.len());
        }
        line.text
    }

    fn method(&self, line: &mut Line) {
        let implied = if self.has_data() { "POST" } else { "GET" };
        if self.method == "HEAD" && !self.has_data() {
            line.text += " --head";
        } else if self.method != implied {
            line.text += " -X";
            line.word(&[Piece::Plain(self.method)]);
        }
    }

    fn headers(&self, mask: &Mask, line: &mut Line) {
        let has = |name: &str| self.headers.iter().any(|(known, _)| known == name);
        for (name, value) in self.headers {
            if name == "content-length" || (name == "host" && host(self.url) == value) {
                continue;
            }
            if name == "accept-encoding" {
                line.text += " --compressed";
            }
            line.text += " -H";
            if value.is_empty() {
                line.word(&[Piece::Plain(&format!("{name};"))]);
                continue;
            }
            let head = format!("{name}: ");
            let mut pieces = vec![Piece::Plain(&head)];
            pieces.extend(mask.header_pieces(name, value));
            line.word(&pieces);
        }
        // What curl would add of its own.
        let added = [
            ("accept", true),
            ("user-agent", true),
            ("content-type", self.has_data()),
            ("expect", self.body.len() > ASKS),
        ];
        for (name, _) in added.iter().filter(|(name, adds)| *adds && !has(name)) {
            line.text += &format!(" -H '{name}:'");
        }
    }

    fn has_data(&self) -> bool {
        !self.body.is_empty() || self.tells_length()
    }

    /// Whether it says how long a body is that it does not have.
    fn tells_length(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "content-length" || name == "transfer-encoding")
    }
}

/// A body as text, if it is one: UTF-8 without control characters but line ends and tabs.
pub(crate) fn printable(bytes: &[u8]) -> Option<&str> {
    let odd = |byte: &u8| *byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t');
    if bytes.iter().any(odd) { None } else { std::str::from_utf8(bytes).ok() }
}

/// Host and port as the address has them.
fn host(url: &str) -> &str {
    let authority = authority(url);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Name and password in an address are not sent; curl would.
fn without_userinfo(url: &str) -> Cow<'_, str> {
    match authority(url).rsplit_once('@') {
        Some((user, _)) => Cow::Owned(url.replacen(&format!("{user}@"), "", 1)),
        None => Cow::Borrowed(url),
    }
}

/// The line as it grows.
struct Line {
    text: String,
    /// Variables and what they stand for.
    known: Vec<(String, String)>,
}

impl Line {
    /// Adds a word that the shell takes as it is, but for the secrets.
    fn word(&mut self, pieces: &[Piece<'_>]) {
        self.text.push(' ');
        if pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Plain("") | Piece::Secret { value: "", .. }))
        {
            self.text += "''";
        }
        let mut plain = String::new();
        for piece in pieces {
            match piece {
                Piece::Plain(text) => plain += text,
                Piece::Secret { name, value } => {
                    self.quoted(&std::mem::take(&mut plain));
                    let variable = self.variable(name, value);
                    self.text += &format!("\"${variable}\"");
                }
            }
        }
        self.quoted(&plain);
    }

    fn quoted(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !text.chars().any(is_odd) {
            self.text += &format!("'{}'", text.replace('\'', r"'\''"));
            return;
        }
        self.text += "$'";
        for c in text.chars() {
            match c {
                '\n' => self.text += r"\n",
                '\r' => self.text += r"\r",
                '\t' => self.text += r"\t",
                '\'' | '\\' => self.text.extend(['\\', c]),
                _ if is_odd(c) => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        self.text += &format!("\\x{byte:02x}");
                    }
                }
                _ => self.text.push(c),
            }
        }
        self.text.push('\'');
    }

    /// The variable for a secret: its name in capitals, numbered where one name has several values.
    fn variable(&mut self, name: &str, value: &str) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let mut base: String = name.chars().map(letter).take(40).collect();
        if base.is_empty()
            || base.starts_with(|c: char| c.is_ascii_digit())
            || TAKEN.contains(&&*base)
        {
            base = format!("SECRET_{base}");
        }
        for number in 1.. {
            let variable = if number == 1 { base.clone() } else { format!("{base}_{number}") };
            match self.known.iter().find(|(known, _)| *known == variable) {
                Some((_, known)) if known == value => return variable,
                Some(_) => {}
                None => {
                    self.known.push((variable.clone(), value.to_owned()));
                    return variable;
                }
            }
        }
        base
    }
}

/// What may not stand in a line as it is: it would break it, steer a terminal or turn its direction.
pub(crate) fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{61c}' | '\u{feff}')
}
