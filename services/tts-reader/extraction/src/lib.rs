//! Fetch a web page safely and turn it into clean text for speech.
