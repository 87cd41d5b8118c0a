//! Which voice and which engine a request is spoken with.

use axum::http::StatusCode;
use serde_json::json;
use tts_reader_speech::{SpeechRequest, Voice, check, find_voice};

use crate::{
    app::App,
    domain::{Tier, Timestamp, UserId},
    errors::{ApiError, INTERNAL},
    speech::Engine,
    store::Account,
    validation::Text,
};

/// `standard` or `neural`, as bodies name it.
pub(crate) const ENGINE: Text =
    Text::of(0, 20).matching("^(standard|neural)$", |text| matches!(text, "standard" | "neural"));

/// Of an account whose preference is no voice that we have: it may come from the original service.
const DEFAULT_VOICE: &str = "Joanna";

/// How a text is spoken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) voice: &'static Voice,
    /// The one that really speaks, and has the voice as far as is known. There is one local voice, and
    /// it is a standard one: neural is then a right of PRO accounts that is answered by the same voice.
    pub(super) engine: Engine,
}

impl Manner {
    /// What was asked for, else what the account prefers.
    ///
    /// # Errors
    /// What was asked for is refused when it cannot be had; a stored preference is only a wish.
    pub(super) async fn of(
        app: &App,
        account: &Account,
        named_voice: Option<&str>,
        named_engine: Option<&str>,
    ) -> Result<Self, ApiError> {
        let voice = match named_voice {
            Some(id) => self::voice(id)?,
            None => find_voice(&account.voice_id).map_or_else(|| self::voice(DEFAULT_VOICE), Ok)?,
        };
        let engine = match named_engine {
            Some("neural") => {
                permit_neural(app, &account.user_id).await?;
                Engine::Neural
            }
            None if account.engine == "neural" && app.settings.neural_voices => {
                let tier = app.store.tier(&account.user_id, Timestamp::now()).await?;
                if tier == Tier::Pro { Engine::Neural } else { Engine::Standard }
            }
            _ => Engine::Standard,
        };
        let wanted = Self { voice, engine: app.speaker.speaks(engine) };
        let mut others = Vec::new();
        if named_engine.is_none() {
            others.push(Self { engine: Engine::Standard, ..wanted });
        }
        if named_voice.is_none() {
            let voice = self::voice(DEFAULT_VOICE)?;
            let all = [&[wanted], others.as_slice()].concat();
            others.extend(all.into_iter().map(|way| Self { voice, ..way }));
        }
        wanted.or_first_of(&others, app)
    }

    /// It, or the first of the others that the engine has.
    ///
    /// # Errors
    /// It has none: what was wanted is what is told of.
    fn or_first_of(self, others: &[Self], app: &App) -> Result<Self, ApiError> {
        let offers = |way: &Self| app.speaker.offers(way.voice, way.engine);
        let Err(refused) = offers(&self) else { return Ok(self) };
        let other = others.iter().find(|way| offers(way).is_ok());
        other.copied().ok_or_else(|| ApiError::from(refused))
    }
}

/// The voice of an id.
///
/// # Errors
/// 400 with the nearest id.
pub(crate) fn voice(id: &str) -> Result<&'static Voice, ApiError> {
    let unknown = || match check(&SpeechRequest::new("test", id)) {
        Err(error) => ApiError::bad_request(error.to_string()),
        Ok(()) => ApiError::internal(INTERNAL, "a voice is and is not there"),
    };
    find_voice(id).ok_or_else(unknown)
}

async fn permit_neural(app: &App, user: &UserId) -> Result<(), ApiError> {
    if !app.settings.neural_voices {
        return Err(ApiError::bad_request(
            "Neural voices are not yet available. Coming soon for Pro users!",
        ));
    }
    let tier = app.store.tier(user, Timestamp::now()).await?;
    if tier == Tier::Pro {
        return Ok(());
    }
    Err(ApiError::RefusedWith {
        status: StatusCode::FORBIDDEN,
        detail: json!({
            "error": "Feature not available in your tier",
            "message": "Neural voices need the Pro tier; use the standard engine or upgrade.",
            "current_tier": tier.lower(),
            "upgrade_required": true,
        }),
    })
}
