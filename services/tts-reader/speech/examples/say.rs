//! Speaks a text into a file, sentence by sentence, and prints the marks as JSON lines.
//!
//! `say [--voice ID] [--rate R] [--out FILE.mp3|FILE.wav] [TEXT]`; without TEXT it reads standard
//! input. `--voices` prints the voices with their presets instead, `--notices` the licences.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use tts_reader_speech::{AudioFormat, NOTICES, SpeechEngine, SpeechRequest, voices};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "say: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut voice = "Joanna".to_owned();
    let mut rate = 1.0;
    let mut file: Option<PathBuf> = None;
    let mut text = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--voice" => voice = value()?,
            "--rate" => rate = value()?.parse()?,
            "--out" => file = Some(value()?.into()),
            "--notices" => return Ok(out.write_all(NOTICES.as_bytes())?),
            "--voices" => {
                for voice in voices() {
                    writeln!(out, "{}\t{}\t{}", voice.id, voice.preset.name, voice.description())?;
                }
                return Ok(());
            }
            flag if flag.starts_with("--") => return Err(format!("unknown flag {flag}").into()),
            _ => text.push(arg),
        }
    }
    let mut text = text.join(" ");
    if text.is_empty() {
        std::io::stdin().read_to_string(&mut text)?;
    }
    let is_wav = file.as_ref().is_some_and(|path| path.extension().is_some_and(|end| end == "wav"));
    let format = if is_wav { AudioFormat::Wav } else { AudioFormat::Mp3 };
    let request = SpeechRequest::new(&text, &voice).format(format).rate(rate);
    let mut audio = file.as_ref().map(File::create).transpose()?;
    let mut speaking = SpeechEngine::new().speak(&request)?;
    for part in speaking.by_ref() {
        let part = part?;
        if let Some(audio) = &mut audio {
            audio.write_all(&part.audio)?;
        }
        for mark in &part.marks {
            let line = serde_json::json!({
                "time": mark.time_ms, "end_time": mark.end_ms, "type": mark.kind.as_str(),
                "start": mark.start, "end": mark.end, "start_byte": mark.start_byte,
                "end_byte": mark.end_byte, "value": mark.value,
            });
            writeln!(out, "{line}")?;
        }
    }
    let ended = speaking.finish();
    if let (Some(path), Some(mut audio)) = (file, audio) {
        // The head that knows how long it became.
        audio.rewind()?;
        audio.write_all(&ended.head)?;
        let seconds = ended.duration.as_secs_f64();
        writeln!(std::io::stderr(), "{}: {seconds:.2} s of audio", path.display())?;
    }
    Ok(())
}
