//! The TTS Reader backend: accounts, credits, extraction and speech over HTTP.
