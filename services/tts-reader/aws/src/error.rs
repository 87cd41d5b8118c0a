//! Why a call came to nothing. Each text begins with the step.

/// What went wrong with a call of AWS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AwsError {
    /// What was asked for cannot be done; AWS was not asked.
    #[error("{step}: {reason}")]
    Unfit {
        /// What was being done.
        step: String,
        /// Why not, and what would do.
        reason: String,
    },
    /// AWS understood, and does not do it.
    #[error("{step}: AWS refuses ({code}): {message}")]
    Refused {
        /// What was being done.
        step: String,
        /// AWS's name of the reason, such as `AccessDeniedException`.
        code: String,
        /// The first line of what AWS says, without what it repeats of the keys.
        message: String,
    },
    /// AWS wants fewer requests, again and again.
    #[error("{step}: AWS asks for fewer requests ({code}); tries: {tries}")]
    Throttled {
        /// What was being done.
        step: String,
        /// AWS's name of the reason.
        code: String,
        /// How often it was tried.
        tries: u32,
    },
    /// No answer, or one that says that AWS is in trouble.
    #[error("{step}: {cause}")]
    Away {
        /// What was being done.
        step: String,
        /// The last of its causes.
        cause: String,
    },
    /// An answer that cannot be what it should be.
    #[error("{step}: the answer makes no sense: {cause}")]
    Nonsense {
        /// What was being done.
        step: String,
        /// What is wrong with it.
        cause: String,
    },
}

/// AWS's names of what is wrong with keys, or with what they may do.
const OF_THE_KEYS: [&str; 10] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "OptInRequired",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
];

impl AwsError {
    /// Whether other keys, or the same with more rights, would not have been refused.
    pub fn is_of_the_keys(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if OF_THE_KEYS.contains(&code.as_str()))
    }

    /// Whether the same may work a little later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Away { .. })
    }

    pub(crate) fn unfit(step: &str, reason: impl Into<String>) -> Self {
        Self::Unfit { step: step.to_owned(), reason: reason.into() }
    }

    pub(crate) fn away(step: &str, cause: impl Into<String>) -> Self {
        Self::Away { step: step.to_owned(), cause: cause.into() }
    }

    pub(crate) fn nonsense(step: &str, cause: impl ToString) -> Self {
        Self::Nonsense { step: step.to_owned(), cause: cause.to_string() }
    }
}
