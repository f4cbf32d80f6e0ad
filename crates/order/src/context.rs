//! What a decision is given from outside: the time, fresh ids, and the merchant's settings.

use crate::Timestamp;
use uuid::{Builder, Uuid};

/// What a decision is given from outside.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time that it happens at.
    pub now: Timestamp,
    /// Fresh ids.
    pub ids: Ids,
    /// How captures, refunds and cancellations are numbered.
    pub numbers: NumberStyle,
}

/// How captures, refunds and cancellations that bring no number of their own are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberStyle {
    /// Refunds after their capture (`SHIPMENT001R00`), cancellations after the order (`ORDER00001C00`).
    #[default]
    Suffixed,
    /// All of one sequence of digits, cancellations with a C before them.
    Numeric,
}

/// A supply of UUIDs that is wholly determined by its seed, so that deciding again gives the same ids.
#[derive(Debug, Clone)]
pub struct Ids {
    seed: u128,
    drawn: u128,
}

impl Ids {
    /// Starts a supply. The seed must be random: the ids are as hard to guess as it is.
    pub fn from_seed(seed: [u8; 16]) -> Self {
        Self {
            seed: u128::from_le_bytes(seed),
            drawn: 0,
        }
    }

    /// The next one, of version 4 in form.
    pub fn uuid(&mut self) -> Uuid {
        self.drawn = self.drawn.wrapping_add(1);
        let mut mixed = self
            .seed
            .wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        // Two rounds of multiply-and-fold are a bijection of 128 bits, so that different inputs never collide.
        for multiplier in [
            0xda94_2042_e4dd_58b5_bf58_476d_1ce4_e5b9_u128,
            0x94d0_49bb_1331_11eb_ff51_afd7_ed55_8ccd,
        ] {
            mixed = (mixed ^ (mixed >> 67)).wrapping_mul(multiplier);
        }
        Builder::from_random_bytes((mixed ^ (mixed >> 61)).to_le_bytes()).into_uuid()
    }
}
