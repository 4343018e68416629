//! Techmart.
