//! Reads files outside the opened kubeconfigs.

pub(crate) use crate::regular::read;
