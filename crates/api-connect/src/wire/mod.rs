//! What goes over the wire, and nowhere else.

pub(crate) mod payment_method;
pub(crate) mod person;
pub(crate) mod register;
pub(crate) mod scalar;
pub(crate) mod status;
pub(crate) mod xml;
pub(crate) mod xml_body;
