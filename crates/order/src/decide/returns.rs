//! Handing lines back.

use crate::{Context, Fact, Kind, Line, Order, Refusal, ReturnPolicy, ReturnedLine, Status};

/// Hands lines back. What a line itself gets wrong is said first, in the lines' order; then what the order forbids.
pub(super) fn hand_back(
    order: &Order,
    lines: &[ReturnedLine],
    policy: ReturnPolicy,
    context: &Context,
) -> Result<Vec<Fact>, Refusal> {
    let can_be = if policy.undoes_switch {
        order.kind == Kind::Switch
    } else {
        matches!(order.kind, Kind::New | Kind::Renewal)
    };
    if !can_be {
        return Err(Refusal::NotReturnable);
    }
    for (place, wanted) in lines.iter().enumerate() {
        if lines
            .iter()
            .take(place)
            .any(|earlier| earlier.number == wanted.number)
        {
            return Err(Refusal::LineAlreadyReturned { line: wanted.number });
        }
        check_line(order, wanted, policy)?;
    }
    if policy
        .within_days
        .is_some_and(|days| context.now > order.placed_at.plus_days(days))
    {
        return Err(Refusal::ReturnWindowClosed);
    }
    if lines.is_empty() || !matches!(order.status, Status::Processed { .. }) {
        return Err(Refusal::NotReturnable);
    }
    Ok(vec![Fact::Returned(lines.to_vec())])
}

fn check_line(order: &Order, wanted: &ReturnedLine, policy: ReturnPolicy) -> Result<(), Refusal> {
    let line = line_numbered(order, wanted.number).ok_or(Refusal::UnknownLine { line: wanted.number })?;
    if line.item.product != wanted.product {
        return Err(Refusal::LineProductMismatch {
            line: wanted.number,
            product: wanted.product.clone(),
        });
    }
    let left = line.returnable();
    if !left.is_positive() {
        return Err(Refusal::LineAlreadyReturned { line: wanted.number });
    }
    let fits = if policy.whole_lines {
        wanted.quantity == left
    } else {
        wanted.quantity <= left
    };
    if fits && wanted.quantity.is_positive() {
        Ok(())
    } else {
        Err(Refusal::LineQuantityMismatch { line: wanted.number })
    }
}

fn line_numbered(order: &Order, number: i64) -> Option<&Line> {
    order.lines.iter().find(|line| line.item.number == Some(number))
}
