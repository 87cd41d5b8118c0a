//! Metrics to an OpenTelemetry collector; twins, for it is a feature of the build.

#[cfg(not(feature = "otlp"))]
mod disabled;
#[cfg(feature = "otlp")]
mod enabled;
#[cfg(feature = "otlp")]
mod headers;
#[cfg(feature = "otlp")]
mod slot;

#[cfg(not(feature = "otlp"))]
pub(super) use disabled::Otlp;
#[cfg(feature = "otlp")]
pub(super) use enabled::Otlp;
