//! A text that a remote engine speaks, some chunks at a time.

use std::{ops::Range, sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tracing::Instrument;
use tts_reader_speech::{AudioFile, AudioFormat, SpeechMark};

use super::{Call, RemoteMark, Sound, calls::Calls, chunks::chunks};
use crate::{
    speech::engine::{Asked, Doing, End, Failure, Piece, Reading},
    timings::{self, Stage},
    workers::Pool,
};

/// Chunks that are asked for at the same time, after the first, which somebody may be waiting to
/// hear. A text of 100,000 characters would else take minutes.
const TOGETHER: usize = 4;
/// Samples per second of what comes as samples.
const SAMPLE_RATE: f64 = 16_000.0;

pub(super) struct RemoteReading {
    calls: Calls,
    pool: Arc<Pool>,
    asked: Asked,
    chunks: Vec<Range<usize>>,
    /// Chunks that were spoken.
    done: usize,
    /// Length of what was spoken.
    duration: Duration,
    /// Holds back what it needs for the next samples; there is none while frames come as they are.
    file: Option<Box<AudioFile>>,
    /// How far characters were counted: a byte, and the characters before it.
    counted: (usize, usize),
}

impl RemoteReading {
    pub(super) fn new(calls: Calls, pool: Arc<Pool>, asked: Asked) -> Self {
        let chunks = chunks(&asked.text, calls.longest());
        Self {
            calls,
            pool,
            asked,
            chunks,
            done: 0,
            duration: Duration::ZERO,
            file: None,
            counted: (0, 0),
        }
    }

    async fn speak(&mut self) -> Result<Piece, Failure> {
        let together = if self.done == 0 { 1 } else { TOGETHER };
        let until = (self.done + together).min(self.chunks.len());
        let spoken = timings::measure(Stage::Synthesis, self.ask(self.done..until)).await?;
        let mut piece = Piece { of: self.chunks.len(), ..Piece::default() };
        for (sound, marks) in spoken {
            let length = match &sound {
                Sound::Pcm(samples) => Duration::from_secs_f64(samples.len() as f64 / SAMPLE_RATE),
                Sound::Mp3 { duration, .. } => *duration,
            };
            let chunk = self.chunks[self.done].clone();
            self.shift(&chunk, length, &marks, &mut piece.marks)?;
            self.write(sound, &mut piece.audio).await?;
            self.duration += length;
            self.done += 1;
        }
        piece.sentence = self.done;
        if self.done == self.chunks.len() {
            piece.end = Some(self.end(&mut piece.audio).await?);
        }
        Ok(piece)
    }

    /// Chunks in their order, each as a call of its own. Dropped, it drops them all.
    async fn ask(&self, chunks: Range<usize>) -> Result<Vec<(Sound, Vec<RemoteMark>)>, Failure> {
        let first = chunks.start;
        let mut asking = JoinSet::new();
        for number in chunks {
            let call = Call {
                text: self.asked.text[self.chunks[number].clone()].to_owned(),
                voice: self.asked.voice,
                engine: self.asked.engine,
                number,
                attempt: 0,
            };
            let calls = self.calls.clone();
            asking.spawn(async move { (number, calls.speak(call).await) }.in_current_span());
        }
        let mut spoken = Vec::new();
        spoken.resize_with(asking.len(), || None);
        while let Some(one) = asking.join_next().await {
            let (number, answer) =
                one.map_err(|error| Failure::Broken(format!("a call died: {error}")))?;
            spoken[number - first] = Some(answer?);
        }
        Ok(spoken.into_iter().flatten().collect())
    }

    /// From bytes of a chunk to bytes and characters of the whole text, from its time to the whole's.
    fn shift(
        &mut self,
        chunk: &Range<usize>,
        length: Duration,
        marks: &[RemoteMark],
        out: &mut Vec<SpeechMark>,
    ) -> Result<(), Failure> {
        let offset = self.duration.as_millis() as u64;
        let text = Arc::clone(&self.asked.text);
        for (at, mark) in marks.iter().enumerate() {
            // What is heard ends where the next of its kind begins.
            let next = marks[at + 1..].iter().find(|next| next.kind == mark.kind);
            let end_ms = next.map_or(length.as_millis() as u64, |next| next.time_ms);
            let bytes = chunk.start + mark.start_byte..chunk.start + mark.end_byte;
            let value = text.get(bytes.clone()).filter(|_| bytes.end <= chunk.end);
            let value =
                value.ok_or_else(|| Failure::Broken(format!("{mark:?} is outside of its text")))?;
            let start = self.characters_before(bytes.start);
            out.push(SpeechMark {
                time_ms: offset + mark.time_ms,
                end_ms: offset + end_ms.max(mark.time_ms),
                kind: mark.kind,
                start,
                end: start + value.chars().count(),
                start_byte: bytes.start,
                end_byte: bytes.end,
                value: value.to_owned(),
            });
        }
        Ok(())
    }

    /// Counts on from the last place, so that a text is counted once; a word may lie before it, in
    /// the sentence that was counted last.
    fn characters_before(&mut self, byte: usize) -> usize {
        let (from, characters) = self.counted;
        let text = &self.asked.text;
        let characters = if byte >= from {
            characters + text[from..byte].chars().count()
        } else {
            characters - text[byte..from].chars().count()
        };
        self.counted = (byte, characters);
        characters
    }

    /// Puts a chunk into the file.
    async fn write(&mut self, sound: Sound, out: &mut Vec<u8>) -> Result<(), Failure> {
        let samples = match sound {
            Sound::Mp3 { frames, .. } => {
                out.extend_from_slice(&frames);
                return Ok(());
            }
            Sound::Pcm(samples) => samples,
        };
        let file = self.file.take();
        self.encode(file, out, move |file| {
            file.push(&samples).map_err(|error| Failure::Broken(error.to_string()))
        })
        .await
    }

    /// Ends the file.
    async fn end(&mut self, out: &mut Vec<u8>) -> Result<End, Failure> {
        let duration = self.duration;
        let Some(file) = self.file.take() else { return Ok(End { duration, head: Vec::new() }) };
        let close = |file: &mut AudioFile| {
            file.close();
            Ok(())
        };
        self.encode(Some(file), out, close).await?;
        let head = self.file.take().map_or_else(Vec::new, |file| file.into_head());
        Ok(End { duration, head })
    }

    /// Encoding takes as long as speaking here does: it is done on a thread of the pool.
    async fn encode(
        &mut self,
        file: Option<Box<AudioFile>>,
        out: &mut Vec<u8>,
        work: impl FnOnce(&mut AudioFile) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let job = move || {
            let start = std::time::Instant::now();
            let mut file = file.unwrap_or_else(|| Box::new(AudioFile::new(AudioFormat::Mp3)));
            let done = work(&mut file);
            let bytes = file.take();
            done.map(|()| (file, bytes, start.elapsed()))
        };
        let (file, bytes, took) = self.pool.run(job).await.map_err(Failure::from)??;
        timings::add(Stage::Encoding, took);
        out.extend_from_slice(&bytes);
        self.file = Some(file);
        Ok(())
    }
}

impl Reading for RemoteReading {
    fn next(&mut self) -> Doing<'_, Result<Piece, Failure>> {
        Box::pin(self.speak())
    }
}

#[cfg(test)]
mod tests;
