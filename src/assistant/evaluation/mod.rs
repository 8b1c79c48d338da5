//! How good answers are: sets of questions with their SQL, demo databases that tell right from
//! wrong, and what is counted.

pub mod estate;
