//! Rows of numbers that grow at their end, and of which a copy is made every second.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Things that are put away together when they are over.
const BLOCK: usize = 240;

/// What can stand in a row, and how it is kept when it does not change any more.
pub(crate) trait Pack: Copy + Default + fmt::Debug {
    /// Neighbours; copies share them.
    type Packed: Clone + fmt::Debug;

    /// In as few bytes as these need.
    fn pack(row: &[Self]) -> Self::Packed;

    /// One after the other.
    fn each(packed: &Self::Packed, take: impl FnMut(Self));
}

/// A row that grows at its end. What lies far before its end is packed, and shared by all copies:
/// hundreds of rows with thousands of numbers each are copied every second, and rarely changed.
#[derive(Clone, Debug)]
pub(crate) struct Grown<T: Pack> {
    over: Vec<T::Packed>,
    rest: Vec<T>,
}

impl<T: Pack> Default for Grown<T> {
    fn default() -> Self {
        Self { over: Vec::new(), rest: Vec::new() }
    }
}

impl<T: Pack> Grown<T> {
    pub(crate) fn len(&self) -> usize {
        self.over.len() * BLOCK + self.rest.len()
    }

    /// The one at a place, to change it; all up to it come into being.
    pub(crate) fn at(&mut self, place: usize) -> &mut T {
        if place < self.over.len() * BLOCK {
            self.unpack();
        }
        // Not before it grows again: the last ones may still change.
        while place >= self.len() && self.rest.len() >= BLOCK {
            self.over.push(T::pack(&self.rest[..BLOCK]));
            self.rest.drain(..BLOCK);
        }
        let place = place - self.over.len() * BLOCK;
        if place >= self.rest.len() {
            self.rest.resize(place + 1, T::default());
        }
        &mut self.rest[place]
    }

    pub(crate) fn get(&self, place: usize) -> Option<T> {
        match self.over.get(place / BLOCK) {
            Some(packed) => unpacked::<T>(packed).get(place % BLOCK).copied(),
            None => self.rest.get(place - self.over.len() * BLOCK).copied(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.over.iter().flat_map(unpacked::<T>).chain(self.rest.iter().copied())
    }

    /// Puts another row into this one, place by place.
    pub(crate) fn join(&mut self, other: &Self, put: impl Fn(&mut T, T)) {
        self.unpack();
        self.rest.resize(self.rest.len().max(other.len()), T::default());
        let mut ours = self.rest.iter_mut();
        let mut put = |theirs| ours.next().into_iter().for_each(|ours| put(ours, theirs));
        other.over.iter().for_each(|packed| T::each(packed, &mut put));
        other.rest.iter().copied().for_each(put);
    }

    /// Makes one of two neighbours each.
    pub(crate) fn halve(&mut self, put: impl Fn(&mut T, T)) {
        self.unpack();
        let both = |pair: &[T]| {
            let mut sum = T::default();
            for one in pair {
                put(&mut sum, *one);
            }
            sum
        };
        self.rest = self.rest.chunks(2).map(both).collect();
    }

    fn unpack(&mut self) {
        if !self.over.is_empty() {
            *self = Self { over: Vec::new(), rest: self.iter().collect() };
        }
    }
}

fn unpacked<T: Pack>(packed: &T::Packed) -> Vec<T> {
    let mut row = Vec::with_capacity(BLOCK);
    T::each(packed, |one| row.push(one));
    row
}

/// What it holds, not how.
impl<T: Pack + PartialEq> PartialEq for Grown<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Pack + Serialize> Serialize for Grown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.iter().collect::<Vec<T>>().serialize(serializer)
    }
}

impl<'de, T: Pack + Deserialize<'de>> Deserialize<'de> for Grown<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { over: Vec::new(), rest: Vec::deserialize(deserializer)? })
    }
}

/// Pairs of counts, in as few bytes as the largest asks for.
#[derive(Clone, Debug)]
pub(crate) enum PackedPairs {
    Bytes(Arc<[(u8, u8)]>),
    Halves(Arc<[(u16, u16)]>),
    Whole(Arc<[(u32, u32)]>),
}

impl Pack for (u32, u32) {
    type Packed = PackedPairs;

    fn pack(row: &[Self]) -> PackedPairs {
        let most = row.iter().map(|pair| pair.0.max(pair.1)).max().unwrap_or(0);
        if u8::try_from(most).is_ok() {
            PackedPairs::Bytes(row.iter().map(|pair| (pair.0 as u8, pair.1 as u8)).collect())
        } else if u16::try_from(most).is_ok() {
            PackedPairs::Halves(row.iter().map(|pair| (pair.0 as u16, pair.1 as u16)).collect())
        } else {
            PackedPairs::Whole(row.into())
        }
    }

    fn each(packed: &PackedPairs, mut take: impl FnMut(Self)) {
        match packed {
            PackedPairs::Bytes(row) => row.iter().for_each(|it| take((it.0.into(), it.1.into()))),
            PackedPairs::Halves(row) => row.iter().for_each(|it| take((it.0.into(), it.1.into()))),
            PackedPairs::Whole(row) => row.iter().for_each(|it| take(*it)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn copies_share_what_is_over() {
        let mut row = Grown::<Pair>::default();
        (0..1_000).for_each(|place| row.at(place).0 = place as u32);
        let copy = row.clone();
        assert!(copy.rest.len() <= BLOCK && copy.over.len() == 4);
        for (one, other) in copy.over.iter().zip(&row.over) {
            let same = match (one, other) {
                (PackedPairs::Bytes(one), PackedPairs::Bytes(other)) => Arc::ptr_eq(one, other),
                (PackedPairs::Halves(one), PackedPairs::Halves(other)) => Arc::ptr_eq(one, other),
                _ => false,
            };
            assert!(same, "{one:?}, {other:?}");
        }
    }

    fn places() -> impl Strategy<Value = Vec<(usize, u32)>> {
        // Mostly onward, now and then back; counts of one byte, two and four.
        let count = prop_oneof![0..200u32, 200..60_000u32, 60_000..u32::MAX / 2];
        let further = prop_oneof![8 => 0..40i64, 1 => -600..0i64, 1 => 200..700i64];
        prop::collection::vec((further, count), 0..80).prop_map(|steps| {
            let mut place = 0i64;
            let go = |(further, count): (i64, u32)| {
                place = i64::max(0, place + further);
                (place as usize, count)
            };
            steps.into_iter().map(go).collect()
        })
    }

    type Pair = (u32, u32);

    fn filled(places: &[(usize, u32)]) -> (Grown<Pair>, Vec<Pair>) {
        let (mut row, mut plain) = (Grown::default(), Vec::new());
        for (place, count) in places {
            *row.at(*place) = (*count, count / 2);
            plain.resize(plain.len().max(place + 1), (0, 0));
            plain[*place] = (*count, count / 2);
        }
        (row, plain)
    }

    proptest! {
        #[test]
        fn it_is_a_plain_row(places in places(), others in places()) {
            let (mut row, mut plain) = filled(&places);
            prop_assert_eq!(row.iter().collect::<Vec<_>>(), plain.clone());
            prop_assert_eq!(row.len(), plain.len());
            for place in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, plain.len(), plain.len() + BLOCK] {
                prop_assert_eq!(row.get(place), plain.get(place).copied());
            }
            let text = serde_json::to_string(&row).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&plain).unwrap());
            prop_assert_eq!(&serde_json::from_str::<Grown<Pair>>(&text).unwrap(), &row);

            let (other, theirs) = filled(&others);
            let add = |ours: &mut Pair, one: Pair| *ours = (ours.0 + one.0, ours.1 + one.1);
            row.join(&other, add);
            plain.resize(plain.len().max(theirs.len()), (0, 0));
            plain.iter_mut().zip(theirs).for_each(|(ours, one)| add(ours, one));
            prop_assert_eq!(row.iter().collect::<Vec<_>>(), plain);
        }
    }
}
