//! Questions in plain words: what they mean, the SQL that answers them, and how the answer is told.
