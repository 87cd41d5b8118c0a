//! The attributes on something else.

use katydid::prelude::*;

#[user]
fn shopper() {}

#[flow]
struct Paying;

#[derive(Default)]
struct Shopper;

trait Browses {
    fn browse(&self);
}

#[user]
impl Browses for Shopper {
    #[task]
    fn browse(&self) {}
}

fn main() {}
