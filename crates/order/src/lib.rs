//! The domain: money, orders, and the rules that hold for them, whatever API an order came through.
//!
//! Everything here is pure and synchronous. [`decide`] looks at an order and a command and answers with the events
//! that follow, or with the [`Refusal`] that explains why none do; [`apply`] folds one event into the order. Time,
//! identifiers and configuration come in through the [`Context`]. There is no I/O, no clock, no randomness, and no
//! name of any wire format: what only one dialect knows of an order rides along in its [`annex`](Order::annex).

mod account;
mod account_commitment;
mod account_order;
mod account_preference;
mod account_refusal;
mod account_renewal;
mod account_subscription;
mod amounts;
mod apply;
mod command;
mod context;
mod decide;
mod event;
mod figures;
mod identity;
mod instalments;
mod invariant;
mod line;
mod membership;
mod money;
mod movement;
pub mod offer;
mod opaque;
mod order;
mod period;
mod pricing;
mod refusal;
mod risk;
mod status;
mod time;

pub use account::{Account, Standing, subscription_id};
pub use account_commitment::{Commitment, CommitmentStage};
pub use account_preference::{CodeRefusal, Preference};
pub use account_refusal::AccountRefusal;
pub use account_renewal::RenewedLine;
pub use account_subscription::{LineTerms, Replaced, StartedLine, Subscription};
pub use amounts::{Totals, check_totals, sum_of};
pub use apply::{Misplaced, apply, replay, stages};
pub use command::{
    CancelRequest, CaptureRequest, Command, FulfilRequest, Parcel, RefundRequest, Registration,
    ReserveRequest, ReturnPolicy, ReturnedLine, ReviseRequest, ShipRequest, Wanted,
};
pub use context::{Context, Ids, NumberStyle};
pub use decide::decide;
pub use event::{Event, Fact};
pub use figures::{Figures, Sum};
pub use identity::{Dialect, MerchantId, OrderId};
pub use instalments::{InstalmentPlan, InstalmentTerms};
pub use invariant::{Violation, check};
pub use line::{Item, Line};
pub use membership::{Licence, Membership, MembershipRefusal, TakenOver, Transfer};
pub use money::{Amount, Currency, MoneyError, Quantity};
pub use movement::{Cancellation, Capture, Cause, Refund, Shipment, ShipmentKind};
pub use opaque::Opaque;
pub use order::{Customer, Handover, Kind, Order, Payment, PaymentMethod, Reservation};
pub use period::{Entailed, Period, PeriodUnit, Renewing, Run, Taking};
pub use pricing::{Discount, LinePrice, Term};
pub use refusal::Refusal;
pub use risk::{Applicant, Objection, RiskPolicy};
pub use status::{Failure, Status};
pub use time::Timestamp;
