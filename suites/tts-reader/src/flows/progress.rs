//! Jobs that are followed over a WebSocket while they go on (the guide's *Testing WebSocket Progress
//! Updates*).
//!
//! A user names its job itself, opens the WebSocket of that name, and begins the job by an ordinary
//! request with the name in `X-Progress-Id`. While it waits for the answer it reads record after
//! record, up to the one that says that the job is over.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use katydid::{RequestFailed, Response, Session, TaskError, TaskResult, WebSocket, flow};
use serde_json::json;

use super::synthesis::VOICES;
use crate::answers::{self, Extracted, Progress as Record, Speech};
use crate::reader::Reader;

/// The longest time without a record: a job may wait for its turn, but not in silence.
const PATIENCE: Duration = Duration::from_secs(30);
/// The header that carries the name of a job.
const JOB: &str = "x-progress-id";

/// Following jobs.
#[derive(Debug)]
pub struct Progress;

#[flow]
impl Progress {
    /// An article's extraction, followed to its end.
    #[task(weight = 3, tags("websocket"))]
    async fn extraction(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let page = reader.page(session)?;
        let job = Job::open(reader, session).await?;
        let request = session.post("/api/extract").name("/api/extract/[followed]");
        let request = request.header(JOB, &job.id).json(&json!({ "url": page.url }));
        let reply = job.follow(request.send()).await?;
        let (reply, found) = answers::read::<Extracted>(reply)?;
        reply.check("the text is the article's, whole and alone", |_| {
            page.is_read_by(&found.text)
        })?;
        Ok(())
    }

    /// A text's synthesis, followed to its end.
    #[task(weight = 2, tags("websocket"))]
    async fn synthesis(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let text = reader.text(session);
        let voice = *session.choose(&VOICES);
        let job = Job::open(reader, session).await?;
        let body = json!({ "text_to_speech": text, "voice_id": voice, "engine": "standard" });
        // Unknown until the answer is there.
        reader.balance = None;
        let request = session.post("/api/synthesize").name("/api/synthesize[followed]");
        let request = request.header(JOB, &job.id).json(&body);
        let reply = job.follow(request.send()).await?;
        let (reply, speech) = answers::read::<Speech>(reply)?;
        session.spend(text.len() as u64);
        reader.balance = Some(speech.credit_balance);
        reply.check("characters_used counts the text", |_| speech.characters_used == text.len())?;
        Ok(())
    }
}

/// A job that has a name, and a WebSocket that waits for news of it.
struct Job {
    id: String,
    socket: WebSocket,
}

/// What the last record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Completed,
    Failed,
}

impl Job {
    async fn open(reader: &mut Reader, session: &mut Session) -> Result<Self, RequestFailed> {
        let id = reader.next_job(session);
        let socket =
            session.websocket(format!("/api/extract/ws/{id}")).name("/api/extract/ws/{id}");
        // A browser has no other place for its token.
        let socket = socket.subprotocol("bearer").subprotocol(reader.bearer());
        Ok(Self { socket: socket.connect().await?, id })
    }

    /// Begins the job and follows it to its end.
    async fn follow(
        mut self,
        request: impl Future<Output = Result<Response, RequestFailed>>,
    ) -> Result<Response, TaskError> {
        let (reply, outcome) = both(request, records(&mut self.socket, &self.id)).await?;
        let outcome = outcome?;
        let reply = reply
            .check("X-Progress-Id names the job", |reply| reply.header(JOB) == Some(&*self.id))?
            .check("its last record says that it is completed", |_| {
                outcome == Outcome::Completed
            })?;
        self.socket.expect_close(1000, PATIENCE).await?;
        Ok(reply)
    }
}

/// Reads records up to the last one; each is checked against those before it.
async fn records(socket: &mut WebSocket, id: &str) -> Result<Outcome, RequestFailed> {
    let (mut progress, mut sequence) = (0.0, None);
    loop {
        let message = socket.receive(PATIENCE).await?;
        let record = message.json::<Record>();
        let what = record.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let message = message.check(&what, |_| record.is_ok())?;
        let record = record.expect("checked in the line above");
        let message = message
            .check("the record is of this job", |_| record.extraction_id == id)?
            .check("progress is 0 to 1", |_| (0.0..=1.0).contains(&record.progress))?
            .check("progress never goes back", |_| record.progress >= progress)?
            .check("records are numbered upwards", |_| {
                record.sequence.is_none() || record.sequence > sequence
            })?
            .check("it is said in words", |_| !record.message.is_empty())?;
        (progress, sequence) = (record.progress, record.sequence);
        match record.status.as_str() {
            "completed" => {
                message.check("what is completed is done to 1.0", |_| progress == 1.0)?;
                return Ok(Outcome::Completed);
            }
            "failed" => return Ok(Outcome::Failed),
            "starting" | "processing" => drop(message),
            _ => return Err(message.fail("status is starting, processing, completed or failed")),
        }
    }
}

/// Waits for an answer and, meanwhile and beyond, for what follows the job. Where the answer is that
/// there is no job, nothing is followed any more.
async fn both<T>(
    answer: impl Future<Output = Result<Response, RequestFailed>>,
    followed: impl Future<Output = T>,
) -> Result<(Response, T), RequestFailed> {
    let (mut answer, mut followed) = (pin!(answer), pin!(followed));
    let (mut reply, mut end) = (None, None);
    poll_fn(|cx| {
        if reply.is_none()
            && let Poll::Ready(done) = answer.as_mut().poll(cx)
        {
            reply = Some(done?.expect_status(200)?);
        }
        if end.is_none()
            && let Poll::Ready(done) = followed.as_mut().poll(cx)
        {
            end = Some(done);
        }
        match (reply.take(), end.take()) {
            (Some(reply), Some(end)) => Poll::Ready(Ok((reply, end))),
            waiting => {
                (reply, end) = waiting;
                Poll::Pending
            }
        }
    })
    .await
}
