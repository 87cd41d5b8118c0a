//! The only place that makes load: user loop, HTTP session, executors, dispatcher.
