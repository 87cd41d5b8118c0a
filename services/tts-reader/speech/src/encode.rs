//! Audio files: samples in, pieces of an MP3 or WAV file out, without holding all samples.
//!
//! A file begins before its length is known. So it begins with an *open* head, which says all but
//! the length, and [`AudioFile::head`] has the true one once the file is closed.

use std::fmt;

use rusty_mp3::encode::lametag::crc16;
use rusty_mp3::{Mp3Encoder, Mp3EncoderConfig};

use crate::passage::SAMPLE_RATE;
use crate::{AudioFormat, SpeechError};

/// Bits per second of the MP3 file.
const MP3_KBIT: u32 = 48;

/// Bytes before the samples of a WAV file.
const WAV_HEADER: usize = 44;

/// A file that is given out while it is written, of samples at 16 kHz.
///
/// What is taken, one piece after another, is a file that plays; its head, the first bytes, does
/// not tell the length. [`into_head`](Self::into_head) gives the one that does.
pub struct AudioFile {
    coder: Coder,
    /// Bytes that nobody took yet.
    ready: Vec<u8>,
    /// The file's first bytes, as they were given out or as they are known by now.
    head: Vec<u8>,
}

enum Coder {
    Mp3(Box<Mp3Encoder>),
    /// Bytes of samples so far.
    Wav(usize),
}

impl AudioFile {
    /// An empty file.
    pub fn new(format: AudioFormat) -> Self {
        match format {
            AudioFormat::Mp3 => {
                let config = Mp3EncoderConfig { bitrate_kbps: MP3_KBIT, vbr_quality: None };
                let coder = Coder::Mp3(Box::new(Mp3Encoder::new(config)));
                Self { coder, ready: Vec::new(), head: Vec::new() }
            }
            AudioFormat::Wav => {
                let head = wav_header(None).to_vec();
                Self { coder: Coder::Wav(0), ready: head.clone(), head }
            }
        }
    }

    /// Appends mono samples of 16 kHz.
    ///
    /// # Errors
    /// [`SpeechError::Encoder`], a fault of this crate.
    pub fn push(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        match &mut self.coder {
            Coder::Mp3(encoder) => {
                encoder
                    .push_pcm_s16(samples, 1, SAMPLE_RATE)
                    .map_err(|error| SpeechError::Encoder { reason: format!("{error:?}") })?;
                self.drain();
            }
            Coder::Wav(bytes) => {
                *bytes += samples.len() * 2;
                self.ready.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
            }
        }
        Ok(())
    }

    /// Ends the file: what the encoder held back is ready, and the head is the true one. Called once, after the last samples.
    pub fn close(&mut self) {
        if let Coder::Mp3(encoder) = &mut self.coder {
            encoder.finish();
        }
        self.drain();
        match &self.coder {
            Coder::Mp3(encoder) => {
                if let Some(tag) = encoder.lame_tag_frame() {
                    self.head = tag.to_vec();
                }
            }
            Coder::Wav(bytes) => self.head = wav_header(Some(*bytes)).to_vec(),
        }
    }

    /// Hands out what is ready and was not taken before.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }

    /// What belongs at the beginning of the file, to be written over as many bytes; before the file
    /// is closed, what is there already.
    pub fn into_head(self) -> Vec<u8> {
        self.head
    }

    fn drain(&mut self) {
        let Coder::Mp3(encoder) = &mut self.coder else { return };
        // Both errors mean "no packet now": more samples are needed, or all have been given out.
        while let Ok(packet) = encoder.next_packet() {
            if self.head.is_empty() {
                self.head = open_tag(&packet);
                self.ready.extend_from_slice(&self.head);
            } else {
                self.ready.extend_from_slice(&packet);
            }
        }
    }
}

impl fmt::Debug for AudioFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudioFile").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}

/// The MP3 file's first frame for players that hear it while it grows: the tag tells how much to
/// cut in front and, unlike the encoder's own placeholder, claims no length.
fn open_tag(placeholder: &[u8]) -> Vec<u8> {
    /// Header and side information of a mono frame of 16 kHz.
    const TAG: usize = 4 + 9;
    /// `Info`, flags, frames, bytes, seek table and quality.
    const INFO: usize = 4 + 4 + 4 + 4 + 100 + 4;
    /// The extension with the encoder's name, its delay and padding, lengths and checksums.
    const EXTENSION: usize = 36;
    let extension = &placeholder[TAG + INFO..][..EXTENSION];
    let mut tag = placeholder[..TAG + 4].to_vec();
    // No flags: none of what only the end knows.
    tag.extend_from_slice(&[0; 4]);
    // Up to the delay, which is the upper half of three bytes; the padding is the lower.
    tag.extend_from_slice(&extension[..22]);
    tag.extend_from_slice(&[extension[22] & 0xF0, 0]);
    tag.extend_from_slice(&extension[24..28]);
    // Length and checksum of the music: unknown.
    tag.extend_from_slice(&[0; 6]);
    let checksum = crc16(0, &tag);
    tag.extend_from_slice(&checksum.to_be_bytes());
    tag.resize(placeholder.len(), 0);
    tag
}

/// RIFF header for that many bytes of mono 16-bit samples; the longest length there is stands for
/// one that nobody knows yet, as programs do that write WAV into a pipe.
fn wav_header(data: Option<usize>) -> [u8; WAV_HEADER] {
    // 30 minutes are 58 MB, far below the 4 GB that the format can count.
    let (riff, data) = match data {
        Some(data) => ((data + WAV_HEADER - 8) as u32, data as u32),
        None => (u32::MAX, u32::MAX),
    };
    let mut header = [0; WAV_HEADER];
    header[0..4].copy_from_slice(b"RIFF");
    header[4..8].copy_from_slice(&riff.to_le_bytes());
    header[8..16].copy_from_slice(b"WAVEfmt ");
    header[16..20].copy_from_slice(&16_u32.to_le_bytes());
    header[20..22].copy_from_slice(&1_u16.to_le_bytes());
    header[22..24].copy_from_slice(&1_u16.to_le_bytes());
    header[24..28].copy_from_slice(&SAMPLE_RATE.to_le_bytes());
    header[28..32].copy_from_slice(&(SAMPLE_RATE * 2).to_le_bytes());
    header[32..34].copy_from_slice(&2_u16.to_le_bytes());
    header[34..36].copy_from_slice(&16_u16.to_le_bytes());
    header[36..40].copy_from_slice(b"data");
    header[40..44].copy_from_slice(&data.to_le_bytes());
    header
}
