//! Audio that an account has had made before is served again, not spoken again.
//!
//! Beside the audio lies a note under a name that is made of what was asked for. It says which file it was and
//! where its marks are. A note whose audio is gone or old is worth nothing, so nobody has to keep
//! the two together: they go with the account, and by age. Nothing is ever found across accounts,
//! because each account's names are its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;
use tts_reader_speech::{MarkKind, SpeechMark};

use super::order::{Kept, Order};
use crate::{
    app::App,
    storage::{Key, Kind, StorageError},
    timings::{self, Stage},
};

/// What a request asks for, in 32 bytes.
type Asked = [u8; 32];

/// Who makes what just now, so that nobody makes it twice.
#[derive(Debug, Default)]
pub(crate) struct Reuse {
    making: Mutex<HashMap<Asked, Arc<tokio::sync::Mutex<()>>>>,
}

/// The only one who may make something; whoever asks for the same waits until it is dropped.
#[derive(Debug)]
pub(super) struct Lead<'r> {
    note: Key,
    // Dropped in this order: who waits is let in before the entry is looked at.
    _guard: OwnedMutexGuard<()>,
    _entry: Entry<'r>,
}

/// Somebody makes something or waits to; the last one takes it off the list.
#[derive(Debug)]
struct Entry<'r> {
    reuse: &'r Reuse,
    asked: Asked,
    lock: Arc<tokio::sync::Mutex<()>>,
}

/// What lies beside the audio. The words themselves are in the text, which the next request has.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    file: String,
    duration_ns: u64,
    marks: Vec<NotedMark>,
}

/// Time and its end in milliseconds, whether it is a sentence, characters, bytes.
type NotedMark = (u64, u64, bool, usize, usize, usize, usize);

impl Reuse {
    /// Waits until nobody else makes the same.
    pub(super) async fn lead(&self, order: &Order, speaker: &str) -> Lead<'_> {
        let asked = asked(order, speaker);
        let lock = Arc::clone(self.lock().entry(asked).or_default());
        let entry = Entry { reuse: self, asked, lock };
        let waiting = Arc::clone(&entry.lock).lock_owned();
        let guard = timings::measure(Stage::Queue, waiting).await;
        let note = Key::of_digest(&order.user_id, &asked, Kind::Json);
        Lead { note, _guard: guard, _entry: entry }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Asked, Arc<tokio::sync::Mutex<()>>>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead<'_> {
    /// The audio, if there is some and a link to it can still live its whole life. A storage that fails
    /// is one that has nothing.
    pub(super) async fn find(&self, app: &App, text: &str) -> Option<Kept> {
        let finding = timings::measure(Stage::Storage, self.look(app, text));
        finding.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot look for audio to use again");
            None
        })
    }

    async fn look(&self, app: &App, text: &str) -> Result<Option<Kept>, StorageError> {
        let Some(stored) = app.storage.read(&self.note).await? else { return Ok(None) };
        let Some((file, found)) = read(&stored.content, text) else { return Ok(None) };
        let Some(key) = Key::parse(self.note.user().as_str(), &file) else { return Ok(None) };
        let age = app.storage.age(&key).await?;
        let is_young = age.is_some_and(|age| age < app.settings.audio_link_lifetime);
        let (marks, duration) = found;
        Ok(is_young.then_some(Kept { key, marks, duration }))
    }

    /// Writes down where the audio is.
    pub(super) async fn note(self, app: &App, kept: &Kept) {
        let note = Note {
            file: kept.key.file().to_owned(),
            duration_ns: kept.duration.as_nanos() as u64,
            marks: kept.marks.iter().map(noted).collect(),
        };
        let text = serde_json::to_vec(&note).expect("texts and numbers are JSON");
        if let Err(error) = app.storage.put(&self.note, text.into()).await {
            // It will be spoken again, that is all.
            tracing::warn!(%error, "cannot note where audio is");
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut making = self.reuse.lock();
        // The list's and this one's own: nobody else has it.
        if Arc::strong_count(&self.lock) <= 2 {
            making.remove(&self.asked);
        }
    }
}

fn asked(order: &Order, speaker: &str) -> Asked {
    let mut hash = Sha256::new();
    let parts =
        [order.user_id.as_str(), speaker, order.voice.id, order.engine.word(), "mp3", &order.text];
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn noted(mark: &SpeechMark) -> NotedMark {
    let is_sentence = mark.kind == MarkKind::Sentence;
    let SpeechMark { time_ms, end_ms, start, end, start_byte, end_byte, .. } = *mark;
    (time_ms, end_ms, is_sentence, start, end, start_byte, end_byte)
}

/// The file, the marks and the duration of a note; `None` when it is none, or not of this text.
fn read(note: &[u8], text: &str) -> Option<(String, (Vec<SpeechMark>, Duration))> {
    let note: Note = serde_json::from_slice(note).ok()?;
    let mark = |(time_ms, end_ms, is_sentence, start, end, start_byte, end_byte): NotedMark| {
        let value = text.get(start_byte..end_byte)?.to_owned();
        let kind = if is_sentence { MarkKind::Sentence } else { MarkKind::Word };
        Some(SpeechMark { time_ms, end_ms, kind, start, end, start_byte, end_byte, value })
    };
    let marks = note.marks.into_iter().map(mark).collect::<Option<_>>()?;
    Some((note.file, (marks, Duration::from_nanos(note.duration_ns))))
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Waker},
        time::Duration,
    };

    use tts_reader_speech::{SpeechEngine, SpeechRequest, find_voice};

    use super::{Note, Order, Reuse, noted, read};
    use crate::{domain::UserId, progress::Progress, speech::Engine};

    fn order(user_id: &UserId, text: &str) -> Order {
        Order {
            user_id: user_id.clone(),
            text: text.into(),
            voice: find_voice("Amy").unwrap(),
            engine: Engine::Standard,
            listens: false,
            progress: Progress::none(),
        }
    }

    #[test]
    fn a_note_has_the_marks_of_its_text_and_of_no_other() {
        let text = "A café opens. Naïve people drink tea!";
        let marks = SpeechEngine::new().synthesize(&SpeechRequest::new(text, "Amy")).unwrap().marks;
        let note = Note {
            file: "a.mp3".to_owned(),
            duration_ns: 5_250_125_500,
            marks: marks.iter().map(noted).collect(),
        };
        let note = serde_json::to_vec(&note).unwrap();
        let (file, (found, duration)) = read(&note, text).unwrap();
        assert_eq!((file.as_str(), duration), ("a.mp3", Duration::from_nanos(5_250_125_500)));
        assert_eq!(found, marks);
        assert!(read(&note, "A cafe").is_none() && read(b"{}", text).is_none());
    }

    #[tokio::test]
    async fn the_same_is_made_by_one_at_a_time_and_leaves_nothing() {
        let reuse = Reuse::default();
        let (user, other) = (UserId::new(), UserId::new());
        let first = reuse.lead(&order(&user, "Hello."), "local").await;
        // Something else, or of somebody else, or by another engine, is not the same.
        for (user, text, speaker) in
            [(&user, "Hello!", "local"), (&other, "Hello.", "local"), (&user, "Hello.", "polly")]
        {
            reuse.lead(&order(user, text), speaker).await;
        }
        let same = order(&user, "Hello.");
        let mut second = pin!(reuse.lead(&same, "local"));
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        let mut third = Box::pin(reuse.lead(&same, "local"));
        assert!(third.as_mut().poll(&mut context).is_pending());
        let second = second.await;
        // Whoever stops waiting leaves nothing either.
        drop(third);
        assert_eq!(reuse.lock().len(), 1);
        drop(second);
        assert!(reuse.lock().is_empty());
    }
}
