//! A small model of the amounts, which shares nothing with the crate but the words: integers of a millionth of a
//! millionth, and the life-cycle written down a second time. It predicts every answer about status and money.

use order::{
    CancelRequest, CaptureRequest, Command, Event, Fact, FulfilRequest, Item, Order, PaymentMethod,
    RefundRequest, Refusal, ReserveRequest, Timestamp, Wanted,
};

mod words;

pub(crate) use words::Answer;
use words::Answer::{Moved, Nothing, Refused};
use words::{Asks, Expected, Last, ONE, Phase, Taken, Units, asks, moved, only, units};

#[derive(Debug)]
pub(crate) struct Model {
    phase: Phase,
    coin: Units,
    asks: Asks,
    /// Whether the order waits to be handed over once it is paid for.
    waits: bool,
    completes: bool,
    pending: bool,
    reserved: Option<(Units, Option<Timestamp>)>,
    captures: Vec<Taken>,
    refunds: Vec<(String, String, Units)>,
    cancelled: Vec<(Units, Timestamp)>,
    last: Option<Last>,
}

impl Model {
    /// The model of an order that was just registered.
    pub(crate) fn of(order: &Order) -> Self {
        let payment = &order.payment;
        Self {
            phase: Phase::Preliminary,
            coin: ONE / 10_i128.pow(order.currency.decimals()),
            asks: if payment.prepaid {
                Asks::Nobody
            } else {
                asks(&payment.method)
            },
            waits: false,
            completes: payment.prepaid || payment.method != PaymentMethod::Account,
            pending: false,
            reserved: None,
            captures: Vec::new(),
            refunds: Vec::new(),
            cancelled: Vec::new(),
            last: None,
        }
    }

    /// Holds an answer against what may come of the command, and the order against the amounts that follow.
    pub(crate) fn check(
        &mut self,
        command: &Command,
        now: Timestamp,
        decided: &Result<Vec<Event>, Refusal>,
        order: &Order,
    ) {
        let answer = match decided {
            Err(_) => Refused,
            Ok(events) if events.is_empty() => Nothing,
            Ok(events) => Moved(events.iter().map(moved).sum()),
        };
        match self.expected(command, now) {
            Some(Expected::OneOf(answers)) => assert!(
                answers.contains(&answer),
                "{command:?}: {answer:?} (from {decided:?}), not one of {answers:?}\n{self:#?}"
            ),
            Some(Expected::AtMost(most)) => {
                assert!(
                    !matches!(answer, Moved(units) if units > most || units <= 0),
                    "{command:?}: {answer:?}"
                );
            }
            None => assert!(matches!(answer, Refused | Nothing | Moved(0)), "{command:?}"),
        }
        if let (Command::Fulfil(request), Ok(events)) = (command, decided)
            && !events.is_empty()
        {
            self.asked(request, events);
        }
        for event in decided.iter().flatten() {
            self.note(event);
        }
        if let (Command::Refund(request), Ok(events)) = (command, decided) {
            self.check_shares(request, events);
        }
        self.agrees(order);
    }

    /// What a fulfilment asks for, and whether the order is done by it.
    fn asked(&mut self, request: &FulfilRequest, events: &[Event]) {
        self.pending = match self.asks {
            Asks::Payer => true,
            Asks::Provider => request.asks_connector,
            Asks::Nobody => false,
        };
        self.waits = request.handover.is_some();
        let is_done = events
            .iter()
            .any(|event| matches!(event.fact, Fact::Processed { .. }));
        assert_eq!(is_done, !self.pending && !self.waits, "{events:?}");
    }

    fn agrees(&self, order: &Order) {
        let sums = [
            self.reserved.map_or(0, |(held, _)| held),
            self.captured(),
            self.released(),
            self.captures.iter().map(|capture| capture.refunded).sum(),
            self.remaining(),
        ];
        let shown = [
            order.reserved(),
            order.captured(),
            order.cancelled(),
            order.refunded(),
            order.remaining(),
        ];
        assert_eq!(
            shown.map(|sum| units(sum.unwrap().decimal())),
            sums,
            "reserved, captured, cancelled, refunded, remaining"
        );
        assert!(sums.iter().all(|sum| *sum >= 0 && sum % self.coin == 0));
        for (capture, taken) in order.captures.iter().zip(&self.captures) {
            assert_eq!(capture.number, taken.number);
            assert_eq!(units(capture.amount.decimal()), taken.amount);
            assert_eq!(units(capture.refunded.decimal()), taken.refunded);
        }
        assert_eq!(order.captures.len(), self.captures.len());
        assert_eq!(order.payment.pending, self.pending);
        let waits = self.waits && !self.pending && self.phase == Phase::Confirmed;
        assert_eq!(order.awaits_handover(), waits);
    }

    /// What may come of a command; none when it is not about status or money.
    fn expected(&self, command: &Command, now: Timestamp) -> Option<Expected> {
        use Phase::{Cancelled, Confirmed, Failed, Preliminary, Processed};
        let is_over = matches!(self.phase, Failed | Phase::Refused | Cancelled);
        let answer = match command {
            Command::Register(_) | Command::Import(_) => Refused,
            Command::Confirm => match self.phase {
                Preliminary => Moved(0),
                Confirmed | Processed => Nothing,
                Failed | Phase::Refused | Cancelled => Refused,
            },
            Command::Process { .. } => match self.phase {
                Preliminary | Confirmed => Moved(0),
                Processed => Nothing,
                Failed | Phase::Refused | Cancelled => Refused,
            },
            Command::Fail(_) => match self.phase {
                Preliminary | Confirmed if self.captures.is_empty() => Moved(0),
                Failed | Phase::Refused => Nothing,
                Preliminary | Confirmed | Processed | Cancelled => Refused,
            },
            Command::Fulfil(request) => self.fulfil(request, is_over),
            Command::Settle { paid } => match (self.pending, self.phase, paid) {
                (true, _, paid) if *paid || self.captures.is_empty() => Moved(0),
                (false, Processed, true) | (false, Phase::Refused, false) => Nothing,
                (false, Confirmed, true) if self.waits => Nothing,
                _ => Refused,
            },
            Command::Reserve(request) => self.reserve(request, is_over),
            Command::Expire => match self.reserved {
                Some(_) if self.remaining() == 0 || is_over => Nothing,
                Some((_, Some(until))) if now >= until => Moved(self.remaining()),
                _ => Refused,
            },
            Command::Capture(request) => return Some(self.capture(request, now)),
            Command::Refund(request) => return Some(self.refund(request)),
            Command::Cancel(request) => return Some(self.cancel(request)),
            Command::Expect { .. }
            | Command::Ship(_)
            | Command::ChangeShipment { .. }
            | Command::RemoveShipment { .. }
            | Command::Return { .. }
            | Command::Subscribe { .. }
            | Command::EndRuns { .. }
            | Command::StopRenewing
            | Command::TakeStock(_)
            | Command::GiveStockBack
            | Command::Redate { .. }
            | Command::Refer { .. }
            | Command::Revise(_)
            | Command::Assign { .. }
            | Command::Annotate { .. } => return None,
        };
        Some(only(answer))
    }

    fn fulfil(&self, request: &FulfilRequest, is_over: bool) -> Answer {
        if is_over {
            Refused
        } else if self.phase == Phase::Processed
            || self.pending
            || (self.waits && self.phase == Phase::Confirmed)
        {
            Nothing
        } else if self.completes || (request.asks_connector && request.payer_is_there) {
            Moved(0)
        } else {
            Refused
        }
    }

    fn reserve(&self, request: &ReserveRequest, is_over: bool) -> Answer {
        let wanted = (units(request.amount.decimal()), request.expires_at);
        if let Some(held) = self.reserved {
            return if held == wanted { Nothing } else { Refused };
        }
        if is_over || wanted.0 <= 0 || wanted.0 % self.coin != 0 {
            Refused
        } else {
            Moved(0)
        }
    }

    fn capture(&self, request: &CaptureRequest, now: Timestamp) -> Expected {
        let before = request.number.as_ref().and_then(|number| self.taken(number));
        if let Some(before) = before {
            return match request.wanted {
                Wanted::Remaining if self.remaining() == 0 => only(Nothing),
                Wanted::Exactly { gross, .. } if units(gross.decimal()) == before.amount => only(Nothing),
                Wanted::Items => Expected::OneOf(vec![Nothing, Refused]),
                Wanted::Remaining | Wanted::Exactly { .. } => only(Refused),
            };
        }
        let is_all =
            request.number.is_none() && request.wanted == Wanted::Remaining && request.items.is_empty();
        if is_all && self.remaining() == 0 && !self.captures.is_empty() {
            return match self.released_last() {
                Some(true) => only(Refused),
                Some(false) => only(Nothing),
                None => Expected::OneOf(vec![Nothing, Refused]),
            };
        }
        let is_late = matches!(self.reserved, Some((_, Some(until))) if now >= until);
        if !self.is_open() || self.remaining() == 0 || is_late || has_none(&request.items) {
            return only(Refused);
        }
        self.taking(request.wanted, &request.items, self.remaining())
    }

    fn cancel(&self, request: &CancelRequest) -> Expected {
        if request.wanted == Wanted::Remaining && self.remaining() == 0 && !self.cancelled.is_empty() {
            match self.released_last() {
                Some(true) => return only(Nothing),
                Some(false) => return only(Refused),
                None => return Expected::OneOf(vec![Nothing, Refused]),
            }
        }
        if !self.is_open() || self.remaining() == 0 || has_none(&request.items) {
            return only(Refused);
        }
        self.taking(request.wanted, &request.items, self.remaining())
    }

    fn refund(&self, request: &RefundRequest) -> Expected {
        let captures = self.captures.iter();
        let named: Vec<&Taken> = captures
            .filter(|capture| {
                request
                    .capture
                    .as_ref()
                    .is_none_or(|name| *name == capture.number)
            })
            .collect();
        if named.is_empty() {
            return only(Refused);
        }
        let number = request.number.as_ref();
        let before = number.and_then(|number| self.refunds.iter().find(|(own, ..)| own == number));
        if let Some((_, capture, amount)) = before {
            let open = self.taken(capture).map_or(0, Taken::open);
            let is_elsewhere = request.capture.as_ref().is_some_and(|name| name != capture);
            return match request.wanted {
                _ if is_elsewhere => only(Refused),
                Wanted::Remaining if open == 0 => only(Nothing),
                Wanted::Remaining => only(Refused),
                Wanted::Exactly { gross, .. } if units(gross.decimal()) == *amount => only(Nothing),
                Wanted::Exactly { .. } | Wanted::Items => Expected::OneOf(vec![Nothing, Refused]),
            };
        }
        let open: Units = named.iter().map(|capture| capture.open()).sum();
        if has_none(&request.items) {
            return only(Refused);
        }
        if request.wanted == Wanted::Remaining && open == 0 {
            return only(Nothing);
        }
        self.taking(request.wanted, &request.items, open)
    }

    /// What may come of taking so much of what is left.
    fn taking(&self, wanted: Wanted, items: &[Item], left: Units) -> Expected {
        let is_priced = items.iter().all(|item| item.unit_gross.is_some());
        let sum: Units = items.iter().map(|item| self.price(item)).sum();
        let count: Units = items.iter().map(|item| units(item.quantity.decimal())).sum();
        let tolerance = self.round(count.max(ONE) * self.coin / ONE);
        let gross = match wanted {
            Wanted::Remaining => return only(Moved(left)),
            _ if !is_priced => return Expected::AtMost(left),
            Wanted::Items => {
                let mut answers = vec![if sum > 0 && sum <= left {
                    Moved(sum)
                } else {
                    Refused
                }];
                if sum > 0 && (sum - left).abs() <= tolerance {
                    answers.push(Moved(left));
                }
                return Expected::OneOf(answers);
            }
            Wanted::Exactly { gross, .. } => units(gross.decimal()),
        };
        let is_off = !items.is_empty() && (gross - sum).abs() > tolerance;
        if is_off || gross <= 0 || gross % self.coin != 0 || gross > left {
            only(Refused)
        } else {
            only(Moved(gross))
        }
    }

    fn price(&self, item: &Item) -> Units {
        let unit = item.unit_gross.map_or(0, |price| units(price.decimal()));
        // Prices have six decimals at most and quantities four, so the product loses nothing here.
        self.round(unit * units(item.quantity.decimal()) / ONE)
    }

    fn round(&self, exact: Units) -> Units {
        (2 * exact.abs() + self.coin) / (2 * self.coin) * self.coin * exact.signum()
    }

    fn note(&mut self, event: &Event) {
        match &event.fact {
            Fact::Confirmed => self.phase = Phase::Confirmed,
            Fact::Processed { .. } => self.end(Phase::Processed),
            Fact::Failed(order::Failure::PaymentRefused) => self.end(Phase::Refused),
            Fact::Failed(_) => self.end(Phase::Failed),
            Fact::Settled { .. } => self.pending = false,
            Fact::Reserved {
                amount, expires_at, ..
            } => {
                self.reserved = Some((units(amount.decimal()), *expires_at));
            }
            Fact::Captured(capture) => {
                self.captures.push(Taken {
                    number: capture.number.clone(),
                    amount: units(capture.amount.decimal()),
                    refunded: 0,
                    at: event.at,
                });
                self.last = Some(Last::Capture);
                if self.remaining() == 0 {
                    self.end(Phase::Processed);
                }
            }
            Fact::Cancelled(released) | Fact::Expired(released) => {
                self.cancelled.push((units(released.amount.decimal()), event.at));
                self.last = Some(Last::Release);
                let is_expiry = matches!(event.fact, Fact::Expired(_));
                match (self.remaining(), self.captures.is_empty()) {
                    (0, true) if is_expiry => self.end(Phase::Failed),
                    (0, true) => self.end(Phase::Cancelled),
                    (0, false) => self.end(Phase::Processed),
                    _ => {}
                }
            }
            Fact::Refunded(refund) => {
                let amount = units(refund.amount.decimal());
                let taken = self
                    .captures
                    .iter_mut()
                    .find(|taken| taken.number == refund.capture);
                taken.unwrap().refunded += amount;
                self.refunds
                    .push((refund.number.clone(), refund.capture.clone(), amount));
            }
            // What a fulfilment asks for, `asked` has predicted.
            Fact::FulfilmentAsked { .. }
            | Fact::Registered(_)
            | Fact::Imported(_)
            | Fact::Shipped { .. }
            | Fact::ShipmentChanged { .. }
            | Fact::ShipmentRemoved { .. }
            | Fact::Returned(_)
            | Fact::Subscribed { .. }
            | Fact::RunsEnded { .. }
            | Fact::RenewalStopped
            | Fact::StockTaken(_)
            | Fact::StockGivenBack
            | Fact::Redated { .. }
            | Fact::Referred { .. }
            | Fact::Revised { .. }
            | Fact::Assigned { .. }
            | Fact::Annotated { .. } => {}
        }
    }

    /// Notes that everything was handed back.
    pub(crate) fn note_returned(&mut self) {
        self.end(Phase::Cancelled);
    }

    fn end(&mut self, phase: Phase) {
        self.phase = phase;
        self.pending = false;
    }

    /// A refund is split only where no capture alone could bear it, and never beyond what one can.
    fn check_shares(&self, request: &RefundRequest, events: &[Event]) {
        assert!(self.captures.iter().all(|taken| taken.open() >= 0));
        if events.len() > 1 {
            let sum: Units = events.iter().map(moved).sum();
            let borne = |taken: &Taken| {
                let given = events.iter().filter(|event| bears(event, &taken.number));
                taken.open() + given.map(moved).sum::<Units>()
            };
            assert!(request.capture.is_none());
            assert!(self.captures.iter().all(|taken| borne(taken) < sum));
        }
    }

    /// Whether the last of the reservation was released rather than captured; none when the clock can't tell.
    fn released_last(&self) -> Option<bool> {
        let Some((_, released)) = self.cancelled.last() else {
            return Some(false);
        };
        let Some(captured) = self.captures.last() else {
            return Some(true);
        };
        match (self.last, captured.at.cmp(released)) {
            (Some(Last::Capture), std::cmp::Ordering::Greater) => Some(false),
            (Some(Last::Release), std::cmp::Ordering::Less) => Some(true),
            _ => None,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Confirmed | Phase::Processed)
    }

    fn taken(&self, number: &str) -> Option<&Taken> {
        self.captures.iter().find(|taken| taken.number == number)
    }

    fn captured(&self) -> Units {
        self.captures.iter().map(|taken| taken.amount).sum()
    }

    fn released(&self) -> Units {
        self.cancelled.iter().map(|(amount, _)| amount).sum()
    }

    fn remaining(&self) -> Units {
        self.reserved.map_or(0, |(held, _)| held) - self.captured() - self.released()
    }
}

fn bears(event: &Event, number: &str) -> bool {
    matches!(&event.fact, Fact::Refunded(refund) if refund.capture == number)
}

fn has_none(items: &[Item]) -> bool {
    items.iter().any(|item| units(item.quantity.decimal()) <= 0)
}
