//! Names of what is kept.

use tts_reader_speech::AudioFormat;
use uuid::Uuid;

use crate::domain::UserId;

/// Something of an account, by a name that nothing else has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    user: UserId,
    file: String,
    kind: Kind,
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Mp3,
    Wav,
    /// A note beside audio; never served.
    Json,
}

/// Bytes of the digests that name things.
const DIGEST: usize = 32;

impl Key {
    /// A name that was never given before. Audio has no other: it is written once, so that whoever
    /// removes what is old never meets whoever writes.
    pub(crate) fn fresh(user: &UserId, kind: Kind) -> Self {
        Self::of(user, &Uuid::new_v4().to_string(), kind)
    }

    /// A name that says what it is of. Only for what can be made again: it may be written over, and
    /// may be removed as old in the moment in which it is.
    pub(crate) fn of_digest(user: &UserId, digest: &[u8; DIGEST], kind: Kind) -> Self {
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self::of(user, &name, kind)
    }

    /// A name that came from outside, if it has the shape of one that is given here.
    pub(crate) fn parse(user: &str, file: &str) -> Option<Self> {
        let user = UserId::parse(user)?;
        let (name, extension) = file.split_once('.')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.extension() == extension)?;
        // Other spellings of the same name would be other files.
        let fresh = Uuid::try_parse(name).is_ok_and(|id| id.hyphenated().to_string() == name);
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let digest = name.len() == 2 * DIGEST && name.bytes().all(hex);
        (fresh || digest).then(|| Self::of(&user, name, kind))
    }

    fn of(user: &UserId, name: &str, kind: Kind) -> Self {
        Self { user: user.clone(), file: format!("{name}.{}", kind.extension()), kind }
    }

    pub(crate) fn user(&self) -> &UserId {
        &self.user
    }

    /// Name and ending: `….mp3`.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

impl Kind {
    const ALL: [Self; 3] = [Self::Mp3, Self::Wav, Self::Json];

    /// Audio of that format.
    pub(crate) fn of(format: AudioFormat) -> Self {
        match format {
            AudioFormat::Mp3 => Self::Mp3,
            AudioFormat::Wav => Self::Wav,
        }
    }

    /// Whether people may be given it.
    pub(crate) fn is_audio(self) -> bool {
        self != Self::Json
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Json => "json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Kind};
    use crate::domain::UserId;

    #[test]
    fn only_names_that_are_given_here_are_taken() {
        let user = UserId::new();
        let fresh = Key::fresh(&user, Kind::Mp3);
        let digest = Key::of_digest(&user, &[0xab; 32], Kind::Json);
        for key in [&fresh, &digest] {
            assert_eq!(Key::parse(user.as_str(), key.file()).as_ref(), Some(key));
        }
        assert_ne!(fresh, Key::fresh(&user, Kind::Mp3));
        assert_eq!(digest.file(), format!("{}.json", "ab".repeat(32)));
        for wrong in [
            "../../tts-reader.db",
            "..",
            "a.mp3",
            &fresh.file().replace("mp3", "part"),
            &fresh.file().to_uppercase(),
            &digest.file().to_uppercase(),
            &digest.file()[1..],
        ] {
            assert_eq!(Key::parse(user.as_str(), wrong), None, "{wrong}");
        }
        assert_eq!(Key::parse("..", fresh.file()), None);
    }
}
