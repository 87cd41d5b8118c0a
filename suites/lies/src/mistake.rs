//! Mistakes that are made in the code of a suite.

/// A mistake of the old load test, planted in this suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Flows are never left, so the weights are drawn once for each user.
    FlowsNeverLeft,
    /// Only one persona logs in; the tasks of the other return without a word.
    TokenInOnePersona,
    /// The login throws its token away; all other tasks return without a word.
    TokenThrownAway,
    /// Every task returns without a word.
    SilentReturn,
    /// Registration and login come in any order, always with the same name.
    WrongOrder,
    /// All users have one account.
    OneAccount,
    /// A token that has ended is used on.
    TokenNeverRenewed,
    /// The body has fields that the service does not know, and lacks those that it wants.
    WrongFields,
    /// Preferences are sent under names that the service ignores, and nobody reads the answer.
    IgnoredPreferences,
    /// A limit is sent under a name that the service ignores, and nobody reads the answer.
    IgnoredLimit,
    /// A slash at the end: each request is redirected.
    Slash,
    /// A field is read that no answer has.
    NoSuchField,
    /// A branch for 402 calls it a success.
    ExcusedErrors,
    /// Each article has a name of its own in the statistics.
    NameForEachId,
    /// The accounts have no credits.
    NoCredits,
    /// A third of the syntheses is wrong.
    ThirdFails,
    /// Users do not think.
    NoThinkTime,
    /// Everybody reads the same article.
    OneArticle,
    /// Everybody has the same text spoken.
    OneText,
    /// The suite has a shape of its own.
    OwnShape,
}

/// `LIE` names a mistake that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("LIE={name} is not among the mistakes of this suite: {known}", name = .0, known = Mistake::names())]
pub struct UnknownMistake(String);

impl Mistake {
    const ALL: [(Self, &str); 20] = [
        (Self::FlowsNeverLeft, "flows-never-left"),
        (Self::TokenInOnePersona, "token-in-one-persona"),
        (Self::TokenThrownAway, "token-thrown-away"),
        (Self::SilentReturn, "silent-return"),
        (Self::WrongOrder, "wrong-order"),
        (Self::OneAccount, "one-account"),
        (Self::TokenNeverRenewed, "token-never-renewed"),
        (Self::WrongFields, "wrong-fields"),
        (Self::IgnoredPreferences, "ignored-preferences"),
        (Self::IgnoredLimit, "ignored-limit"),
        (Self::Slash, "slash"),
        (Self::NoSuchField, "no-such-field"),
        (Self::ExcusedErrors, "excused-errors"),
        (Self::NameForEachId, "name-for-each-id"),
        (Self::NoCredits, "no-credits"),
        (Self::ThirdFails, "third-fails"),
        (Self::NoThinkTime, "no-think-time"),
        (Self::OneArticle, "one-article"),
        (Self::OneText, "one-text"),
        (Self::OwnShape, "own-shape"),
    ];

    /// The one that `LIE` names; `None` without it.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn of_environment() -> Result<Option<Self>, UnknownMistake> {
        match std::env::var("LIE") {
            Ok(name) => Self::named(&name).map(Some).ok_or(UnknownMistake(name)),
            Err(_) => Ok(None),
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(mistake, _)| *mistake)
    }

    fn names() -> String {
        Self::ALL.map(|(_, name)| name).join(", ")
    }
}
