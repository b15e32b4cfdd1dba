//! The decisions of KEDA 2.21.
