//! The text of PDF documents, found by a process of its own.
//!
//! A PDF is a program for a stranger's machine, and the libraries that read it were written for
//! people's own documents: they recurse as deep, unpack as much and loop as long as a document
//! says. So each document is read by a process that has so much memory, so much time, no files and
//! no environment, and whose end is no more than an answer that is missing.

mod document;
mod reader;
mod worker;

pub use reader::PdfReader;
pub use worker::read_pdf;
