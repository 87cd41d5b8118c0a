//! Audio files: samples in, a whole MP3 or WAV file out, without holding all samples.

use rusty_mp3::{Mp3Encoder, Mp3EncoderConfig};

use crate::passage::SAMPLE_RATE;
use crate::{AudioFormat, SpeechError};

/// Bits per second of the MP3 file.
const MP3_KBIT: u32 = 48;

/// Bytes before the samples of a WAV file.
const WAV_HEADER: usize = 44;

/// A file being written in memory.
pub(crate) enum AudioFile {
    Mp3 { encoder: Box<Mp3Encoder>, bytes: Vec<u8> },
    Wav { bytes: Vec<u8> },
}

impl AudioFile {
    pub(crate) fn new(format: AudioFormat) -> Self {
        match format {
            AudioFormat::Mp3 => {
                let config = Mp3EncoderConfig { bitrate_kbps: MP3_KBIT, vbr_quality: None };
                Self::Mp3 { encoder: Box::new(Mp3Encoder::new(config)), bytes: Vec::new() }
            }
            AudioFormat::Wav => Self::Wav { bytes: vec![0; WAV_HEADER] },
        }
    }

    /// Appends samples.
    pub(crate) fn push(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        match self {
            Self::Mp3 { encoder, bytes } => {
                encoder
                    .push_pcm_s16(samples, 1, SAMPLE_RATE)
                    .map_err(|error| SpeechError::Encoder { reason: format!("{error:?}") })?;
                drain(encoder, bytes);
            }
            Self::Wav { bytes } => bytes.extend(samples.iter().flat_map(|s| s.to_le_bytes())),
        }
        Ok(())
    }

    /// The finished file.
    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Mp3 { mut encoder, mut bytes } => {
                encoder.finish();
                drain(&mut encoder, &mut bytes);
                // The first frame holds the tag with the encoder's delay, by which players cut the
                // 66 ms that the encoder adds in front; it is only complete now.
                if let Some(tag) = encoder.lame_tag_frame()
                    && let Some(first) = bytes.get_mut(..tag.len())
                {
                    first.copy_from_slice(tag);
                }
                bytes
            }
            Self::Wav { mut bytes } => {
                let header = wav_header(bytes.len() - WAV_HEADER);
                bytes[..WAV_HEADER].copy_from_slice(&header);
                bytes
            }
        }
    }
}

fn drain(encoder: &mut Mp3Encoder, bytes: &mut Vec<u8>) {
    // Both errors mean "no packet now": more samples are needed, or all have been given out.
    while let Ok(packet) = encoder.next_packet() {
        bytes.extend_from_slice(&packet);
    }
}

/// RIFF header for `data` bytes of mono 16-bit samples.
fn wav_header(data: usize) -> [u8; WAV_HEADER] {
    let mut header = [0; WAV_HEADER];
    // 30 minutes are 58 MB, far below the 4 GB that the format can count.
    let data = data as u32;
    header[0..4].copy_from_slice(b"RIFF");
    header[4..8].copy_from_slice(&(data + WAV_HEADER as u32 - 8).to_le_bytes());
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
