//! A writer remembers what it was told and what it was not.

use stories::{Call, Caller, Reply};

use super::afterpay::Shop;
use super::connect::Publisher;
use super::marketplace::Partner;

/// Numbers that follow from a seed (SplitMix64).
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of the places of a list that isn't empty.
    pub(super) fn place_in<T>(&mut self, list: &[T]) -> usize {
        usize::try_from(self.below(u64::try_from(list.len()).unwrap())).unwrap()
    }

    pub(super) fn fork(&mut self) -> Self {
        Self(self.next())
    }
}

/// What a writer believes of one API: it thinks of steps, learns from answers, and checks what the server says.
pub(super) trait Belief {
    /// A thing to do.
    type Step: Clone;

    /// Thinks of the next thing to do.
    fn next(&mut self, random: &mut Random) -> Self::Step;

    /// The call that does it; the same call, with the same key, each time.
    fn call(&self, step: &Self::Step) -> Call;

    /// Learns that it was done, or refused for its own sake. Fails on any answer that it should not have got.
    fn learn(&mut self, step: Self::Step, reply: &Reply);

    /// Fails unless the server says of the orders what was learnt: of all, or of those that were touched.
    async fn check(&mut self, touched_only: bool);

    /// Forgets which orders were touched: the next round begins.
    fn forget_touched(&mut self);

    /// What the orders that were acknowledged are called.
    fn acknowledged(&self) -> Vec<String>;
}

/// One writer of one API.
#[derive(Debug)]
pub(super) enum Writer {
    AfterPay(Pen<Shop>),
    Connect(Pen<Publisher>),
    Marketplace(Pen<Partner>),
}

/// A belief, and the step whose answer never came.
#[derive(Debug)]
pub(super) struct Pen<B: Belief> {
    belief: B,
    random: Random,
    unanswered: Option<B::Step>,
}

impl Writer {
    pub(super) fn afterpay(number: u64, shop: Caller, random: Random) -> Self {
        Self::AfterPay(Pen {
            belief: Shop::new(number, shop),
            random,
            unanswered: None,
        })
    }

    pub(super) fn connect(number: u64, client: Caller, random: Random) -> Self {
        Self::Connect(Pen {
            belief: Publisher::new(number, client),
            random,
            unanswered: None,
        })
    }

    pub(super) async fn marketplace(number: u64, partner: Caller, random: Random) -> Self {
        Self::Marketplace(Pen {
            belief: Partner::new(number, partner).await,
            random,
            unanswered: None,
        })
    }

    /// Writes until an answer doesn't come.
    pub(super) async fn write_until_killed(mut self) -> Self {
        match &mut self {
            Self::AfterPay(pen) => pen.write_until_killed().await,
            Self::Connect(pen) => pen.write_until_killed().await,
            Self::Marketplace(pen) => pen.write_until_killed().await,
        }
        self
    }

    /// Sends again what was not answered.
    pub(super) async fn settle(&mut self) {
        match self {
            Self::AfterPay(pen) => pen.settle().await,
            Self::Connect(pen) => pen.settle().await,
            Self::Marketplace(pen) => pen.settle().await,
        }
    }

    /// Checks the orders that were written since the last check.
    pub(super) async fn check_touched(&mut self) {
        match self {
            Self::AfterPay(pen) => pen.check_touched().await,
            Self::Connect(pen) => pen.check_touched().await,
            Self::Marketplace(pen) => pen.check_touched().await,
        }
    }

    /// Checks every order.
    pub(super) async fn check_all(&mut self) {
        match self {
            Self::AfterPay(pen) => pen.belief.check(false).await,
            Self::Connect(pen) => pen.belief.check(false).await,
            Self::Marketplace(pen) => pen.belief.check(false).await,
        }
    }

    /// What the orders that were acknowledged are called.
    pub(super) fn acknowledged(&self) -> Vec<String> {
        match self {
            Self::AfterPay(pen) => pen.belief.acknowledged(),
            Self::Connect(pen) => pen.belief.acknowledged(),
            Self::Marketplace(pen) => pen.belief.acknowledged(),
        }
    }
}

impl<B: Belief> Pen<B> {
    async fn write_until_killed(&mut self) {
        loop {
            let step = self.belief.next(&mut self.random);
            let Ok(reply) = self.belief.call(&step).attempt().await else {
                self.unanswered = Some(step);
                return;
            };
            self.belief.learn(step, &reply);
        }
    }

    async fn settle(&mut self) {
        if let Some(step) = self.unanswered.take() {
            // Twice: a key answers for ever, and what was done before the kill isn't done again by either.
            let first = self.belief.call(&step).await;
            let second = self.belief.call(&step).await;
            assert_eq!((first.status(), first.text()), (second.status(), second.text()));
            self.belief.learn(step, &first);
        }
    }

    async fn check_touched(&mut self) {
        self.belief.check(true).await;
        self.belief.forget_touched();
    }
}
