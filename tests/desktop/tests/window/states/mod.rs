//! Every screen, by keyboard alone, in every state that it can be in, looked at in both themes.
//!
//! A [`Screen`](screens::Screen) is one definition: how it is reached, and what must be seen on it when it is filled, empty,
//! loading, forbidden or failed. Each test brings one state about and walks all screens that have it.

mod doors;
mod failed;
mod filled;
mod forbidden;
mod gate;
mod large;
mod loading;
mod scene;
mod screens;
mod walk;
