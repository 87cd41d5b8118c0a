//! The TTS Reader load test: the guide's four personas as tts-load.
