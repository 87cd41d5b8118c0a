//! Local speech: text to audio with exact word and sentence marks.
