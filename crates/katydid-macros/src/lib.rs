//! The attributes of katydid: user, flow, task, on_start, on_stop.
