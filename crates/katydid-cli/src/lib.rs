//! Command line of a katydid suite, and the quick binary katydid URL.
