//! Short words for orders and commands, and the story that runs them and watches every promise on the way.

use order::{
    Amount, CancelRequest, CaptureRequest, Command, Context, Currency, Dialect, Event, Fact, Failure,
    FulfilRequest, Ids, Item, Kind, NumberStyle, Order, OrderId, Parcel, Payment, PaymentMethod, Quantity,
    RefundRequest, Refusal, Registration, ReserveRequest, ReturnPolicy, ReturnedLine, ShipRequest, Shipment,
    ShipmentKind, Status, Timestamp, Wanted, apply, check, decide, replay,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn amount(text: &str) -> Amount {
    Amount::new(decimal(text)).unwrap()
}

pub(crate) fn quantity(text: &str) -> Quantity {
    Quantity::new(decimal(text)).unwrap()
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(crate) fn item(product: &str, count: &str, price: &str) -> Item {
    Item {
        unit_gross: Some(amount(price)),
        ..unpriced(product, count)
    }
}

/// An item as a lazy client sends it: the product and how many.
pub(crate) fn unpriced(product: &str, count: &str) -> Item {
    Item {
        number: None,
        product: product.to_owned(),
        description: String::new(),
        quantity: quantity(count),
        unit_gross: None,
        unit_net: None,
        unit_vat: None,
        vat_percent: None,
        annex: None,
    }
}

pub(crate) fn registration(code: &str, gross: &str, items: Vec<Item>) -> Registration {
    Registration {
        id: OrderId(OrderId::FIRST),
        uuid: Uuid::from_u128(7),
        origin: Dialect::AfterPay,
        kind: Kind::New,
        number: Some("ORDER00001".to_owned()),
        reference: None,
        refers_to: None,
        customer: None,
        reseller: None,
        currency: currency(code),
        gross: amount(gross),
        net: None,
        items,
        payment: paid_by(PaymentMethod::Invoice),
        ordered_at: None,
        completes_at: None,
        entails: order::Entailed::default(),
        annex: BTreeMap::new(),
    }
}

pub(crate) fn paid_by(method: PaymentMethod) -> Payment {
    Payment {
        method,
        prepaid: false,
        pending: false,
    }
}

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// One order from its first command on.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) order: Option<Order>,
    pub(crate) events: Vec<Event>,
    pub(crate) now: Timestamp,
    pub(crate) numbers: NumberStyle,
    steps: u8,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self {
            order: None,
            events: Vec::new(),
            now: NOW,
            numbers: NumberStyle::Suffixed,
            steps: 0,
        }
    }

    /// An order of 100 NOK that nobody has agreed to yet.
    pub(crate) fn registered() -> Self {
        Self::of(registration("NOK", "100", Vec::new()))
    }

    pub(crate) fn of(registration: Registration) -> Self {
        let mut story = Self::new();
        story.does(&Command::Register(Box::new(registration)));
        story
    }

    /// An order of so much, reserved whole for thirty days and confirmed.
    pub(crate) fn open(gross: &str, items: Vec<Item>) -> Self {
        Self::of(registration("NOK", gross, items))
            .then(&reserve(gross))
            .then(&Command::Confirm)
    }

    pub(crate) fn imported(told: Order) -> Self {
        let mut story = Self::new();
        story.does(&Command::Import(Box::new(told)));
        story
    }

    pub(crate) fn order(&self) -> &Order {
        self.order.as_ref().expect("the story has begun")
    }

    /// The same story, this many milliseconds on.
    pub(crate) fn later(mut self, millis: i64) -> Self {
        self.now = self.now.plus_millis(millis);
        self
    }

    /// The same story a second on, with one more command done.
    pub(crate) fn then(mut self, command: &Command) -> Self {
        self = self.later(1000);
        self.does(command);
        self
    }

    /// Does a command that must change something.
    pub(crate) fn does(&mut self, command: &Command) -> Vec<Event> {
        let events = self.tries(command);
        let events = events.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        assert!(!events.is_empty(), "{command:?} does nothing");
        events
    }

    /// Repeats a command: it succeeds and nothing happens.
    pub(crate) fn repeats(&mut self, command: &Command) {
        assert_eq!(self.tries(command), Ok(Vec::new()), "{command:?}");
    }

    /// Tries a command that must be refused.
    pub(crate) fn refuses(&mut self, command: &Command) -> Refusal {
        self.tries(command)
            .expect_err(&format!("{command:?} should be refused"))
    }

    /// Tries a command, and holds the crate to its promises whatever comes of it.
    pub(crate) fn tries(&mut self, command: &Command) -> Result<Vec<Event>, Refusal> {
        self.steps = self.steps.wrapping_add(1);
        let mut context = Context {
            now: self.now,
            ids: Ids::from_seed([self.steps; 16]),
            numbers: self.numbers,
        };
        let again = decide(self.order.as_ref(), command, &mut context.clone());
        let decided = decide(self.order.as_ref(), command, &mut context);
        assert_eq!(decided, again, "deciding twice gives two answers");
        let events = decided?;
        for event in &events {
            self.takes(event);
        }
        if let Some(order) = &self.order {
            assert_eq!(&replay(&self.events).unwrap(), order, "snapshot and replay");
        }
        Ok(events)
    }

    fn takes(&mut self, event: &Event) {
        let order = apply(self.order.take(), event).unwrap();
        check(&order).unwrap_or_else(|violation| panic!("after {event:?}: {violation}"));
        self.events.push(event.clone());
        assert_eq!(order.version, u64::try_from(self.events.len()).unwrap());
        let text = serde_json::to_string(event).unwrap();
        let read: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(&read, event);
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let text = serde_json::to_string(&order).unwrap();
        let read: Order = serde_json::from_str(&text).unwrap();
        assert_eq!(read, order);
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        self.order = Some(order);
    }

    /// Reserved, captured, cancelled, refunded, remaining.
    pub(crate) fn sums(&self) -> [String; 5] {
        let order = self.order();
        [
            order.reserved(),
            order.captured(),
            order.cancelled(),
            order.refunded(),
            order.remaining(),
        ]
        .map(|sum| sum.unwrap().decimal().normalize().to_string())
    }

    pub(crate) fn status(&self) -> String {
        self.order().status.word()
    }

    /// The time since which the status holds.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        match self.order().status {
            Status::Preliminary => None,
            Status::Confirmed { at }
            | Status::Processed { at }
            | Status::Failed { at, .. }
            | Status::Cancelled { at } => Some(at),
        }
    }
}

/// The amounts and numbers of the captures, refunds and cancellations among events.
pub(crate) fn moved(events: &[Event]) -> Vec<String> {
    let shown = |number: &str, amount: Amount| format!("{number} {}", amount.decimal().normalize());
    events
        .iter()
        .map(|event| match &event.fact {
            Fact::Captured(capture) => shown(&capture.number, capture.amount),
            Fact::Refunded(refund) => shown(&refund.number, refund.amount),
            Fact::Cancelled(released) | Fact::Expired(released) => shown(&released.number, released.amount),
            other => other.name().to_owned(),
        })
        .collect()
}

pub(crate) fn reserve(gross: &str) -> Command {
    Command::Reserve(ReserveRequest {
        amount: amount(gross),
        expires_at: Some(NOW.plus_days(30)),
    })
}

pub(crate) fn exactly(gross: &str) -> Wanted {
    Wanted::Exactly {
        gross: amount(gross),
        net: None,
    }
}

pub(crate) fn capture(number: Option<&str>, wanted: Wanted, items: Vec<Item>) -> Command {
    Command::Capture(CaptureRequest {
        number: number.map(str::to_owned),
        wanted,
        items,
        part_names_items: false,
        shipments: Vec::new(),
        annex: None,
    })
}

/// A capture as AfterPay has it: a part of what is left has to name its items.
pub(crate) fn capture_by_total(gross: &str) -> Command {
    let mut command = capture(None, exactly(gross), Vec::new());
    if let Command::Capture(request) = &mut command {
        request.part_names_items = true;
    }
    command
}

pub(crate) fn capture_all() -> Command {
    capture(None, Wanted::Remaining, Vec::new())
}

pub(crate) fn cancel(wanted: Wanted, items: Vec<Item>) -> Command {
    Command::Cancel(CancelRequest {
        wanted,
        items,
        annex: None,
    })
}

pub(crate) fn cancel_all() -> Command {
    cancel(Wanted::Remaining, Vec::new())
}

pub(crate) fn refund(
    capture: Option<&str>,
    number: Option<&str>,
    wanted: Wanted,
    items: Vec<Item>,
) -> Command {
    Command::Refund(RefundRequest {
        capture: capture.map(str::to_owned),
        number: number.map(str::to_owned),
        wanted,
        items,
        annex: None,
    })
}

pub(crate) fn refund_all() -> Command {
    refund(None, None, Wanted::Remaining, Vec::new())
}

pub(crate) fn fulfil() -> Command {
    Command::Fulfil(FulfilRequest::default())
}

pub(crate) fn process() -> Command {
    Command::Process {
        subscriptions: Vec::new(),
    }
}

pub(crate) fn fail() -> Command {
    Command::Fail(Failure::HandoverFailed)
}

pub(crate) fn settle(paid: bool) -> Command {
    Command::Settle { paid }
}

pub(crate) fn parcel(carrier: &str) -> Parcel {
    Parcel {
        kind: ShipmentKind::Shipment,
        carrier: carrier.to_owned(),
        tracking_id: Some("1Z9999999999999999".to_owned()),
        tracking_url: None,
    }
}

pub(crate) fn ship(capture: &str) -> Command {
    Command::Ship(ShipRequest {
        capture: capture.to_owned(),
        parcel: parcel("UPS"),
    })
}

pub(crate) fn change_shipment(capture: &str, number: i64, carrier: &str) -> Command {
    let shipment: Shipment = parcel(carrier).numbered(number);
    Command::ChangeShipment {
        capture: capture.to_owned(),
        shipment,
    }
}

pub(crate) fn remove_shipment(capture: &str, shipment: i64) -> Command {
    Command::RemoveShipment {
        capture: capture.to_owned(),
        shipment,
    }
}

pub(crate) fn hand_back(lines: &[(i64, &str, &str)], within_days: Option<i64>, whole_lines: bool) -> Command {
    let lines = lines.iter().map(|(number, product, count)| ReturnedLine {
        number: *number,
        product: (*product).to_owned(),
        quantity: quantity(count),
    });
    Command::Return {
        lines: lines.collect(),
        policy: ReturnPolicy {
            within_days,
            whole_lines,
            undoes_switch: false,
        },
    }
}
