//! Times as they are written: HdrHistogram's own V2 form, which its libraries in other languages
//! read, with the exact extremes and the exact sum beside it.

use std::io::Cursor;

use hdrhistogram::serialization::{Deserializer as HdrReader, Serializer as _, V2Serializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_bytes::ByteBuf;

use super::Latency;

#[derive(Serialize, Deserialize)]
struct Written {
    /// Significant digits: all there is to say of an empty set.
    digits: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    v2: Option<ByteBuf>,
    #[serde(default)]
    min_ns: u64,
    #[serde(default)]
    max_ns: u64,
    #[serde(default)]
    sum_ns: u64,
}

impl Serialize for Latency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.counts.sigfig();
        if self.is_empty() {
            let (min_ns, max_ns, sum_ns) = (0, 0, 0);
            return Written { digits, v2: None, min_ns, max_ns, sum_ns }.serialize(serializer);
        }
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&self.counts, &mut bytes).map_err(ser::Error::custom)?;
        Written {
            digits,
            v2: Some(ByteBuf::from(bytes)),
            min_ns: self.min_ns,
            max_ns: self.max_ns,
            // 584 years of waiting.
            sum_ns: u64::try_from(self.sum_ns).map_err(ser::Error::custom)?,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Latency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        if !(1..=5).contains(&written.digits) {
            return Err(de::Error::custom("a histogram has 1 to 5 significant digits"));
        }
        let mut times = Self::with_digits(written.digits);
        let Some(bytes) = &written.v2 else { return Ok(times) };
        let read = HdrReader::new().deserialize::<u64, _>(&mut Cursor::new(&bytes[..]));
        let counts = read.map_err(de::Error::custom)?;
        if counts.sigfig() != written.digits || counts.is_empty() {
            return Err(de::Error::custom("a histogram is not what stands beside it"));
        }
        // Added, not taken as it is: one that was read does not grow.
        times.counts.add(&counts).map_err(de::Error::custom)?;
        times.min_ns = written.min_ns;
        times.max_ns = written.max_ns;
        times.sum_ns = u128::from(written.sum_ns);
        Ok(times)
    }
}
