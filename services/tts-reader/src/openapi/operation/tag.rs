//! Under which heading a route is told.

/// What a reader looks for together.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tag {
    Accounts,
    Administration,
    Buying,
    Documentation,
    Extraction,
    LoadTests,
    SigningIn,
    Speech,
    System,
}

impl Tag {
    pub(in crate::openapi) const ALL: [Self; 9] = [
        Self::SigningIn,
        Self::Accounts,
        Self::Speech,
        Self::Extraction,
        Self::Buying,
        Self::System,
        Self::Documentation,
        Self::Administration,
        Self::LoadTests,
    ];

    pub(in crate::openapi) fn name(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::Administration => "Administration",
            Self::Buying => "Buying",
            Self::Documentation => "Documentation",
            Self::Extraction => "Extraction",
            Self::LoadTests => "Load tests",
            Self::SigningIn => "Signing in",
            Self::Speech => "Speech",
            Self::System => "System",
        }
    }
}
