//! One connection: messages out, messages in, each step within the limit of the look.

use std::io::{Read, Write};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{DataRowBody, Header, Message, RowDescriptionBody};
use postgres_protocol::message::frontend;
use rustls::{ClientConnection, StreamOwned};

use super::fault::{Fault, Refusal};
use super::url::{PostgresUrl, SslMode};
use super::{login, tls};
use crate::probe::Limit;
use crate::socket::Timed;

/// Bytes of one answer: ten thousand statements have less.
const MOST_BYTES: usize = 8 << 20;
/// Bytes that are read at one time.
const PIECE: usize = 16 << 10;

/// An open connection to a database.
pub(super) struct Link {
    stream: Stream,
    inbox: BytesMut,
    /// Bytes of the answer that is being read.
    read: usize,
    /// Of the server, its first number: 15.
    pub(super) version: u32,
}

enum Stream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

/// The rows of an answer.
#[derive(Debug, Default)]
pub(super) struct Rows {
    names: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// One line after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|row| Row { names: &self.names, row })
    }
}

/// A line of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r> {
    names: &'r [String],
    row: &'r [Option<String>],
}

impl<'r> Row<'r> {
    /// The text of a column; `None` where there is none.
    pub(super) fn text(self, name: &str) -> Option<&'r str> {
        let place = self.names.iter().position(|own| own == name)?;
        self.row.get(place)?.as_deref()
    }

    /// The number of a column.
    pub(super) fn number(self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether it says yes.
    pub(super) fn says(self, name: &str) -> bool {
        self.text(name) == Some("t")
    }
}

impl Link {
    /// Connects and logs in.
    pub(super) fn open(to: &PostgresUrl, limit: &Limit) -> Result<Self, Fault> {
        let timed = Timed::connect(&to.host, to.port, limit).map_err(Fault::Unreached)?;
        let stream = Stream::open(timed, to)?;
        let mut link = Self { stream, inbox: BytesMut::new(), read: 0, version: 0 };
        let version = login::log_in(&mut link, to)?;
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        link.version = digits.parse().unwrap_or_default();
        if link.version < 10 { Err(Fault::TooOld(version)) } else { Ok(link) }
    }

    /// Asks within a limit; the rows of the last statement that has some. After a refusal the
    /// transaction that it broke is ended.
    pub(super) fn ask(&mut self, sql: &str, limit: &Limit) -> Result<Rows, Fault> {
        self.stream.timed().limit = limit.clone();
        let answer = self.exchange(sql)?;
        let Some(refusal) = answer.refusal else { return Ok(answer.rows) };
        if answer.broken {
            self.exchange("ROLLBACK")?;
        }
        Err(Fault::Refused(refusal))
    }

    fn exchange(&mut self, sql: &str) -> Result<Answer, Fault> {
        self.read = 0;
        self.send(|out| frontend::query(sql, out))?;
        let mut answer = Answer::default();
        loop {
            match self.receive()? {
                Message::RowDescription(columns) => answer.rows = named(&columns)?,
                Message::DataRow(row) => answer.rows.rows.push(values(&row)?),
                Message::ErrorResponse(body) => {
                    let refusal = Refusal::read(&body);
                    if refusal.fatal {
                        return Err(Fault::Refused(refusal));
                    }
                    answer.refusal.get_or_insert(refusal);
                }
                Message::ReadyForQuery(ready) => {
                    answer.broken = ready.status() != b'I';
                    return Ok(answer);
                }
                Message::CommandComplete(_)
                | Message::EmptyQueryResponse
                | Message::NoticeResponse(_)
                | Message::NotificationResponse(_)
                | Message::ParameterStatus(_) => {}
                _ => return Err(Fault::NoPostgres),
            }
        }
    }

    /// Writes a message.
    pub(super) fn send(
        &mut self,
        message: impl FnOnce(&mut BytesMut) -> std::io::Result<()>,
    ) -> Result<(), Fault> {
        let mut out = BytesMut::new();
        // Only a zero byte within a text makes one impossible; no text here has one.
        message(&mut out).map_err(Fault::Broken)?;
        let sent = self.stream.write_all(&out).and_then(|()| self.stream.flush());
        sent.map_err(|fault| Fault::of(fault, &self.stream.timed().limit))
    }

    /// Reads a message.
    pub(super) fn receive(&mut self) -> Result<Message, Fault> {
        let mut piece = [0; PIECE];
        loop {
            // Looked at before memory is taken: what is no PostgreSQL has lengths at random.
            let header = Header::parse(&self.inbox).map_err(|_| Fault::NoPostgres)?;
            let long = header.is_some_and(|header| header.len() as usize > MOST_BYTES);
            if long {
                return Err(Fault::NoPostgres);
            }
            let message = Message::parse(&mut self.inbox).map_err(|_| Fault::NoPostgres)?;
            if let Some(message) = message {
                return Ok(message);
            }
            let count = self.stream.read(&mut piece);
            let count = count.map_err(|fault| Fault::of(fault, &self.stream.timed().limit))?;
            if count == 0 {
                return Err(Fault::Closed);
            }
            self.read += count;
            if self.read > MOST_BYTES {
                return Err(Fault::TooMuch);
            }
            self.inbox.extend_from_slice(&piece[..count]);
        }
    }

    /// Whether nobody on the way can read along.
    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}

impl Drop for Link {
    /// Says farewell, so that the server's log has no broken connection.
    fn drop(&mut self) {
        let timed = self.stream.timed();
        timed.limit = timed.limit.for_farewell();
        let _ = self.send(|out| {
            frontend::terminate(out);
            Ok(())
        });
        if let Stream::Tls(tls) = &mut self.stream {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    }
}

/// What came of a question.
#[derive(Debug, Default)]
struct Answer {
    rows: Rows,
    refusal: Option<Refusal>,
    /// A transaction is still open.
    broken: bool,
}

/// Rows with these columns; none yet.
fn named(columns: &RowDescriptionBody) -> Result<Rows, Fault> {
    let names = columns.fields().map(|field| Ok(field.name().to_owned())).collect();
    Ok(Rows { names: names.map_err(|_| Fault::NoPostgres)?, rows: Vec::new() })
}

fn values(row: &DataRowBody) -> Result<Vec<Option<String>>, Fault> {
    let text = |place: Option<std::ops::Range<usize>>| {
        Ok(place.map(|place| String::from_utf8_lossy(&row.buffer()[place]).into_owned()))
    };
    row.ranges().map(text).collect().map_err(|_| Fault::NoPostgres)
}

impl Stream {
    /// Agrees on TLS, if it is wanted.
    fn open(mut timed: Timed, to: &PostgresUrl) -> Result<Self, Fault> {
        if to.tls == SslMode::Disable {
            return Ok(Self::Plain(timed));
        }
        let mut out = BytesMut::new();
        frontend::ssl_request(&mut out);
        let mut answer = [0];
        let exchanged = timed.write_all(&out).and_then(|()| timed.read_exact(&mut answer));
        exchanged.map_err(|fault| Fault::of(fault, &timed.limit))?;
        match answer[0] {
            b'S' => {
                let client = tls::client(to)?;
                let mut stream = StreamOwned::new(client, timed);
                // Shaken hands here, so that what is wrong with them is told as that.
                while stream.conn.is_handshaking() {
                    let done = stream.conn.complete_io(&mut stream.sock);
                    done.map_err(|fault| Fault::of(fault, &stream.sock.limit))?;
                }
                Ok(Self::Tls(Box::new(stream)))
            }
            b'N' if to.tls == SslMode::Prefer => Ok(Self::Plain(timed)),
            b'N' => Err(Fault::NoTls),
            _ => Err(Fault::NoPostgres),
        }
    }

    fn timed(&mut self) -> &mut Timed {
        match self {
            Self::Plain(timed) => timed,
            Self::Tls(tls) => &mut tls.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(timed) => timed.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
