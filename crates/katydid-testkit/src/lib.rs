//! Test target with programmable faults, redactions, layering test.
