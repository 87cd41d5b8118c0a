//! The voice catalogue: the 23 documented ids, each one of six local presets in a shade of its own.
//!
//! There is one recorded speaker, an American man. A preset moves his pitch and the apparent
//! length of his vocal tract, so the presets sound like different people; a shade is a little
//! higher or lower, quicker or slower, so that no two voices are the same. None of them has another
//! accent, and there is one way of making them: the catalogue's engines `standard` and `neural`
//! are both this one. `language` and `language_code` are the catalogue's labels for an id (clients
//! sort and filter by them); [`Voice::description`] says what is really heard.

/// One entry of the voice list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voice {
    /// What a request names, for example `Joanna`.
    pub id: &'static str,
    /// Shown to people; the same as the id.
    pub name: &'static str,
    /// `Female` or `Male`: the catalogue's label, which the preset's pitch follows.
    pub gender: &'static str,
    /// The catalogue's language label, for example `US English`.
    pub language: &'static str,
    /// The catalogue's language code, for example `en-US`.
    pub language_code: &'static str,
    /// How the local speaker is changed for this id.
    pub preset: &'static Preset,
    /// What tells it from other ids of the same preset.
    pub shade: Shade,
}

impl Voice {
    /// What is really heard, for the voice list: `local preset alto, lower, quicker (American
    /// English)`.
    pub fn description(&self) -> String {
        let Shade { pitch, pace } = self.shade;
        let tone = word(pitch, "lower", "higher");
        let tempo = word(pace, "slower", "quicker");
        format!("local preset {}{tone}{tempo} (American English)", self.preset.name)
    }

    const fn shaded(self, pitch: f32, pace: f32) -> Self {
        Self { shade: Shade { pitch, pace }, ..self }
    }
}

fn word(factor: f32, below: &str, above: &str) -> String {
    match factor {
        ..1.0 => format!(", {below}"),
        1.0 => String::new(),
        _ => format!(", {above}"),
    }
}

/// How the one recorded speaker is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preset {
    /// Short name, for example `alto`.
    pub name: &'static str,
    /// Vocal tract factor as a fraction: the speaker is synthesised this much slower and then
    /// played back this much faster, which moves the formants and leaves the pace alone.
    pub tract: (u32, u32),
    /// Pitch of the result relative to the recorded speaker.
    pub pitch: f32,
}

impl Preset {
    /// The vocal tract factor as a number; 1.0 is the recorded speaker.
    pub fn tract_factor(&self) -> f32 {
        self.tract.0 as f32 / self.tract.1 as f32
    }
}

/// A small change of a preset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shade {
    /// Pitch relative to the preset's.
    pub pitch: f32,
    /// Pace relative to what is asked for.
    pub pace: f32,
}

impl Shade {
    /// The preset as it is.
    pub const NONE: Self = Self { pitch: 1.0, pace: 1.0 };
}

/// All presets, lowest voice first.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// All voices, sorted by language code and name, as the voice list shows them.
pub fn voices() -> &'static [Voice] {
    &VOICES
}

/// The voice with exactly this id.
pub fn find_voice(id: &str) -> Option<&'static Voice> {
    VOICES.iter().find(|voice| voice.id == id)
}

/// The id that looks most like `id`, for an error message.
pub(crate) fn nearest_voice(id: &str) -> &'static str {
    // A hostile id may be long; its first characters are enough to guess by.
    let wanted: String = id.chars().take(50).collect::<String>().to_lowercase();
    VOICES
        .iter()
        .min_by_key(|voice| strsim::damerau_levenshtein(&voice.id.to_lowercase(), &wanted))
        .map_or("Joanna", |voice| voice.id)
}

const PRESETS: &[Preset] = &[DEEP, BARITONE, TENOR, ALTO, SOPRANO, CHILD];
const DEEP: Preset = Preset { name: "deep", tract: (22, 25), pitch: 0.80 };
const BARITONE: Preset = Preset { name: "baritone", tract: (1, 1), pitch: 1.0 };
const TENOR: Preset = Preset { name: "tenor", tract: (53, 50), pitch: 1.25 };
const ALTO: Preset = Preset { name: "alto", tract: (23, 20), pitch: 1.75 };
const SOPRANO: Preset = Preset { name: "soprano", tract: (61, 50), pitch: 2.1 };
const CHILD: Preset = Preset { name: "child", tract: (27, 20), pitch: 2.5 };

const AU: (&str, &str) = ("Australian English", "en-AU");
const GB: (&str, &str) = ("British English", "en-GB");
const WELSH: (&str, &str) = ("Welsh English", "en-GB-WLS");
const IN: (&str, &str) = ("Indian English", "en-IN");
const NZ: (&str, &str) = ("New Zealand English", "en-NZ");
const US: (&str, &str) = ("US English", "en-US");
const ZA: (&str, &str) = ("South African English", "en-ZA");

const fn female(
    id: &'static str,
    lang: (&'static str, &'static str),
    preset: &'static Preset,
) -> Voice {
    let shade = Shade::NONE;
    Voice { id, name: id, gender: "Female", language: lang.0, language_code: lang.1, preset, shade }
}

const fn male(
    id: &'static str,
    lang: (&'static str, &'static str),
    preset: &'static Preset,
) -> Voice {
    let shade = Shade::NONE;
    Voice { id, name: id, gender: "Male", language: lang.0, language_code: lang.1, preset, shade }
}

static VOICES: [Voice; 23] = [
    female("Nicole", AU, &ALTO).shaded(1.04, 0.95),
    female("Olivia", AU, &SOPRANO),
    male("Russell", AU, &BARITONE).shaded(1.0, 0.94),
    female("Amy", GB, &ALTO).shaded(0.95, 1.0),
    male("Arthur", GB, &TENOR),
    male("Brian", GB, &DEEP),
    female("Emma", GB, &SOPRANO).shaded(0.97, 0.95),
    male("Geraint", WELSH, &BARITONE).shaded(1.06, 1.0),
    female("Aditi", IN, &SOPRANO).shaded(1.05, 1.05),
    female("Raveena", IN, &ALTO).shaded(1.04, 1.05),
    female("Aria", NZ, &SOPRANO).shaded(1.05, 0.95),
    female("Ivy", US, &CHILD),
    female("Joanna", US, &ALTO),
    male("Joey", US, &TENOR).shaded(1.05, 1.05),
    male("Justin", US, &CHILD).shaded(0.96, 0.95),
    female("Kendra", US, &ALTO).shaded(0.95, 1.06),
    male("Kevin", US, &CHILD).shaded(1.0, 1.06),
    female("Kimberly", US, &SOPRANO).shaded(0.97, 1.06),
    male("Matthew", US, &BARITONE),
    female("Ruth", US, &ALTO).shaded(1.0, 0.93),
    female("Salli", US, &SOPRANO).shaded(1.0, 0.93),
    male("Stephen", US, &DEEP).shaded(1.05, 0.95),
    female("Ayanda", ZA, &ALTO).shaded(0.95, 0.94),
];
