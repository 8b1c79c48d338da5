//! What questions mean: the semantic layer on an invented estate, through the guarded door.

mod composed;
mod dev;
mod estate;
mod followed;
mod guarded;
mod speed;
