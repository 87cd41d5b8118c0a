//! What a WebSocket needs of the session that opened it, and keeps when that does something else.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use http::Method;
use katydid_core::{RowId, TaskId};
use tungstenite::Message as Frame;

use super::WEBSOCKET;
use super::asked::Message;
use super::operation::Operation;
use crate::error::RequestFailed;
use crate::hooks::{Actor, Listeners, Told};
use crate::run::{SharedRecorder, Ticket};
use crate::session::asked::Asked;
use crate::session::exchange::not_sent;
use crate::session::gate::Gate;
use crate::session::meter::Clock;
use crate::session::pool::Pool;
use crate::session::record::Record;
use crate::session::target::Targets;
use crate::session::user_session::{HttpContext, Session};
use crate::session::work::Work;

/// What is done on a WebSocket; each has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Send,
    Receive,
    Exchange,
    Close,
    /// The server is to close; counted with `Close`.
    AwaitClose,
}

impl Deed {
    const ALL: usize = 5;

    fn label(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Exchange => "exchange",
            Self::Close | Self::AwaitClose => "close",
        }
    }
}

/// The name of a row: `NAME[what]`, so that a target on `NAME` is about all of them.
pub(super) fn label(name: &str, what: &str) -> String {
    format!("{name}[{what}]")
}

/// The user's place in the run, as far as its WebSocket needs it.
pub(super) struct Home {
    pub(super) recorder: SharedRecorder,
    pub(super) clock: Clock,
    pub(super) pool: Rc<Pool>,
    work: Rc<Work>,
    http: Rc<HttpContext>,
    listeners: Option<Rc<Listeners>>,
    targets: Rc<Targets>,
    gate: Option<Rc<Gate>>,
    user: u32,
    first_task: TaskId,
    /// What its rows are called, without their labels.
    name: String,
    tags: Arc<[Arc<str>]>,
    rows: [Cell<Option<RowId>>; Deed::ALL],
}

impl Home {
    pub(super) fn new(session: &Session, name: &str, tags: &Arc<[Arc<str>]>) -> Self {
        let setup = &session.setup;
        Self {
            recorder: Rc::clone(&setup.recorder),
            clock: setup.clock,
            pool: Rc::clone(&session.pool),
            work: Rc::clone(&session.work),
            http: Rc::clone(&setup.http),
            listeners: setup.listeners.clone(),
            targets: Rc::clone(&setup.targets),
            gate: setup.gate.clone(),
            user: setup.index,
            first_task: setup.first_task,
            name: name.to_owned(),
            tags: Arc::clone(tags),
            rows: Default::default(),
        }
    }

    /// The row of what is done.
    pub(super) fn row(&self, deed: Deed) -> RowId {
        let known = &self.rows[deed as usize];
        known.get().unwrap_or_else(|| {
            let name = label(&self.name, deed.label());
            let row = self.recorder.borrow_mut().row(WEBSOCKET, &name, &self.tags);
            known.set(Some(row));
            row
        })
    }

    /// Begins something, once the guards of the run let it. What sends nothing is held back by no
    /// rate cap; it counts, though.
    pub(super) async fn begin(
        &self,
        deed: Deed,
        url: &Rc<str>,
        sent: Option<Frame>,
    ) -> Result<Operation, RequestFailed> {
        let ticket = match &self.gate {
            Some(gate) => Box::pin(self.pass(gate, deed)).await?,
            None => None,
        };
        let row = self.row(deed);
        if let Some(frame) = &sent {
            let data = frame.clone().into_data();
            self.recorder.borrow_mut().asks(row, self.user, url, &data);
        }
        let mut record = Record::new(&self.recorder, &self.work, row, self.told(deed, url));
        let asked = Message::new(url, sent);
        record.asked(Asked::message(&self.http, self.actor(), asked));
        let begun_ns = self.clock.now_ns();
        let due_ns = begun_ns.saturating_sub(self.work.late_ns.take());
        Ok(Operation { record, ticket, due_ns, begun_ns })
    }

    async fn pass(&self, gate: &Gate, deed: Deed) -> Result<Option<Ticket>, RequestFailed> {
        if self.work.task.get().is_none() && gate.is_closed() {
            return Err(not_sent());
        }
        if matches!(deed, Deed::Receive | Deed::AwaitClose) {
            return Ok(self.pool.watch_during(gate.admit()).await);
        }
        let begun_ns = self.clock.now_ns();
        let ticket = self.pool.watch_during(gate.pass(&self.recorder)).await;
        if gate.keeps_due {
            let held_ns = self.clock.now_ns().saturating_sub(begun_ns);
            self.work.late_ns.set(self.work.late_ns.get() + held_ns);
        }
        Ok(ticket)
    }

    fn actor(&self) -> Actor {
        let task = self.work.task.get();
        Actor { user: self.user, task: task.unwrap_or(self.first_task), in_task: task.is_some() }
    }

    /// What hooks will be told besides the outcome.
    fn told(&self, deed: Deed, url: &Rc<str>) -> Option<Box<Told>> {
        let listeners = self.listeners.as_ref().filter(|them| them.hear_requests())?;
        Some(Box::new(Told {
            listeners: Rc::clone(listeners),
            by: self.actor(),
            method: Method::from_bytes(WEBSOCKET.as_bytes()).unwrap_or_default(),
            name: Some(label(&self.name, deed.label()).into()),
            asked: url.to_string(),
            targets: Rc::clone(&self.targets),
            tags: Arc::clone(&self.tags),
        }))
    }
}
