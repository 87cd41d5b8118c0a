//! The four tiers: what each promises, and what its name looks like where.

use std::str::FromStr;

use serde::{Serialize, Serializer};
use sqlx::{Database, encode::IsNull, error::BoxDynError};

/// A customer's tier. The order is the order of worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    Free,
    Light,
    Premium,
    Pro,
}

impl Tier {
    pub(crate) const ALL: [Self; 4] = [Self::Free, Self::Light, Self::Premium, Self::Pro];

    /// The tier a purchase of so many credits belongs to.
    pub(crate) fn of_purchase(credits: i64) -> Self {
        match credits {
            10_000.. => Self::Pro,
            2_000.. => Self::Premium,
            500.. => Self::Light,
            _ => Self::Free,
        }
    }

    /// `PRO`, as accounts show it.
    pub(crate) fn upper(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Light => "LIGHT",
            Self::Premium => "PREMIUM",
            Self::Pro => "PRO",
        }
    }

    /// `pro`, as synthesis and prices show it.
    pub(crate) fn lower(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Light => "light",
            Self::Premium => "premium",
            Self::Pro => "pro",
        }
    }

    /// Characters a month the tier is meant for; shown, never enforced. 0 = browser speech only.
    pub(crate) fn monthly_cap(self) -> i64 {
        match self {
            Self::Free => 0,
            Self::Light => 500_000,
            Self::Premium => 2_000_000,
            Self::Pro => 10_000_000,
        }
    }
}

impl From<tts_reader_accounts::Tier> for Tier {
    fn from(tier: tts_reader_accounts::Tier) -> Self {
        use tts_reader_accounts::Tier as Named;
        match tier {
            Named::Free => Self::Free,
            Named::Light => Self::Light,
            Named::Premium => Self::Premium,
            Named::Pro => Self::Pro,
        }
    }
}

impl From<Tier> for tts_reader_accounts::Tier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Free => Self::Free,
            Tier::Light => Self::Light,
            Tier::Premium => Self::Premium,
            Tier::Pro => Self::Pro,
        }
    }
}

/// Every database keeps the upper-case name, as text.
impl<DB: Database> sqlx::Type<DB> for Tier
where
    str: sqlx::Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <str as sqlx::Type<DB>>::type_info()
    }

    fn compatible(other: &DB::TypeInfo) -> bool {
        <str as sqlx::Type<DB>>::compatible(other)
    }
}

impl<'q, DB: Database> sqlx::Encode<'q, DB> for Tier
where
    &'q str: sqlx::Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.upper().encode_by_ref(buffer)
    }
}

impl<'r, DB: Database> sqlx::Decode<'r, DB> for Tier
where
    &'r str: sqlx::Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(<&str as sqlx::Decode<'r, DB>>::decode(value)?.parse()?)
    }
}

/// Accounts show the upper-case name.
impl Serialize for Tier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.upper())
    }
}

/// A word that is no tier.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a tier; the tiers are FREE, LIGHT, PREMIUM and PRO")]
pub(crate) struct UnknownTier(String);

impl FromStr for Tier {
    type Err = UnknownTier;

    fn from_str(text: &str) -> Result<Self, UnknownTier> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.upper().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownTier(text.to_owned()))
    }
}
