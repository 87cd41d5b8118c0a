//! Reports of a run: tables and CSV, a summary in and bytes out.
